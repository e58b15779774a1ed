import LedgerCore
import LedgerRules
import LedgerState

/// Blocks of the operations that figures of carbon count, on lots that are different in each.
struct CarbonWork {
  /// Operations of a block, one in each transaction.
  static let operationCount = 1_000

  let chain: CarbonChain
  let network: CarbonNetwork
  var numbers: Numbers
  private var used: Set<UInt64> = []
  /// What weighed operations have named so far.
  var newAccounts = 0
  var freshAccounts = 0
  var reservedLots: UInt64 = 0
  var bufferTaken: UInt64 = 0
  var confirmedRetirements: UInt64 = 0
  var broughtRanges = 0
  /// Candidates that were registered, and which of them is named next.
  var candidates: [AccountID] = []
  var nextCandidate = 0
  var usedKeys = 0

  init(_ chain: CarbonChain, _ network: CarbonNetwork, seed: Int) {
    self.chain = chain
    self.network = network
    numbers = Numbers(seed: seed)
  }

  /// A tradable lot that no block of this work has named yet, and its number.
  mutating func lot() throws -> (number: UInt64, lot: Lot) {
    var queries = LedgerQueries(chain.state)
    while true {
      let number = UInt64.random(
        in: CarbonNetwork.firstLot..<UInt64(network.lots), using: &numbers)
      guard !CarbonNetwork.isDeposited(number), !CarbonNetwork.isRetired(number),
        used.insert(number).inserted
      else { continue }
      guard let lot = try queries.lot(number), lot.state == .tradable else {
        throw BenchmarkFault.broken("lot \(number) is not tradable")
      }
      return (number, lot)
    }
  }

  private mutating func account() -> AccountID {
    CarbonNetwork.account(Int.random(in: 0..<network.accounts, using: &numbers))
  }

  /// A block of `operationCount` transactions with one operation each about a lot.
  private mutating func block(_ operation: (UInt64, Lot, AccountID) -> Operation) throws
    -> CarbonChain.Proposal
  {
    chain.forgetSequences()
    var transactions: [Transaction] = []
    for _ in 0..<Self.operationCount {
      let (number, lot) = try lot()
      transactions.append(
        try chain.transaction([operation(number, lot, account())], by: lot.owner))
    }
    return try chain.proposal(transactions)
  }

  /// Whole lots to other accounts.
  mutating func transfers() throws -> CarbonChain.Proposal {
    try block { number, lot, recipient in
      .transferLot(
        TransferLot(
          range: LotRange(lot: number, start: lot.start, end: lot.end), recipient: recipient))
    }
  }

  /// Lots divided at a serial inside.
  mutating func splits() throws -> CarbonChain.Proposal {
    try block { number, lot, _ in
      .splitLot(SplitLot(lot: number, at: lot.start + lot.count / 2))
    }
  }

  /// Whole lots retired for a beneficiary.
  mutating func retirements() throws -> CarbonChain.Proposal {
    try block { number, lot, beneficiary in
      .retireLot(
        RetireLot(
          range: LotRange(lot: number, start: lot.start, end: lot.end),
          claim: RetirementClaim(
            beneficiary: Digest(beneficiary.bytes), reason: .beneficiary,
            periodFrom: 20_240_101, periodTo: 20_241_231)))
    }
  }

  /// Requests of so many new ranges each, filed and approved: `operationCount` operations, or as
  /// many requests of more ranges as bring `operationCount` lots and more.
  mutating func onboardings(ranges: Int) throws -> CarbonChain.Proposal {
    chain.forgetSequences()
    let operations = 1 + CarbonNetwork.approvals
    let requests = ranges == 1 ? Self.operationCount / operations : 1 + 1_000 / ranges
    var queries = LedgerQueries(chain.state)
    let first = try queries.registryBook().requests
    var transactions: [Transaction] = []
    for number in 0..<requests {
      let project = Int.random(in: 0..<network.projects, using: &numbers)
      let place = CarbonNetwork.rangesPerProject + number * ranges
      transactions += try chain.onboarding(
        CarbonNetwork.request(
          (0..<ranges).map { CarbonNetwork.range(place + $0, of: project) },
          of: CarbonNetwork.project(project), to: number), number: first + UInt64(number))
    }
    return try chain.proposal(transactions)
  }

  /// A serial that was brought.
  struct Place: Sendable {
    let block: String
    let serial: UInt64
  }

  /// Serials in an order of chance.
  mutating func places(_ count: Int) -> [Place] {
    let last = UInt64(CarbonNetwork.rangesPerProject) * CarbonNetwork.serialsPerRange
    return (0..<count).map { _ in
      Place(
        block: CarbonNetwork.serialBlock(Int.random(in: 0..<network.projects, using: &numbers)),
        serial: UInt64.random(in: 1...last, using: &numbers))
    }
  }
}
