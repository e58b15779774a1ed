import LedgerCore
import LedgerRules
import LedgerState

/// Requests whose work grows with the lots they mean.
enum CostForms: CaseIterable {
  case onboard
  case invalidate
  case declare

  var name: String {
    switch self {
    case .onboard: "onboard"
    case .invalidate: "invalidate"
    case .declare: "declare"
    }
  }

  /// As many as one such request can mean.
  var lots: Int { self == .onboard ? CreditLimits.requestRangesMax : CreditLimits.rangeLotsMax }

  static let proof = CustodyProof(
    document: SHA256.hash([1]), voucher: "voucher 123456", consent: SHA256.hash([2]))

  static let amendment = CreditRequest.amend(CarbonNetwork.project(0))
}

extension Weighing {
  /// Transactions in a block, where nothing bounds them otherwise.
  static let count = 250
  /// Requests in a block: of one lot, and of many.
  private static let requestCount = 60
  private static let largeRequestCount = 6

  // MARK: Accounts

  /// Transfers to accounts without a record, so many in each transaction.
  func transfers(each operations: Int) throws -> [Transaction] {
    try (0..<Self.count).map { _ in
      try chain.transaction(
        (0..<operations).map { _ in
          .transfer(Transfer(token: .eco2, recipient: work.newAccount(), amount: Amount(1)))
        }, by: work.freshAccount())
    }
  }

  func authorities() throws -> [Transaction] {
    let keys = (0..<Limits.keysMax).map { PublicKey(CarbonNetwork.account(-1_000 - $0).bytes) }
    guard let authority = Authority(threshold: 1, keys: keys.sorted()) else {
      throw BenchmarkFault.broken("16 keys make no authority")
    }
    return try (0..<Self.count).map { _ in
      try chain.transaction(
        [.setAuthority(SetAuthority(authority: authority))], by: work.freshAccount())
    }
  }

  func topUps() throws -> [Transaction] {
    try (0..<Self.count).map { index in
      let node = CarbonNetwork.nodeAccount(index % CarbonNetwork.nodes)
      return try chain.transaction(
        [.topUpReserve(TopUpReserve(node: node, amount: Amount(1)))], by: work.freshAccount())
    }
  }

  /// Transactions of one sender.
  func repeated(
    by sender: AccountID, _ operation: (Int) -> LedgerCore.Operation
  ) throws -> [Transaction] {
    try (0..<Self.count).map { try chain.transaction([operation($0)], by: sender) }
  }

  /// One transaction of each ER Node, about a µg.
  func byNodes(_ operation: (Amount) -> LedgerCore.Operation) throws -> [Transaction] {
    try (0..<CarbonNetwork.nodes).map {
      try chain.transaction([operation(Amount(1))], by: CarbonNetwork.nodeAccount($0))
    }
  }

  func sales() throws -> [Transaction] {
    try (0..<Self.count).map { _ in
      try chain.transaction(
        [.sellToFund(SellToFund(amount: Amount(1_000_000), priceMin: .zero))],
        by: work.freshAccount())
    }
  }

  // MARK: Lots

  /// Operations on a part in the middle of a lot, by its owner.
  func parts(_ operation: (LotRange) -> LedgerCore.Operation) throws -> [Transaction] {
    try (0..<Self.count).map { _ in
      let (range, owner) = try work.part()
      return try chain.transaction([operation(range)], by: owner)
    }
  }

  func confirmations() throws -> [Transaction] {
    try repeated(by: CarbonNetwork.custodian) { _ in
      .confirmRetirement(
        ConfirmRetirement(
          retirement: work.retirement(),
          reference: String(repeating: "r", count: CreditLimits.referenceBytesMax),
          date: 20_250_101))
    }
  }

  /// Single serials out of the buffer's first lot, from its end on.
  func unbuffered() throws -> [Transaction] {
    try repeated(by: CarbonNetwork.custodian) { _ in
      .setBuffer(SetBuffer(range: work.bufferPart(1), isBuffer: false))
    }
  }

  /// Single tonnes out of a lot of the custodian, for what it owes the reserve.
  func replacements() throws -> [Transaction] {
    let first = try obligations(count: Self.requestCount)
    let size = UInt64(4 * Self.requestCount)
    let part = work.bufferPart(size)
    try decide([
      try chain.transaction(
        [.setBuffer(SetBuffer(range: part, isBuffer: false))], by: CarbonNetwork.custodian)
    ])
    var queries = LedgerQueries(chain.state)
    guard
      let lot = try queries.lot(
        holding: part.start, block: CarbonNetwork.bufferBlock)
    else { throw BenchmarkFault.broken("the custodian has no lot") }
    return try (0..<Self.requestCount).map { index in
      let serial = part.end - 2 * UInt64(index) - 1
      return try chain.transaction(
        [
          .replaceCredits(
            ReplaceCredits(
              obligation: first + UInt64(index),
              range: LotRange(lot: lot, start: serial, end: serial)))
        ], by: CarbonNetwork.custodian)
    }
  }

  /// Invalidates lots in the reserve; gives the first obligation's number.
  private func obligations(count: Int) throws -> UInt64 {
    var queries = LedgerQueries(chain.state)
    let first = try queries.registryBook().obligations
    var requests: [CreditRequest] = []
    while requests.count < count {
      if let range = try work.reserved() { requests.append(.invalidate(range)) }
    }
    try carry(requests)
    return first
  }

  // MARK: Requests

  /// Requests to export parts in the middle of lots, by their owners.
  func exports(_ count: Int = Weighing.count) throws -> [Transaction] {
    let parts = try (0..<count).map { _ in try work.part() }
    var queries = LedgerQueries(chain.state)
    // Owners cannot pay a deposit of their own.
    let amount = try queries.parameters().registry.requestDeposit
    try decide(
      try parts.map {
        try chain.transaction(
          [.transfer(Transfer(token: .eco2, recipient: $0.owner, amount: amount))],
          by: CarbonNetwork.custodian)
      })
    return try parts.map { range, owner in
      try chain.transaction(
        [.fileRequest(FileRequest(request: .export(range), proof: CostForms.proof))], by: owner)
    }
  }

  /// Requests that one filer files, all the same.
  func filed(by filer: AccountID, _ request: CreditRequest) throws -> [Transaction] {
    try repeated(by: filer) { _ in
      .fileRequest(FileRequest(request: request, proof: CostForms.proof))
    }
  }

  /// Which word on a request.
  enum Word {
    case first
    case last
  }

  /// Registrars' words on exports of parts in the middle.
  func words(_ word: Word) throws -> [Transaction] {
    let first = try nextRequest()
    try decide(try exports(Self.requestCount))
    return try words(word, on: first..<first + UInt64(Self.requestCount), lotsMax: 0)
  }

  /// The words of one registrar, after those that have to come before.
  private func words(_ word: Word, on requests: Range<UInt64>, lotsMax: UInt16) throws
    -> [Transaction]
  {
    let registrars = CarbonNetwork.registrars.prefix(CarbonNetwork.approvals)
    for registrar in registrars.dropLast() where word == .last {
      try decide(
        try requests.map { try chain.approval(of: $0, lotsMax: lotsMax, by: registrar) })
    }
    return try requests.map {
      try chain.approval(
        of: $0, lotsMax: lotsMax, by: registrars[word == .last ? registrars.count - 1 : 0])
    }
  }

  /// On-boardings of the most ranges, taken back.
  func withdrawals() throws -> [Transaction] {
    let first = try nextRequest()
    let filings = try filings(.onboard, lots: CostForms.onboard.lots)
    try decide(filings)
    return try filings.indices.map {
      try chain.transaction(
        [.withdrawRequest(WithdrawRequest(request: first + UInt64($0)))],
        by: CarbonNetwork.custodian)
    }
  }

  /// Requests about so many lots each, on their way to be filed.
  func filings(_ form: CostForms, lots: Int) throws -> [Transaction] {
    try requests(form, lots: lots).map {
      try chain.transaction(
        [
          .fileRequest(
            FileRequest(request: $0, proof: CostForms.proof, lotsMax: UInt16(lots)))
        ], by: CarbonNetwork.custodian)
    }
  }

  /// The words that carry out requests about so many lots each.
  func completions(_ form: CostForms, lots: Int) throws -> [Transaction] {
    let first = try nextRequest()
    let filings = try filings(form, lots: lots)
    try decide(filings)
    return try words(
      .last, on: first..<first + UInt64(filings.count), lotsMax: UInt16(lots))
  }

  private func requests(_ form: CostForms, lots: Int) throws -> [CreditRequest] {
    let count = lots == 1 ? Self.requestCount : Self.largeRequestCount
    switch form {
    case .onboard: return (0..<count).map { _ in work.onboarding(ranges: lots) }
    case .invalidate: return try divided(count, into: lots).map { .invalidate($0) }
    case .declare:
      return try divided(count, into: lots).map {
        .declare(
          CreditRequest.Declaration(
            range: $0, labels: [.corsiaFirstPhase],
            adjustment: CorrespondingAdjustment(
              declaration: .committed, status: .completed, date: 20_250_101)))
      }
    }
  }

  /// The serials of lots that were divided into so many.
  private func divided(_ count: Int, into parts: Int) throws -> [LotRange] {
    var ranges: [LotRange] = []
    var splits: [Transaction] = []
    for _ in 0..<count {
      let (number, lot) = try work.lot()
      ranges.append(LotRange(lot: number, start: lot.start, end: lot.end))
      guard parts > 1 else { continue }
      splits.append(
        try chain.transaction(
          (1..<UInt64(parts)).reversed().map {
            .splitLot(SplitLot(lot: number, at: lot.start + $0))
          }, by: lot.owner))
    }
    if !splits.isEmpty { try decide(splits) }
    return ranges
  }

  private func nextRequest() throws -> UInt64 {
    var queries = LedgerQueries(chain.state)
    return try queries.registryBook().requests
  }

  /// Files requests and has them approved, all in one block.
  private func carry(_ requests: [CreditRequest]) throws {
    let first = try nextRequest()
    var transactions: [Transaction] = []
    for (index, request) in requests.enumerated() {
      transactions += try chain.onboarding(request, number: first + UInt64(index))
    }
    try decide(transactions)
  }

  /// Decides what is not weighed.
  func decide(_ transactions: [Transaction]) throws {
    try chain.decide(transactions)
    chain.forgetSequences()
  }
}
