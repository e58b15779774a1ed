import Dissemination
import LedgerClient
import LedgerCore
import NodeAnswers
import Testing

@testable import LoadTest

@Suite("Signed traffic")
struct ChunkMakerTests {
  private let chain = ChainID(SHA256.hash([7]).bytes)

  private func status(interval: UInt64 = 1_000) -> StatusAnswer {
    StatusAnswer(
      network: "test", isTest: true, chain: chain.hex, intervalMilliseconds: interval, node: "",
      name: "", height: 100, block: "", stateRoot: "", timestamp: 0, mode: "following",
      notVotingBecause: nil, view: 0, peersConnected: 0, peersKnown: 0, pendingTransactions: 0,
      unflushedBlocks: 0, transactionsFinal: 0, viewChanges: 0, stages: [],
      processMicroseconds: 0,
      transferEstimate: EstimateAnswer(charge: "10", fee: "20", creationFee: "0"))
  }

  private func plan(
    rate: Double, seconds: Int = 3, accounts: Int = 50, nodes: Int = 4
  ) -> LoadGenerator.Plan {
    var plan = LoadGenerator.Plan(
      nodes: (1...nodes).map { NodeAddress(host: "127.0.0.1", port: $0) },
      accounts: LoadAccounts(seed: [UInt8](repeating: 3, count: 32), count: accounts),
      chain: chain, rate: rate, duration: .seconds(seconds),
      estimate: EstimateAnswer(charge: "10", fee: "20", creationFee: "0"),
      accountsAreNew: true)
    plan.signsAhead = true
    return plan
  }

  private func chunks(
    _ plan: LoadGenerator.Plan, interval: UInt64 = 1_000, targetOfMember: [Int] = []
  ) async throws -> [SignedChunk] {
    let queue = ChunkQueue()
    let schedule = Schedule(
      rate: plan.rate, seconds: plan.duration.map { $0 / .seconds(1) })
    var maker = ChunkMaker(
      plan, schedule: schedule, status: status(interval: interval),
      targetOfMember: targetOfMember)
    try await maker.run(into: queue)
    var chunks: [SignedChunk] = []
    while let chunk = queue.take() { chunks.append(chunk) }
    return chunks
  }

  /// The transactions of a chunk; nil for what is none.
  private func transactions(_ chunk: SignedChunk) throws -> [Transaction?] {
    try chunk.ids.indices.map { place in
      let listed = Array(chunk.listed(place))
      var reader = unsafe BCSReader(listed.span.bytes)
      let length = try reader.length(in: 0...SubmissionFormat.bodyBytesMax, "transaction")
      let bytes = Array(listed[try reader.skip(length, "transaction")])
      return try? Transaction(decoding: bytes[...])
    }
  }

  private func isWellSigned(_ transaction: Transaction) -> Bool {
    transaction.senderAuthorizations.allSatisfy {
      Ed25519.verify(
        signature: $0.signature, key: $0.key, domain: .transaction, chain: chain,
        message: transaction.bodyBytes)
    }
  }

  @Test(
    "each profile's transactions are well signed, have their ids, and use each sequence once",
    arguments: LoadProfile.allCases)
  func valid(profile: LoadProfile) async throws {
    var plan = plan(rate: 60)
    plan.profile = profile
    plan.lots = [LoadLot(account: 3, range: LotRange(lot: 9, start: 1, end: 1_000))]
    plan.candidates = [AccountID(SHA256.hash([1]).bytes)]
    var sequences: Set<[UInt64]> = []
    var count = 0
    for chunk in try await chunks(plan) {
      for (place, transaction) in try transactions(chunk).enumerated() {
        let transaction = try #require(transaction)
        count += 1
        #expect(transaction.id(chain) == chunk.ids[place])
        #expect(isWellSigned(transaction))
        #expect(transaction.body.validUntil >= 200 + UInt64(chunk.index))
        let key = transaction.body.sender.bytes.leadingBits
        #expect(sequences.insert([key, transaction.body.sequence]).inserted)
      }
    }
    #expect(count == 180)
  }

  @Test("an account that was a recipient before it sends is asked for its sequence all the same")
  func unread() {
    var wallets = Wallets(
      LoadAccounts(seed: [UInt8](repeating: 3, count: 32), count: 9), part: .init(), count: 9,
      members: 1)
    wallets.derive([1, 4])
    #expect(wallets.unread([4, 1, 4]) == [1, 4])
    wallets.set(sequence: 70, 4)
    #expect(wallets.unread([4, 1]) == [1])
    #expect(wallets.takeSequence(4) == 71 && wallets.takeSequence(1) == 1)
    #expect(wallets.unread([4, 1]).isEmpty)
  }

  @Test("the same seed makes the same traffic, another one another")
  func seeds() async throws {
    var plan = plan(rate: 40, seconds: 1)
    plan.profile = .mix
    let one = try await chunks(plan).map(\.bytes)
    let same = try await chunks(plan).map(\.bytes)
    plan.seed = 2
    let other = try await chunks(plan).map(\.bytes)
    #expect(one == same && one != other)
  }

  @Test("what must be refused is exactly that, in its share, and the rest is not")
  func invalid() async throws {
    var plan = plan(rate: 400, seconds: 4)
    plan.invalidShare = 0.5
    let funded = Set(plan.accounts.ids())
    var seen: [TransactionKind: Int] = [:]
    var bytes: Set<[UInt8]> = []
    for chunk in try await chunks(plan) {
      for (place, transaction) in try transactions(chunk).enumerated() {
        let kind = chunk.kinds[place]
        seen[kind, default: 0] += 1
        let isNew = bytes.insert(Array(chunk.listed(place))).inserted
        switch kind {
        case .oversized:
          #expect(transaction == nil)
          #expect(chunk.listed(place).count > Limits.reportBytesMax)
        case .badSignature: #expect(try !isWellSigned(#require(transaction)) && isNew)
        case .replayed: #expect(try isWellSigned(#require(transaction)) && !isNew)
        case .unpayable:
          let sender = try #require(transaction).body.sender
          #expect(!funded.contains(sender) && isNew)
        default: #expect(try isWellSigned(#require(transaction)) && isNew)
        }
      }
      for batch in chunk.batches {
        #expect(chunk.listed(batch.places).count < SubmissionFormat.bodyBytesMax - 8)
      }
    }
    for kind in TransactionKind.invalidKinds {
      // Of 1,600, an eighth each; the first second has nothing to replay.
      #expect((100...300).contains(seen[kind] ?? 0), "\(kind)")
    }
    #expect(seen[.transfer] ?? 0 > 600)
  }

  @Test("batches hold each transaction once, and are due when their last one is")
  func batches() async throws {
    for routing in LoadRouting.allCases {
      var plan = plan(rate: 500)
      plan.routing = routing
      for chunk in try await chunks(plan, targetOfMember: routing == .home ? [2, 0, 3, 1] : []) {
        #expect(
          chunk.batches.flatMap { Array($0.places) }.sorted() == Array(0..<chunk.count))
        for batch in chunk.batches {
          #expect(chunk.due[batch.places].max() == batch.due)
        }
        #expect(zip(chunk.batches, chunk.batches.dropFirst()).allSatisfy { $0.due <= $1.due })
        #expect(Set(chunk.batches.map(\.target)) == [0, 1, 2, 3])
      }
    }
  }

  @Test("routed home, each goes to the node that dissemination names")
  func home() async throws {
    var plan = plan(rate: 300, seconds: 1)
    plan.routing = .home
    let targets = [2, 0, 3, 1]
    for chunk in try await chunks(plan, targetOfMember: targets) {
      let transactions = try transactions(chunk)
      for batch in chunk.batches {
        for place in batch.places {
          let sender = try #require(transactions[place]).body.sender
          #expect(targets[HomeAuthor.index(of: sender, count: 4)] == batch.target)
        }
      }
    }
  }

  @Test("no sender gets further ahead in two blocks than its sequence window allows")
  func hotSenders() async throws {
    var plan = plan(rate: 300, seconds: 4, accounts: 40)
    plan.profile = .zipf
    var bySender: [AccountID: [UInt64: Int]] = [:]
    for chunk in try await chunks(plan, interval: 10_000) {
      for transaction in try transactions(chunk) {
        let sender = try #require(transaction).body.sender
        bySender[sender, default: [:]][UInt64(chunk.index), default: 0] += 1
      }
    }
    let most = bySender.values.flatMap(\.values).max() ?? 0
    #expect(UInt64(most) * 20 <= Limits.sequenceLeadMax)
  }

  @Test("workers share the accounts: no two have one in common, and together they have all")
  func parts() async throws {
    var owners: [AccountID: Int] = [:]
    for index in 0..<3 {
      var plan = plan(rate: 200, accounts: 31)
      plan.part = .init(index: index, count: 3)
      for chunk in try await chunks(plan) {
        for transaction in try transactions(chunk) {
          let sender = try #require(transaction).body.sender
          #expect(owners.updateValue(index, forKey: sender) ?? index == index)
        }
      }
    }
    #expect(owners.count == 31)
  }
}
