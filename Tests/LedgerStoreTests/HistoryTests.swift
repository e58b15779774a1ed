import LedgerCore
import Testing

@testable import LedgerStore

/// Logged blocks as the node writes them, with unsigned bundles: history reads no signatures.
struct HistoryFixture {
  /// A transaction of a block: who sends to whom, and how it ended.
  struct Row: Hashable {
    var sender: UInt8
    var recipient: UInt8
    var sponsor: UInt8?
    var outcome: Receipt.Outcome = .applied
  }

  static func account(_ number: UInt8) -> AccountID { AccountID(SHA256.hash([number]).bytes) }

  static func transaction(_ row: Row, sequence: UInt64) throws -> Transaction {
    let key = Authorization(
      key: PublicKey(account(row.sender).bytes), signature: Signature(r: .zero, s: .zero))
    let body = TransactionBody(
      chain: chain, sender: account(row.sender), sequence: sequence, validUntil: 9,
      chargeMax: Amount(1), feeMax: Amount(1), sponsor: row.sponsor.map(account),
      operations: [
        .transfer(
          Transfer(token: .eco2, recipient: account(row.recipient), amount: Amount(1)))
      ])
    return try Transaction(
      body: body, senderAuthorizations: [key],
      sponsorAuthorizations: row.sponsor == nil ? [] : [key])
  }

  /// A block with these rows in bundles of `perBundle`; sequences make every id another.
  static func block(_ height: UInt64, _ rows: [Row], perBundle: Int = 40) throws
    -> (decided: DecidedBlock, receipts: [Receipt])
  {
    var bundles: [Bundle] = []
    var receipts: [Receipt] = []
    for start in stride(from: 0, to: rows.count, by: perBundle) {
      let part = rows[start..<min(start + perBundle, rows.count)]
      let list = try part.enumerated().map { offset, row in
        try transaction(row, sequence: height << 32 | UInt64(start + offset))
      }
      let header = BundleHeader(
        author: account(1), incarnation: 1, number: height << 32 | UInt64(start),
        birthHeight: height, transactionCount: UInt32(list.count),
        transactionBytes: UInt32(list.reduce(0) { $0 + $1.bytes.count }),
        transactionsRoot: MerkleTree.root(leaves: list.map(\.bytes)))
      bundles.append(
        Bundle(header: header, signature: Signature(r: .zero, s: .zero), transactions: list))
      for (row, transaction) in zip(part, list) {
        receipts.append(
          Receipt(
            transaction: transaction.id(chain), outcome: row.outcome, charge: Amount(7),
            fee: Amount(9)))
      }
    }
    let runs =
      bundles.isEmpty
      ? []
      : [
        BundleRun(
          author: account(1), incarnation: 1, firstNumber: height << 32,
          digests: bundles.map { $0.header.digest(chain) })
      ]
    let header = BlockHeader(
      height: height, timestamp: height * 10, author: account(1), parent: root(1),
      bundlesRoot: BundleRun.root(runs), validatorsHash: root(2), nextValidatorsHash: root(2),
      parentRoots: StateRoots(state: root(3), transactions: root(4), receipts: root(5)),
      parentStatement: .genesis, parentCommits: [], lateCommits: [])
    let certificate = QuorumCertificate(
      kind: .commit, height: height, view: 2, block: header.hash(chain), stateRoot: root(6),
      signatures: (0..<3).map {
        MemberSignature(member: $0, signature: Signature(r: .zero, s: .zero))
      })
    let block = DecidedBlock(
      block: Block(header: header, runs: runs), certificate: certificate, bundles: bundles)
    return (block, receipts)
  }

  static func receiptBytes(_ receipts: [Receipt]) -> [UInt8] {
    var writer = BCSWriter()
    writer.list(receipts)
    return writer.bytes
  }
}

@Suite("History finds what the log holds, and nothing else")
struct HistoryTests {
  private let folder = TemporaryFolder()
  private let ledger: NodeStore
  private let rows: [[HistoryFixture.Row]]

  /// A log of 60 blocks of many sizes, empty ones too.
  init() throws {
    try createLedger(folder.home)
    ledger = try openLedger(folder.home)
    var random = UInt64(5)
    func next(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return random >> 33 % bound
    }
    var rows: [[HistoryFixture.Row]] = []
    for height in 1...60 {
      let count = height % 7 == 0 ? 0 : height == 30 ? 700 : Int(next(90))
      rows.append(
        (0..<count).map { _ in
          HistoryFixture.Row(
            sender: UInt8(next(20)), recipient: UInt8(next(20)),
            sponsor: next(5) == 0 ? UInt8(next(20)) : nil,
            outcome: [.applied, .applied, .failed(operation: 0, .overflow), .skipped(.replayed)][
              Int(next(4))])
        })
    }
    self.rows = rows
    for (index, list) in rows.enumerated() {
      let (decided, receipts) = try HistoryFixture.block(UInt64(index + 1), list)
      try ledger.log.append(
        height: UInt64(index + 1), block: decided.bcs,
        receipts: HistoryFixture.receiptBytes(receipts))
    }
  }

  private func open() throws -> HistoryStore {
    var options = smallOptions()
    options.historyMapBytes = 1 << 20
    return try HistoryStore(home: folder.home, chain: chain, first: 1, options: options)
  }

  /// Indexes up to a height in steps of `step` blocks.
  private func fill(_ history: HistoryStore, to last: UInt64 = 60, step: UInt64 = 1) throws {
    while history.height < last {
      let end = min(history.height + step, last)
      try history.append(
        (history.height + 1...end).map { height in try #require(try ledger.log.read(height)) })
    }
  }

  /// The places of an account's executed transactions, newest first.
  private func expected(_ account: UInt8, through height: Int = 60) -> [HistoryPlace] {
    var places: [HistoryPlace] = []
    for (block, list) in rows.prefix(height).enumerated() {
      for (index, row) in list.enumerated()
      where row.outcome.isExecution && [row.sender, row.recipient, row.sponsor].contains(account) {
        places.append(HistoryPlace(height: UInt64(block + 1), index: index))
      }
    }
    return places.reversed()
  }

  @Test("every transaction is found by its id and read with its receipt", arguments: [1, 7, 60])
  func transactions(step: UInt64) throws {
    let history = try open()
    try fill(history, step: step)
    for (block, list) in rows.enumerated() {
      let height = UInt64(block + 1)
      let (decided, receipts) = try HistoryFixture.block(height, list)
      let read = try #require(
        try history.transactions(of: height, from: 0, limit: 1_000, log: ledger.log))
      #expect(read.map(\.bytes) == decided.transactions.map { Array($0.bytes) })
      #expect(read.map(\.receipt) == receipts)
      for (index, receipt) in receipts.enumerated() {
        let places = try history.places(ofTransaction: receipt.transaction)
        #expect(places == [HistoryPlace(height: height, index: index)])
      }
    }
    #expect(try history.places(ofTransaction: root(9)).isEmpty)
  }

  @Test("pages of an account's history, one after another, are all of it, newest first")
  func accounts() throws {
    let history = try open()
    try fill(history, step: 3)
    for number in UInt8(0)..<20 {
      let account = HistoryFixture.account(number)
      var found: [HistoryPlace] = []
      while true {
        let page = try history.places(ofAccount: account, before: found.last, limit: 13)
        found += page
        if page.count < 13 { break }
      }
      #expect(found == expected(number))
    }
  }

  @Test("pages stay consistent while blocks are added")
  func growing() throws {
    let history = try open()
    try fill(history, to: 40)
    let account = HistoryFixture.account(3)
    var found = try history.places(ofAccount: account, before: nil, limit: 20)
    while let last = found.last {
      try fill(history, to: min(history.height + 2, 60))
      let page = try history.places(ofAccount: account, before: last, limit: 20)
      if page.isEmpty { break }
      found += page
    }
    #expect(found == expected(3, through: 40))
  }

  @Test("a part of a block is read from the middle; its head without the rest")
  func parts() throws {
    let history = try open()
    try fill(history, step: 60)
    let (decided, receipts) = try HistoryFixture.block(30, rows[29])
    let part = try #require(
      try history.transactions(of: 30, from: 333, limit: 50, log: ledger.log))
    #expect(part.map(\.index) == Array(333..<383))
    #expect(part.map(\.receipt) == Array(receipts[333..<383]))
    #expect(try history.transactions(of: 30, from: 700, limit: 5, log: ledger.log)?.count == 0)
    for far in [Int.max, .max - 1, .max - 700] {
      #expect(try history.transactions(of: 30, from: far, limit: 5, log: ledger.log)?.count == 0)
      #expect(try history.transactions(of: 30, from: 0, limit: far, log: ledger.log)?.count == 700)
    }
    #expect(try history.transactions(of: 61, from: 0, limit: 5, log: ledger.log) == nil)
    let head = try #require(try history.head(30, log: ledger.log))
    #expect(head.block == decided.block)
    #expect(head.certificate == decided.certificate)
    let summary = try #require(try history.summary(30))
    #expect(summary.transactions == 700)
    #expect(summary.bundles == 18)
    #expect(summary.signers == [0, 1, 2])
    let digest = decided.block.bundleDigests[5]
    #expect(try history.places(ofBundle: digest) == [HistoryPlace(height: 30, index: 5)])
  }

  @Test("what was committed is there after a restart, and the rest is indexed then")
  func restart() throws {
    try fill(open(), to: 25, step: 4)
    let history = try open()
    #expect(history.heights == 1..<26)
    try fill(history)
    #expect(
      try history.places(ofAccount: HistoryFixture.account(2), before: nil, limit: 9_999)
        == expected(2))
  }

  @Test("blocks out of order are refused")
  func order() throws {
    let history = try open()
    let third = try #require(try ledger.log.read(3))
    #expect(throws: StoreError.heightOutOfOrder(expected: 1, given: 3)) {
      try history.append([third])
    }
  }

  @Test("of each level there are few runs, however blocks come")
  func runs() throws {
    var runs: [HistoryRun] = []
    var random = UInt64(11)
    var written: UInt64 = 0
    var total: UInt64 = 0
    for number in 0..<UInt64(20_000) {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let count = 1 + (random >> 33) % (number % 100 == 0 ? 300_000 : 300)
      let plan = HistoryRun.plan(runs, adding: count)
      let sum = runs.suffix(plan.merged).reduce(count) { $0 + $1.count }
      written += sum
      total += count
      runs.removeLast(plan.merged)
      runs.append(
        HistoryRun(number: number, level: plan.level, count: sum, first: 0, last: 0))
      let levels = runs.map(\.level)
      #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 >= $1 })
      for level in 0..<HistoryRun.sealedLevel {
        #expect(levels.count { $0 == level } < HistoryRun.fanIn)
      }
      #expect(sum < 2 * HistoryRun.sealedCount + 300_000)
    }
    // Each entry is written a few times in all.
    #expect(written < 8 * total)
    #expect(runs.reduce(0) { $0 + $1.count } == total)
  }
}
