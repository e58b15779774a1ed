import LedgerCore
import Testing

@testable import Dissemination

@Suite("A full pool")
struct FullPoolTests {
  private func network(_ transactionsMax: Int, bytesMax: Int = 1 << 20) throws -> TestNetwork {
    try TestNetwork(
      4, interval: 1_000_000,
      pool: PoolBounds(transactionsMax: transactionsMax, bytesMax: bytesMax))
  }

  /// Senders whose transactions wait at node 0 for their home author.
  private var senders: [UInt8] { TestTransactions.senders(40, homeAt: 1, members: 4) }

  private func statuses(_ network: TestNetwork) -> [SubmissionAnswer.Status] {
    network.nodes[0].answers.sorted { ($0.ticket, $0.index) < ($1.ticket, $1.index) }
      .map(\.status)
  }

  private func fill(
    _ network: TestNetwork, tips: [UInt128], fee: UInt128 = 1_000
  ) throws -> [Transaction] {
    let list = try zip(senders, tips).map { try TestTransactions.make(sender: $0, tip: $1) }
    network.loses = { _, _, _ in true }
    network.submit(list, to: 0)
    network.run(for: 50)
    return list
  }

  private func isPending(_ transaction: Transaction, _ network: TestNetwork) -> Bool {
    network.nodes[0].disseminator.standing(of: transaction.testID) == .pending
  }

  @Test("the lowest tip gives way to a higher one, and its submitter is told")
  func higherTip() throws {
    let network = try network(4)
    let list = try fill(network, tips: [5, 2, 9, 4])
    let high = try TestTransactions.make(sender: senders[5], tip: 3)
    network.submit([high], to: 0, ticket: 2)
    network.run(for: 50)
    #expect(statuses(network) == Array(repeating: .pending, count: 5))
    #expect(
      network.nodes[0].ended == [EndedTransaction(id: list[1].testID, fault: .poolFull)])
    #expect(isPending(high, network) && !isPending(list[1], network))
    #expect(network.nodes[0].disseminator.counters.dropped(.transactionDisplaced) == 1)
    // It is forgotten: sent again with a higher tip, or as it is when there is room, it enters.
    network.submit([list[1]], to: 0, ticket: 3)
    network.run(for: 50)
    #expect(statuses(network).last == .refused(.poolFull))
    #expect(network.nodes[0].disseminator.gauges.pendingTransactions == 4)
  }

  @Test("of equal tips the lower fee limit gives way; what offers no more is not even verified")
  func feeAndNoMore() throws {
    let network = try network(2)
    let list = try fill(network, tips: [3, 3])
    let checks = network.nodes[0].checks.count
    network.submit([try TestTransactions.make(sender: senders[5], tip: 3)], to: 0, ticket: 2)
    network.submit(
      [try TestTransactions.make(sender: senders[6], tip: 2, feeMax: 9_999)], to: 0, ticket: 3)
    network.run(for: 50)
    #expect(statuses(network).suffix(2) == [.refused(.poolFull), .refused(.poolFull)])
    #expect(network.nodes[0].checks.count == checks)
    network.submit(
      [try TestTransactions.make(sender: senders[7], tip: 3, feeMax: 1_001)], to: 0, ticket: 4)
    network.run(for: 50)
    #expect(statuses(network).last == .pending)
    // Of two equal offers, the later one.
    #expect(isPending(list[0], network) && !isPending(list[1], network))
  }

  @Test("a badly signed offer takes nobody's place")
  func badlySigned() throws {
    let network = try network(2)
    let list = try fill(network, tips: [1, 1])
    network.submit(
      [try TestTransactions.make(sender: senders[5], tip: 9, badlySigned: true)], to: 0, ticket: 2)
    network.run(for: 50)
    #expect(statuses(network).last == .refused(.badSignature))
    #expect(list.allSatisfy { isPending($0, network) })
    #expect(network.nodes[0].ended.isEmpty)
  }

  @Test("at the same price, one account's long queue makes room for others' first transactions")
  func fairShare() throws {
    let network = try network(40)
    network.loses = { _, _, _ in true }
    let spam = try (0..<40).map {
      try TestTransactions.make(sender: senders[0], sequence: UInt64(40 - $0))
    }
    network.submit(spam, to: 0)
    network.run(for: 50)
    let others = try senders[1..<21].map { try TestTransactions.make(sender: $0) }
    network.submit(others, to: 0, ticket: 2)
    network.run(for: 50)
    #expect(others.allSatisfy { isPending($0, network) })
    // The last that came went first.
    #expect(spam.prefix(20).allSatisfy { isPending($0, network) })
    #expect(network.nodes[0].ended.map(\.id) == spam.suffix(20).reversed().map(\.testID))
  }

  @Test("however much it offers, a sender with many pending takes no more places of others")
  func spamByOne() throws {
    let most = DisseminationLimits.poolContestedPerSenderMax
    let network = try network(most + 10)
    let others = try fill(network, tips: Array(repeating: 0, count: 30))
    for sequence in 1...200 {
      network.submit(
        [try TestTransactions.make(sender: senders[35], sequence: UInt64(sequence), tip: 100)],
        to: 0, ticket: UInt64(sequence + 1))
      network.run(for: 5)
    }
    #expect(others.count { isPending($0, network) } == 10)
    let taken = statuses(network).dropFirst(30)
    #expect(taken.count { $0 == .pending } == most)
    #expect(taken.suffix(200 - most).allSatisfy { $0 == .refused(.senderQueueFull) })
  }

  @Test("what stood in a bundle that was given up never gives way")
  func returned() throws {
    let network = try network(2)
    let accepted = try TestTransactions.make(2, homeAt: 0, members: 4)
    network.submit(accepted, to: 0)
    network.run(for: 2_000)
    #expect(network.nodes[0].accepted.count == 2)
    network.crash(0)
    for _ in 0...Limits.bundleAgeHeightsMax { network.commit([], by: 1) }
    network.run(for: 100)
    #expect(network.nodes[1].disseminator.gauges.pendingTransactions == 2)
    network.submit([try TestTransactions.make(sender: senders[3], tip: 1_000)], to: 1)
    network.run(for: 50)
    #expect(network.nodes[1].answers.last?.status == .refused(.poolFull))
    #expect(network.nodes[1].disseminator.gauges.pendingTransactions == 2)
    network.run(for: 3_000_000)
    #expect(network.decide(by: 1))
    #expect(Set(network.executed) == Set(accepted.map(\.testID)))
  }

  @Test("a long one takes the place of several that together tip no more")
  func long() throws {
    let small = try TestTransactions.make(sender: 1).bytes.count
    let network = try network(100, bytesMax: 6 * small)
    let list = try fill(network, tips: [1, 2, 3, 4, 5, 6])
    let size = try TestTransactions.make(sender: 1, operations: 4).bytes.count
    let needed = (size + small - 1) / small
    let sum = UInt128((1...needed).reduce(0, +))
    for (tip, sender) in [(sum - 1, senders[10]), (sum, senders[11])] {
      network.submit(
        [try TestTransactions.make(sender: sender, tip: tip, operations: 4)], to: 0, ticket: 2)
      network.run(for: 50)
    }
    #expect(statuses(network).suffix(2) == [.refused(.poolFull), .pending])
    #expect(network.nodes[0].ended.map(\.id) == list.prefix(needed).map(\.testID))
    #expect(network.nodes[0].disseminator.gauges.pendingBytes <= 6 * small)
  }

  @Test(
    "over random offers the pool keeps what a sorted list keeps",
    arguments: 1...6 as ClosedRange<UInt64>)
  func model(seed: UInt64) throws {
    var state = seed
    func roll(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    var pool = TransactionPool(PoolBounds(transactionsMax: 12, bytesMax: 1 << 20))
    var model: [(offer: Offer, arrival: Int, id: Digest)] = []
    for arrival in 0..<400 {
      let transaction = try TestTransactions.make(
        sender: UInt8(1 + roll(6)), sequence: UInt64(arrival + 1), tip: UInt128(roll(3)),
        feeMax: UInt128(roll(3)))
      let offer = pool.offer(of: transaction.body)
      if roll(8) == 0, let gone = model.indices.randomElement(seed: roll(100)) {
        pool.remove(model.remove(at: gone).id)
      }
      if pool.count == 12 {
        let first = try #require(
          model.min {
            $0.offer.givesWay(to: $1.offer)
              || (!$1.offer.givesWay(to: $0.offer) && $0.arrival > $1.arrival)
          })
        let gaveWay = pool.makeRoom(for: transaction, countMax: 12)
        guard first.offer.givesWay(to: offer) else {
          #expect(gaveWay == nil)
          continue
        }
        // Tips are compared with what goes: equal ones of tip 0 pass by fee and depth alone.
        #expect(gaveWay?.map(\.id) == [first.id])
        model.removeAll { $0.id == first.id }
      }
      let entered = pool.offer(of: transaction.body)
      pool.insert(
        id: transaction.testID, transaction,
        place: roll(2) == 0 ? .ready : .held(until: 1), now: 0)
      model.append((entered, arrival, transaction.testID))
      #expect(pool.count == model.count)
      #expect(model.allSatisfy { pool[$0.id] != nil })
    }
  }
}

extension Range<Int> {
  /// An element by a number from outside; nil when empty.
  fileprivate func randomElement(seed: UInt64) -> Int? {
    isEmpty ? nil : lowerBound + Int(seed) % count
  }
}
