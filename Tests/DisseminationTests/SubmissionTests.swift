import LedgerCore
import Testing

@testable import Dissemination

@Suite("Submissions")
struct SubmissionTests {
  private func statuses(_ network: TestNetwork) -> [SubmissionAnswer.Status] {
    network.nodes[0].answers.sorted { $0.index < $1.index }.map(\.status)
  }

  @Test("the highest sequence in the pool is known, and forgotten after some heights")
  func pendingSequences() throws {
    let network = try TestNetwork(4)
    let list = try [3, 1, 2].map { try TestTransactions.make(sender: 1, sequence: $0) }
    let sender = list[0].body.sender
    #expect(network.nodes[0].disseminator.pendingSequence(of: sender) == nil)
    network.feed(.submitted([ClientSubmission(ticket: 1, list.map(\.bytes))]), to: 0)
    network.run(for: 100)
    #expect(network.nodes[0].disseminator.pendingSequence(of: sender) == 3)
    network.run(for: 2_000)
    #expect(network.nodes.map { $0.disseminator.pendingSequence(of: sender) } == [3, 3, 3, 3])
    var sequences = PendingSequences()
    sequences.note(list[0].body, height: 1)
    sequences.note(list[1].body, height: 2)
    #expect(sequences[sender] == 3)
    sequences.note(list[1].body, height: 70)
    #expect(sequences[sender] == 3)
    sequences.note(list[2].body, height: 140)
    #expect(sequences[sender] == 2)
    sequences.note(try TestTransactions.make(sender: 9).body, height: 900)
    #expect(sequences[sender] == nil)
  }

  @Test("each transaction of a submission gets its own answer with a stable fault")
  func answers() throws {
    let network = try TestNetwork(4)
    network.commit([], by: 0)
    network.commit([], by: 0)
    let good = try TestTransactions.make(sender: 1)
    let other = ChainID(Bytes32(Array(repeating: 9, count: 32)) ?? .zero)
    let list: [ArraySlice<UInt8>] = [
      good.bytes,
      try TestTransactions.make(sender: 2, badlySigned: true).bytes,
      good.bytes.dropLast(),
      try TestTransactions.make(sender: 3, chain: other).bytes,
      try TestTransactions.make(sender: 4, validUntil: 2).bytes,
      try TestTransactions.make(sender: 5, validUntil: 100_000).bytes,
      Array(repeating: 0, count: Limits.transactionBytesMax + 1)[...],
      good.bytes,
    ]
    network.feed(.submitted([ClientSubmission(ticket: 7, list)]), to: 0)
    network.run(for: 100)
    #expect(
      statuses(network) == [
        .pending, .refused(.badSignature), .refused(.malformed), .refused(.wrongChain),
        .refused(.expired), .refused(.validityTooLong), .refused(.oversized),
        .refused(.alreadyKnown),
      ])
    #expect(network.nodes[0].answers.allSatisfy { $0.ticket == 7 })
    let counters = network.nodes[0].disseminator.counters
    #expect(counters.dropped(.transactionBadSignature) == 1)
    #expect(counters.dropped(.transactionMalformed) == 1)
    #expect(counters.dropped(.transactionKnown) == 1)
  }

  @Test("all signatures that arrive together are checked in one batch")
  func oneBatch() throws {
    let network = try TestNetwork(4)
    network.submit(try (1...50).map { try TestTransactions.make(sender: UInt8($0)) }, to: 0)
    network.run(for: 5)
    #expect(network.nodes[0].checks == [50])
  }

  @Test("a transaction is known while it is pending, bundled and executed")
  func known() throws {
    let network = try TestNetwork(4)
    let transaction = try #require(TestTransactions.make(1, homeAt: 0, members: 4).first)
    network.submit([transaction], to: 0)
    network.run(for: 10)
    network.submit([transaction], to: 0)
    network.run(for: 1_000)
    network.submit([transaction], to: 0)
    network.run(for: 100)
    #expect(network.decide(by: 0))
    network.submit([transaction], to: 0)
    network.run(for: 100)
    #expect(
      network.nodes[0].answers.map(\.status)
        == [.pending] + Array(repeating: .refused(.alreadyKnown), count: 3))
    #expect(network.authored(by: 0).count == 1)
  }

  @Test("a badly signed copy under way does not shut out the well-signed transaction")
  func shadow() throws {
    let network = try TestNetwork(4)
    let bad = try TestTransactions.make(sender: 1, badlySigned: true)
    let good = try TestTransactions.make(sender: 1)
    #expect(bad.testID == good.testID)
    network.submit([bad], to: 0, ticket: 1)
    network.submit([good], to: 0, ticket: 2)
    network.run(for: 100)
    let answers = network.nodes[0].answers.sorted { $0.ticket < $1.ticket }
    #expect(answers.map(\.status) == [.refused(.badSignature), .pending])
  }

  @Test("a sender's queue is bounded: the rest is refused and counted")
  func senderQueue() throws {
    let network = try TestNetwork(4)
    let max = DisseminationLimits.poolPerSenderMax
    let list = try (0..<max + 3).map {
      try TestTransactions.make(sender: 1, sequence: UInt64($0 + 1))
    }
    network.submit(list, to: 0)
    network.run(for: 100)
    #expect(statuses(network).count { $0 == .pending } == max)
    #expect(statuses(network).count { $0 == .refused(.senderQueueFull) } == 3)
    #expect(network.nodes[0].disseminator.counters.dropped(.transactionSenderQueueFull) == 3)
  }

  @Test("what cannot execute on the state is refused before its signature is looked at")
  func stateFault() throws {
    let network = try TestNetwork(4)
    let transaction = try TestTransactions.make(sender: 1)
    network.executedSet = [transaction.testID]
    network.submit([transaction], to: 0)
    network.run(for: 100)
    #expect(statuses(network) == [.refused(.replayed)])
    #expect(network.nodes[0].checks.isEmpty)
  }

  @Test("what several requests hand in at once is checked in one go, and each is answered")
  func together() throws {
    let network = try TestNetwork(4)
    let list = try [1, 2, 3].map { try TestTransactions.make(sender: $0) }
    let requests = list.enumerated().map { index, transaction in
      ClientSubmission(ticket: UInt64(10 + index), [transaction.bytes])
    }
    network.feed(
      .submitted(requests + [ClientSubmission(ticket: 20, [list[0].bytes, [1, 2, 3]])]), to: 0)
    network.run(for: 100)
    #expect(network.nodes[0].checks.first == 3)
    let answers = network.nodes[0].answers.map { ($0.ticket, $0.index, $0.status) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    #expect(answers.map(\.0) == [10, 11, 12, 20, 20])
    #expect(
      answers.map(\.2) == [
        .pending, .pending, .pending, .refused(.alreadyKnown), .refused(.malformed),
      ])
  }

  @Test("before it has been restored a node says that it is not ready")
  func notReady() throws {
    var disseminator = Disseminator(
      own: AccountID(.zero), chain: TestNetwork.chain, intervalMilliseconds: 10_000)
    let bytes = try TestTransactions.make(sender: 1).bytes
    let effects = disseminator.step(.submitted([ClientSubmission(ticket: 3, [bytes])]), now: 0)
    guard case .answer(let answer) = effects.first else {
      Issue.record("no answer")
      return
    }
    #expect(answer.status == .refused(.notReady))
    #expect(effects.count == 1)
  }

  @Test("bundles are packed by tip, then by arrival, and sealed after their delay")
  func packing() throws {
    let network = try TestNetwork(4)
    let senders = TestTransactions.senders(4, homeAt: 0, members: 4)
    let tips: [UInt128] = [0, 5, 9, 5]
    let list = try zip(senders, tips).map { try TestTransactions.make(sender: $0, tip: $1) }
    network.submit(list, to: 0)
    network.run(for: 490)
    #expect(network.authored(by: 0).isEmpty)
    network.run(for: 20)
    let packed = try #require(network.authored(by: 0).first)
    #expect(packed.transactions.map(\.body.tip.baseUnits) == [9, 5, 5, 0])
    #expect(packed.transactions[1].testID == list[1].testID)
    #expect(packed.header.birthHeight == 1)
  }

  @Test("a clock that steps back stops nothing")
  func clock() throws {
    let network = try TestNetwork(4)
    network.submit(try TestTransactions.make(2, homeAt: 0, members: 4), to: 0)
    network.run(for: 100)
    network.now -= 90
    network.submit(try TestTransactions.make(2, homeAt: 1, members: 4), to: 1)
    network.run(for: 3_000)
    #expect(network.decide(by: 0))
    #expect(network.executed.count == 4)
  }
}
