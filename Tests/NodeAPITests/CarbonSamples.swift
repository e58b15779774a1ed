import LedgerCore
import NodeAnswers

/// Answers about carbon with every field set.
extension Samples {
  static let registry = RegistryAnswer(name: "text", unit: "tonne")

  static let project = ProjectAnswer(
    registry: "text", id: "text", name: "text", country: "text", subdivision: "text", type: "text",
    methodology: "text", proponent: "text", cap: 3, serials: 3, documents: [hash])

  static let issuance = IssuanceAnswer(
    number: 3, registry: "text", project: "text", block: "gs:1-TR-1363-12-2020-20912",
    serial: "text", start: 3, end: 3, vintageFrom: 20_200_101, vintageTo: 20_201_231,
    product: "text", unit: "tonne", request: 3, height: 5)

  static let registrars = RegistrarsAnswer(threshold: 3, seats: [address])

  static let custodian = CustodianAnswer(
    account: address, name: "text", limit: "1000000", live: "1000000", buffer: "1000000",
    bond: "1000000", attestedUntil: 3, attestation: hash, openObligations: 3)

  static let book = BookAnswer(
    height: 5, onboarded: "7", states: ["tradable": "7"], lots: 3, issuances: 3, requests: 3,
    retirements: 3, obligations: 3, deposits: "7", bonds: "7", supply: "7", reserveTonnes: 3,
    reserveObligations: "7", consumed: "7", tonnesRetired: 3)

  static func obligation(_ number: UInt64) -> ObligationAnswer {
    ObligationAnswer(
      number: number, lot: 3, custodian: address, purpose: "owner", owner: address,
      amount: "1000000", open: "7", dueBy: 3, isClosed: true, bondTaken: true)
  }

  static let adjustment = AdjustmentAnswer(declaration: "unknown", status: "not-started", date: 3)

  static func lot(_ number: UInt64) -> LotAnswer {
    LotAnswer(
      number: number, issuance: 3, registry: "text", project: "text",
      block: "gs:1-TR-1363-12-2020-20912", serial: "text", start: 3, end: 3, count: 3,
      amount: "1000000", vintageFrom: 20_200_101, vintageTo: 20_201_231, product: "text",
      labels: ["ccp"], adjustment: adjustment, owner: address, custodian: address, state: "retired",
      isReversed: true, reference: 3)
  }

  static let indicator = IndicatorAnswer(
    field: "S.8", name: "energy-consumption", value: "3986.15040", unit: "kWh/a", note: "text")

  static let indicators = IndicatorsAnswer(
    isTest: true, from: 5, to: 5, timestampFrom: 1_767_225_600_000,
    timestampTo: 1_767_225_600_000, transactions: 3, energy: "1000000", footprint: "1000000",
    consumed: "1000000", tonnesRetired: 3, covered: true, indicators: [indicator])

  /// Everything that can be asked for.
  static var filter: CreditFilter {
    var filter = CreditFilter()
    filter.owner = AccountID(SHA256.hash([7]).bytes)
    filter.custodian = AccountID(SHA256.hash([8]).bytes)
    filter.registry = "a registry"
    filter.project = "a/b"
    filter.vintage = 2_020
    filter.product = .certified
    filter.label = .article6Authorised
    filter.serial = CreditFilter.SerialName(block: "gs:1", number: 17)
    return filter
  }

  static let lotDetail = LotDetailAnswer(
    lot: lot(4), issuance: issuance, project: project, retirement: retirement(4))

  static let serial = SerialAnswer(
    block: "gs:1-TR-1363-12-2020-20912", serial: 3, lot: lot(4), issuance: issuance,
    project: project, request: request(4), neighbours: [lot(4)], retirement: retirement(4))

  static let mirror = MirrorAnswer(reference: "text", date: 3, height: 5)

  static func retirement(_ number: UInt64) -> RetirementAnswer {
    RetirementAnswer(
      number: number, height: 5, retiredAt: 1_767_225_600_000, lot: 3, custodian: address,
      registry: "text", project: "text",
      block: "gs:1-TR-1363-12-2020-20912", serial: "text", start: 3, end: 3, amount: "1000000",
      purpose: "holder", firstTonne: 3, holder: address, beneficiary: hash, reason: "text",
      periodFrom: 3, periodTo: 3, obligation: 3, mirror: mirror, mirrorDueBy: 1_767_225_600_000)
  }

  static let requestRange = RequestRangeAnswer(
    registry: "text", project: "text", serial: "text", block: "gs:1-TR-1363-12-2020-20912",
    lot: 3, start: 3, end: 3)

  static func request(_ number: UInt64) -> RequestAnswer {
    RequestAnswer(
      number: number, kind: "text", filer: address, filedAt: 3, expiresAt: 3, deposit: "1000000",
      standing: "pending", endedAt: 3, approvals: [address], rejections: [address], lotsMax: 3,
      document: hash, voucher: "text", consent: hash, owner: address, isBuffer: true, serials: 3,
      ranges: [requestRange], bytes: "00ff")
  }

  static let fund = FundAnswer(
    height: 5, eco2: "7", ecc: "7", overheadOpen: "7", reserveOpen: "7", bidOpenedAt: 3,
    bidLeft: "7", bidPrice: "7")

  static let factor = FactorAnswer(
    row: 3, regionCode: "text", region: "text", year: 3, microgramsPerKilowattHour: 3,
    source: "text", licence: "text", isInForce: true)

  static let statementSums = StatementSumsAnswer(
    from: 3, to: 3, timestampFrom: 3, timestampTo: 3, footprint: "7", nodesFootprint: "7", due: "7",
    paid: "7", fund: "7", arrears: "7", overheadDue: "7", fundOverhead: "7", charges: "7",
    consumed: "7", arrearsOpen: "7", tonnesRetired: 3, blocksNotCovered: 3, covered: true)

  static let statementRange = StatementRangeAnswer(
    sums: statementSums, buckets: [statementSums], retirementCount: 3, retirements: [retirement(4)])
}
