import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers

/// Reads records of one state and says them as the API does.
struct CarbonReader {
  var queries: LedgerQueries
  let network: NetworkKind
  /// The time of the state's block: what custodians' attestations are held against.
  private var time: UInt64?
  private var custodians: [AccountID: Custodian] = [:]

  init(_ queries: LedgerQueries, network: NetworkKind) {
    self.queries = queries
    self.network = network
  }

  func address(_ account: AccountID) -> String { account.address(network: network) }

  // MARK: Lots

  /// A lot; nil when there is none of this number.
  mutating func lot(_ number: UInt64) throws(RecordError) -> LotAnswer? {
    guard let lot = try queries.lot(number) else { return nil }
    return try answer(lot, number, issuance(lot.issuance))
  }

  mutating func answer(_ lot: Lot, _ number: UInt64, _ issuance: Issuance) throws(RecordError)
    -> LotAnswer
  {
    let amount = issuance.unit.micrograms * UInt128(lot.count)
    return LotAnswer(
      number: number, issuance: lot.issuance, registry: issuance.registry,
      project: issuance.projectID, block: issuance.range.serialBlock,
      serial: issuance.range.serialText, start: lot.start, end: lot.end, count: lot.count,
      amount: "\(amount)", vintageFrom: issuance.range.vintageFrom,
      vintageTo: issuance.range.vintageTo, product: issuance.range.product.code,
      labels: lot.labels.codes,
      adjustment: AdjustmentAnswer(
        declaration: lot.adjustment.declaration.name, status: lot.adjustment.status.name,
        date: lot.adjustment.date == 0 ? nil : lot.adjustment.date),
      owner: address(lot.owner), custodian: address(lot.custodian),
      state: try state(of: lot).name, isReversed: lot.isReversed, reference: lot.reference)
  }

  /// A lot's state now.
  mutating func state(of lot: Lot) throws(RecordError) -> LotState {
    guard let holder = try custodian(lot.custodian) else { return lot.state }
    return lot.state(at: try now(), custodian: holder)
  }

  private mutating func now() throws(RecordError) -> UInt64 {
    if let time { return time }
    let timestamp = try queries.tip().timestamp
    time = timestamp
    return timestamp
  }

  private mutating func custodian(_ account: AccountID) throws(RecordError) -> Custodian? {
    if let known = custodians[account] { return known }
    let found = try queries.custodian(account)
    custodians[account] = found
    return found
  }

  /// An issuance that a lot names: it must exist.
  mutating func issuance(_ number: UInt64) throws(RecordError) -> Issuance {
    guard let issuance = try queries.issuance(number) else {
      throw .missing(key: Issuance.key(number))
    }
    return issuance
  }

  func answer(_ issuance: Issuance, _ number: UInt64) -> IssuanceAnswer {
    IssuanceAnswer(
      number: number, registry: issuance.registry, project: issuance.projectID,
      block: issuance.range.serialBlock, serial: issuance.range.serialText,
      start: issuance.range.start, end: issuance.range.end,
      vintageFrom: issuance.range.vintageFrom, vintageTo: issuance.range.vintageTo,
      product: issuance.range.product.code, unit: "\(issuance.unit)", request: issuance.request,
      height: issuance.height)
  }

  mutating func detail(_ number: UInt64) throws(RecordError) -> LotDetailAnswer? {
    guard let lot = try queries.lot(number) else { return nil }
    let issuance = try issuance(lot.issuance)
    guard let project = try project(registry: issuance.registry, id: issuance.projectID) else {
      throw .missing(key: ProjectEntry.key(registry: issuance.registry, id: issuance.projectID))
    }
    return LotDetailAnswer(
      lot: try answer(lot, number, issuance), issuance: answer(issuance, lot.issuance),
      project: project, retirement: try retirement(of: lot))
  }

  private mutating func retirement(of lot: Lot) throws(RecordError) -> RetirementAnswer? {
    guard lot.state == .retired, let number = lot.reference else { return nil }
    return try retirement(number)
  }

  /// Where a serial is, and its history.
  mutating func serial(_ serial: UInt64, block: String) throws(RecordError) -> SerialAnswer? {
    guard let number = try queries.lot(holding: serial, block: block),
      let detail = try detail(number)
    else { return nil }
    let issuance = try issuance(detail.issuance.number)
    let numbers = try queries.lots(
      of: issuance, from: serial, before: CarbonFormat.neighboursMax / 4,
      max: CarbonFormat.neighboursMax)
    var neighbours: [LotAnswer] = []
    for neighbour in numbers {
      if let lot = try lot(neighbour) { neighbours.append(lot) }
    }
    var request: RequestAnswer?
    if let number = issuance.request { request = try self.request(number, isWhole: false) }
    return SerialAnswer(
      block: block, serial: serial, lot: detail.lot, issuance: detail.issuance,
      project: detail.project, request: request, neighbours: neighbours,
      retirement: detail.retirement)
  }

  // MARK: Registries, projects, who runs them

  mutating func registry(_ name: String) throws(RecordError) -> RegistryAnswer? {
    try queries.registry(name).map { RegistryAnswer(name: $0.name, unit: "\($0.unit)") }
  }

  mutating func project(registry: String, id: String) throws(RecordError) -> ProjectAnswer? {
    guard let entry = try queries.project(registry: registry, id: id) else { return nil }
    let project = entry.project
    return ProjectAnswer(
      registry: project.registry, id: project.id, name: project.name, country: project.country,
      subdivision: project.subdivision, type: project.type, methodology: project.methodology,
      proponent: project.proponent, cap: project.cap, serials: entry.serials,
      documents: project.documents.map(\.hex))
  }

  mutating func custodianAnswer(_ account: AccountID) throws(RecordError) -> CustodianAnswer? {
    guard let custodian = try queries.custodian(account) else { return nil }
    return CustodianAnswer(
      account: address(account), name: custodian.name, limit: "\(custodian.limit)",
      live: "\(custodian.live)", buffer: "\(custodian.buffer)", bond: "\(custodian.bond)",
      attestedUntil: custodian.attestedUntil,
      attestation: custodian.attestation == .zero ? nil : custodian.attestation.hex,
      openObligations: custodian.openObligations)
  }

  mutating func book() throws(RecordError) -> BookAnswer {
    let book = try queries.registryBook()
    let (reserve, line) = (try queries.reserve(), try queries.numberLine())
    return BookAnswer(
      height: try queries.tip().height, onboarded: "\(book.onboarded)",
      states: Dictionary(
        uniqueKeysWithValues: LotState.allCases.filter { $0 != .suspended }.map {
          ($0.name, "\(book[$0])")
        }),
      lots: book.lots, issuances: book.issuances, requests: book.requests,
      retirements: book.retirements, obligations: book.obligations,
      deposits: "\(book.deposits)", bonds: "\(book.bonds)",
      supply: "\(try queries.eccSupply())", reserveTonnes: reserve.tonnes,
      reserveObligations: "\(reserve.obligations)", consumed: "\(line.consumed)",
      tonnesRetired: line.tonnesRetired)
  }

  // MARK: Retirements and obligations

  mutating func retirement(_ number: UInt64) throws(RecordError) -> RetirementAnswer? {
    guard let retirement = try queries.retirement(number) else { return nil }
    guard let lot = try queries.lot(retirement.lot) else {
      throw .missing(key: Lot.key(retirement.lot))
    }
    let issuance = try issuance(lot.issuance)
    let amount = issuance.unit.micrograms * UInt128(retirement.end - retirement.start + 1)
    let due = try queries.mirrorDue(retirement)
    var answer = RetirementAnswer(
      number: number, height: retirement.height, retiredAt: due - Retirement.mirrorMilliseconds,
      lot: retirement.lot, custodian: address(lot.custodian), registry: issuance.registry,
      project: issuance.projectID,
      block: issuance.range.serialBlock, serial: issuance.range.serialText,
      start: retirement.start, end: retirement.end, amount: "\(amount)", purpose: "pool",
      mirror: retirement.mirror.map {
        MirrorAnswer(reference: $0.reference, date: $0.date, height: $0.height)
      }, mirrorDueBy: retirement.mirror == nil ? due : nil)
    switch retirement.purpose {
    case .pool(let tonne): answer.firstTonne = tonne
    case .holder(let account, let claim):
      answer.purpose = "holder"
      answer.holder = address(account)
      answer.beneficiary = claim.beneficiary == .zero ? nil : claim.beneficiary.hex
      answer.reason = claim.reason.code
      answer.periodFrom = claim.periodFrom == 0 ? nil : claim.periodFrom
      answer.periodTo = claim.periodTo == 0 ? nil : claim.periodTo
    case .replacement(let obligation):
      answer.purpose = "replacement"
      answer.obligation = obligation
    }
    return answer
  }

  mutating func obligation(_ number: UInt64) throws(RecordError) -> ObligationAnswer? {
    guard let obligation = try queries.obligation(number) else { return nil }
    var owner: String?
    if case .owner(let account) = obligation.purpose { owner = address(account) }
    return ObligationAnswer(
      number: number, lot: obligation.lot, custodian: address(obligation.custodian),
      purpose: obligation.purpose.name, owner: owner, amount: "\(obligation.amount)",
      open: "\(obligation.open)", dueBy: obligation.dueBy, isClosed: obligation.isClosed,
      bondTaken: obligation.bondTaken)
  }

  // MARK: The fund and the factors

  mutating func fund() throws(RecordError) -> FundAnswer {
    let (fund, bid, tip) = (try queries.fund(), try queries.fundBid(), try queries.tip())
    let price = bid.price(at: tip.timestamp, try queries.parameters().fund)
    return FundAnswer(
      height: tip.height, eco2: "\(fund.eco2)", ecc: "\(fund.ecc)",
      overheadOpen: "\(fund.overheadOpen)", reserveOpen: "\(fund.reserveOpen)",
      bidOpenedAt: bid.openedAt, bidLeft: "\(bid.left)", bidPrice: "\(price)")
  }

  mutating func factor(_ row: UInt64) throws(RecordError) -> FactorAnswer? {
    guard let factor = try queries.factorRow(row) else { return nil }
    let active = try queries.factor(region: factor.regionCode)
    return FactorAnswer(
      row: row, regionCode: factor.regionCode, region: factor.region, year: factor.year,
      microgramsPerKilowattHour: factor.microgramsPerKilowattHour, source: factor.source,
      licence: factor.licence, isInForce: active?.row == row)
  }
}

extension CorrespondingAdjustment.Declaration {
  /// The name in JSON and tables.
  fileprivate var name: String {
    switch self {
    case .unknown: "unknown"
    case .notRequired: "not-required"
    case .committed: "committed"
    }
  }
}

extension CorrespondingAdjustment.Status {
  /// The name in JSON and tables.
  fileprivate var name: String {
    switch self {
    case .notStarted: "not-started"
    case .pending: "pending"
    case .completed: "completed"
    }
  }
}
