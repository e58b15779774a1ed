/// A record is not sound for this reason.
struct RecordRejection: Error {
  let reason: RejectionReason
  init(_ reason: RejectionReason) { self.reason = reason }
}

/// Where an export keeps what, found in its header; and how one record becomes a credit.
struct RegistryColumns {
  let serial: Int
  private let registry: Registry
  private let count: Int
  private let quantity: Int
  private let projectID: Int
  /// Nil where the serial says the vintage.
  private let vintage: Int?
  private let product: Int?
  private let status: Int?
  private let projectName: Int?
  private let projectType: Int?
  private let country: Int?
  private let methodology: Int?
  private let issuedOn: Int?
  private let retiredOn: Int?
  private let periodStart: Int?
  private let periodEnd: Int?
  private let corsia: Int?
  private let isDayFirst: Bool

  init(registry: Registry, header: CSVHeader) throws(RegistryFileError) {
    func needed(_ names: [String]) throws(RegistryFileError) -> Int {
      guard let column = header.column(names) else { throw .missingColumn(accepted: names) }
      return column
    }
    let names = ColumnNames(registry)
    self.registry = registry
    count = header.count
    serial = try needed(names.serial)
    quantity = try needed(names.quantity)
    projectID = try needed(names.projectID)
    vintage = names.vintage.isEmpty ? nil : try needed(names.vintage)
    product = header.column(names.product)
    status = header.column(names.status)
    projectName = header.column(names.projectName)
    projectType = header.column(names.projectType)
    country = header.column(names.country)
    methodology = header.column(names.methodology)
    issuedOn = header.column(names.issuedOn)
    retiredOn = header.column(names.retiredOn)
    periodStart = header.column(names.periodStart)
    periodEnd = header.column(names.periodEnd)
    corsia = header.column(names.corsia)
    isDayFirst = names.isDayFirst
  }

  /// Judges one record: serial first, then quantity, then the other fields.
  func credit(
    _ record: CSVRecord, number: Int, asOf: CalendarDay
  ) throws(RecordRejection) -> CreditRecord {
    guard record.count == count else { throw RecordRejection(.cells) }
    guard let range = SerialRange.parse(record[serial], grammars: registry.grammars) else {
      throw RecordRejection(.unparsable)
    }
    guard let tonnes = range.count, tonnes <= Limits.tonnesMax,
      tonnes == CellText.quantity(record[quantity])
    else { throw RecordRejection(.quantity) }
    let order = dateOrder(record, range)
    let period = try vintagePeriod(record, range)
    let issued = try date(record, issuedOn, isDayFirst: order)
    let retired = try date(record, retiredOn, isDayFirst: order)
    let product = productType(record)
    return CreditRecord(
      registry: registry, record: number, projectID: text(record, projectID),
      projectName: text(record, projectName), country: text(record, country),
      projectType: text(record, projectType), methodology: text(record, methodology),
      product: product, vintageFrom: period.from, vintageTo: period.to, serial: range,
      serialAsWritten: String(decoding: record[serial], as: UTF8.self), tonnes: tonnes,
      issuedOn: issued, retiredOn: retired, isCORSIAEligible: isCORSIAEligible(record),
      eligibility: eligibility(
        record, product: product, vintageTo: period.to, isRetired: retired != nil, asOf: asOf))
  }

  private func text(_ record: CSVRecord, _ column: Int?) -> String {
    column.map { CellText.text(record[$0]) } ?? ""
  }

  private func isCORSIAEligible(_ record: CSVRecord) -> Bool {
    guard let corsia else { return false }
    let label = CellText.text(record[corsia]).lowercased()
    return label == "yes" || label.contains("corsia")
  }

  // MARK: days

  /// Nil where the column or its cell is missing.
  private func date(
    _ record: CSVRecord, _ column: Int?, isDayFirst: Bool = false
  ) throws(RecordRejection) -> CalendarDay? {
    guard let column, !CellText.withoutWhiteSpace(record[column]).isEmpty else { return nil }
    guard let day = CalendarDay(cell: record[column], isDayFirst: isDayFirst) else {
      throw RecordRejection(.date)
    }
    return day
  }

  /// Whether the record's days are written day first: a vintage that its serial says too shows it.
  private func dateOrder(_ record: CSVRecord, _ range: SerialRange) -> Bool {
    guard let vintage = range.vintage else { return isDayFirst }
    let told = [(periodStart, vintage.lowerBound), (periodEnd, vintage.upperBound)]
    for (column, day) in told {
      guard let column else { continue }
      let isMonthFirst = CalendarDay(cell: record[column]) == day
      guard isMonthFirst != (CalendarDay(cell: record[column], isDayFirst: true) == day) else {
        continue
      }
      return !isMonthFirst
    }
    return isDayFirst
  }

  /// The vintage that the serial says; else the vintage year, cut to the monitoring period where
  /// the two meet. One monitoring period often spans several vintages, each a record of its own.
  private func vintagePeriod(
    _ record: CSVRecord, _ range: SerialRange
  ) throws(RecordRejection) -> (from: CalendarDay, to: CalendarDay) {
    if let vintage = range.vintage { return (vintage.lowerBound, vintage.upperBound) }
    guard let vintage, let year = CellText.number(CellText.withoutWhiteSpace(record[vintage])),
      Limits.vintageYears.contains(year)
    else { throw RecordRejection(.vintage) }
    let first = CalendarDay.firstDay(ofYear: Int(year))
    let last = CalendarDay.lastDay(ofYear: Int(year))
    let from = max(first, try date(record, periodStart) ?? first)
    let to = min(last, try date(record, periodEnd) ?? last)
    return from <= to ? (from, to) : (first, last)
  }

  // MARK: eligibility

  private func productType(_ record: CSVRecord) -> ProductType {
    switch registry {
    case .climateActionReserve: return .climateReserveTonne
    case .acr: return .emissionReductionTonne
    case .verra: return .verifiedCarbonUnit
    case .goldStandard:
      let code = text(record, product)
      return switch code {
      case "VER": .verified
      case "CER": .certified
      case "PER": .planned
      default: .other(code)
      }
    }
  }

  private func eligibility(
    _ record: CSVRecord, product: ProductType, vintageTo: CalendarDay, isRetired: Bool,
    asOf: CalendarDay
  ) -> Eligibility {
    switch status.map({ CellText.text(record[$0]).lowercased() }) {
    case "retired": return .retired
    case "cancelled", "canceled": return .cancelled
    case _ where isRetired: return .retired
    case "issued", "active": break
    // Verra's exports have no status, and a date when a unit is retired or cancelled.
    case nil where registry == .verra && retiredOn != nil: break
    case _: return .unknown
    }
    switch product {
    case .planned: return .planned
    case .other: return .unknown
    case .verified, .certified, .climateReserveTonne, .verifiedCarbonUnit,
      .emissionReductionTonne:
      return vintageTo > asOf ? .vintageInFuture : .eligible
    }
  }
}
