import LedgerCore
import LedgerRules

/// Weighs everything that genesis has a cost for.
///
/// Kinds are weighed one after the other on one ledger; each with transactions of one operation, in
/// the dearest form that its bounds allow. What a transaction costs in any case is told apart by
/// transfers, of which one can hold one or many.
struct CostMeasurement {
  /// What was weighed of each kind, the dearest form counts.
  struct Costs {
    var transaction = Weight(nanoseconds: 0, bytes: 0)
    var signature = Weight(nanoseconds: 0, bytes: 0)
    /// Of each lot that a request states.
    var lots: [(form: String, weight: Weight)] = []
    var operations: [(kind: OperationKind, form: String, weight: Weight)] = []
  }

  let weighing: Weighing
  private(set) var costs = Costs()
  let report: (String) -> Void

  init(_ folder: CarbonFolder, report: @escaping (String) -> Void) throws {
    weighing = try Weighing(folder)
    self.report = report
  }

  mutating func run() throws {
    costs.signature = try weighing.signature()
    try weighing.placeEarningVotes()
    try weighTransfers()
    try weighAccounts()
    try weighLots()
    try weighRequests()
    try weighRequestedLots()
    try weighCustody()
    try weighReserves()
    try weighReports()
    try weighCandidates()
    try weighVotes()
    try weighMotions()
    try weighDepartures()
    // Last: who has other keys can send nothing more here.
    note(.setAuthority, "of 16 keys", try weighing.weigh { try weighing.authorities() })
  }

  /// Notes a form of a kind, whose transactions hold one operation.
  mutating func note(_ kind: OperationKind, _ form: String, _ transaction: Weight) {
    costs.operations.append((kind, form, transaction - costs.transaction))
    report(kind.name)
  }

  /// One transfer, and eight, to accounts that have no record yet.
  private mutating func weighTransfers() throws {
    let (one, many) = (1, 8)
    let single = try weighing.weigh { try weighing.transfers(each: one) }
    let several = try weighing.weigh { try weighing.transfers(each: many) }
    let transfer = (several - single) / (many - one)
    costs.transaction = single - transfer
    note(.transfer, "to a new account", single)
  }

  private mutating func weighAccounts() throws {
    note(.topUpReserve, "of any node", try weighing.weigh { try weighing.topUps() })
  }

  /// A part in the middle of a lot is split off at both ends.
  private mutating func weighLots() throws {
    let claim = RetirementClaim(
      beneficiary: SHA256.hash([1]), reason: .beneficiary, periodFrom: 20_240_101,
      periodTo: 20_241_231)
    let recipient = CarbonNetwork.account(1)
    let forms: [(OperationKind, (LotRange) -> LedgerCore.Operation)] = [
      (.transferLot, { .transferLot(TransferLot(range: $0, recipient: recipient)) }),
      (.splitLot, { .splitLot(SplitLot(lot: $0.lot, at: $0.start)) }),
      (.depositLot, { .depositLot(DepositLot(range: $0)) }),
      (.retireLot, { .retireLot(RetireLot(range: $0, claim: claim)) }),
      (.cancelLot, { .cancelLot(CancelLot(range: $0)) }),
    ]
    for (kind, operation) in forms {
      let form = kind == .splitLot ? "in the middle" : "a part in the middle"
      note(kind, form, try weighing.weigh { try weighing.parts(operation) })
    }
  }

  private mutating func weighCustody() throws {
    let custodian = CarbonNetwork.custodian
    note(
      .attestCustody, "",
      try weighing.weigh {
        try weighing.repeated(by: custodian) { _ in
          .attestCustody(AttestCustody(document: SHA256.hash([1])))
        }
      })
    note(
      .postBond, "",
      try weighing.weigh {
        try weighing.repeated(by: custodian) { _ in .postBond(PostBond(amount: Amount(1))) }
      })
    note(
      .confirmRetirement, "",
      try weighing.weigh { try weighing.confirmations() })
    note(
      .setBuffer, "a part in the middle of the buffer",
      try weighing.weigh { try weighing.unbuffered() })
    note(
      .replaceCredits, "for the reserve, a part in the middle",
      try weighing.weigh(blocks: 5) { try weighing.replacements() })
  }

  /// Of a bundle with a transaction that 32 keys have signed, all of them well: nothing is proven
  /// after everything was looked at.
  private mutating func weighReports() throws {
    note(
      .reportOffence, "a bundle, 33 signatures",
      try weighing.weigh(mayFail: true) { try weighing.falseReports() })
  }

  private mutating func weighReserves() throws {
    note(
      .withdrawReserve, "",
      try weighing.weigh { try weighing.byNodes { .withdrawReserve(WithdrawReserve(amount: $0)) } })
    let jump = CostMeasurement.collectingSlots
    note(
      .collectReserve, "after eight days",
      try weighing.weigh(blocks: Self.collectingBlocks, slots: jump) {
        try weighing.chain.decide(
          try weighing.byNodes { .withdrawReserve(WithdrawReserve(amount: $0)) })
        weighing.chain.forgetSequences()
        return try weighing.byNodes { _ in .collectReserve(CollectReserve()) }
      })
    note(.sellToFund, "", try weighing.weigh { try weighing.sales() })
  }

  /// Eight days of blocks every ten seconds: twice, they end a term of `CarbonNetwork`.
  private static let collectingSlots: UInt64 = 8 * 8_640
  /// So often, and the dues of so many days leave a reserve of 30 days above its floor.
  private static let collectingBlocks = 2
}

extension CostMeasurement {
  /// Requests without lots: an export of a part in the middle, an amendment; and what is decided on
  /// them.
  private mutating func weighRequests() throws {
    note(
      .fileRequest, "an export of a part in the middle",
      try weighing.weigh { try weighing.exports() })
    note(
      .fileRequest, "an amendment",
      try weighing.weigh { try weighing.filed(by: CarbonNetwork.custodian, CostForms.amendment) })
    note(
      .decideRequest, "the first word on an export",
      try weighing.weigh { try weighing.words(.first) })
    note(
      .decideRequest, "the last word on an export",
      try weighing.weigh { try weighing.words(.last) })
    note(
      .withdrawRequest, "of 128 ranges",
      try weighing.weigh(blocks: 5) { try weighing.withdrawals() })
  }

  /// Requests about many lots against those about one.
  private mutating func weighRequestedLots() throws {
    for form in CostForms.allCases {
      let filed = try weighing.weigh(blocks: 5) { try weighing.filings(form, lots: form.lots) }
      let filedOne = try weighing.weigh(blocks: 5) { try weighing.filings(form, lots: 1) }
      costs.lots.append(("\(form.name), filed", (filed - filedOne) / (form.lots - 1)))
      let last = try weighing.weigh(blocks: 5) { try weighing.completions(form, lots: form.lots) }
      let lastOne = try weighing.weigh(blocks: 5) { try weighing.completions(form, lots: 1) }
      costs.lots.append(("\(form.name), carried out", (last - lastOne) / (form.lots - 1)))
      report("lots: \(form.name)")
      // What one lot's request costs beyond the lot belongs to the operation.
      let one = Weight.most(costs.lots.map(\.weight))
      note(.fileRequest, "\(form.name) of one lot, without it", filedOne - one)
      note(.decideRequest, "\(form.name) of one lot, without it", lastOne - one)
    }
  }
}
