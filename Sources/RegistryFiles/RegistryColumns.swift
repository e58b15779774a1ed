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
  private let vintage: Int
  private let projectID: Int
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

  init(registry: Registry, header: CSVHeader) throws(RegistryFileError) {
    func needed(_ names: String...) throws(RegistryFileError) -> Int {
      guard let column = header.column(names) else { throw .missingColumn(accepted: names) }
      return column
    }
    self.registry = registry
    count = header.count
    projectID = try needed("Project ID", "GSID")
    vintage = try needed("Vintage", "Vintage Year")
    projectName = header.column(["Project Name"])
    projectType = header.column(["Project Type"])
    country = header.column(["Country", "Project Site Country", "Project Country"])
    corsia = header.column(["Eligible for CORSIA?", "CORSIA Eligible"])
    switch registry {
    case .goldStandard:
      serial = try needed("Serial Number", "Serial Numbers")
      quantity = try needed("Quantity", "Quantity of Credits")
      product = try needed("Product Type", "Product")
      status = try needed("Credit Status", "Status")
      methodology = header.column(["Methodology"])
      issuedOn = header.column(["Issuance Date", "Date Issued"])
      periodStart = header.column(["Monitoring Period Start", "Monitoring Period Start Date"])
      periodEnd = header.column(["Monitoring Period End", "Monitoring Period End Date"])
      retiredOn = header.column(["Retirement Date", "Date Retired"])
    case .climateActionReserve:
      serial = try needed("Offset Credit Serial Numbers", "Serial Numbers", "Serial Number")
      quantity = try needed("Quantity of Offset Credits", "Quantity")
      methodology = header.column(["Protocol Version", "Protocol"])
      // An export of retirements: its date is the day the retirement took effect.
      retiredOn = try needed("Status Effective", "Retirement Date")
      product = nil
      status = nil
      issuedOn = nil
      periodStart = nil
      periodEnd = nil
    }
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
    guard let year = CellText.number(CellText.withoutWhiteSpace(record[vintage])),
      Limits.vintageYears.contains(year)
    else { throw RecordRejection(.vintage) }
    let issued = try date(record, issuedOn)
    let retired = try date(record, retiredOn)
    let period = try vintagePeriod(record, year: Int(year))
    let product = productType(record)
    return CreditRecord(
      registry: registry, record: number, projectID: text(record, projectID),
      projectName: text(record, projectName), country: text(record, country),
      projectType: text(record, projectType), methodology: text(record, methodology),
      product: product, vintageFrom: period.from, vintageTo: period.to, serial: range,
      serialAsWritten: String(decoding: record[serial], as: UTF8.self), tonnes: tonnes,
      issuedOn: issued, retiredOn: retired,
      isCORSIAEligible: corsia.map { CellText.equals(record[$0], "yes") } ?? false,
      eligibility: eligibility(
        record, product: product, vintageTo: period.to, isRetired: retired != nil, asOf: asOf))
  }

  private func text(_ record: CSVRecord, _ column: Int?) -> String {
    column.map { CellText.text(record[$0]) } ?? ""
  }

  /// Nil where the column or its cell is missing.
  private func date(_ record: CSVRecord, _ column: Int?) throws(RecordRejection) -> CalendarDay? {
    guard let column, !CellText.withoutWhiteSpace(record[column]).isEmpty else { return nil }
    guard let day = CalendarDay(cell: record[column]) else { throw RecordRejection(.date) }
    return day
  }

  /// The vintage year, cut to the monitoring period where the two meet. One monitoring period often
  /// spans several vintages, each a record of its own.
  private func vintagePeriod(
    _ record: CSVRecord, year: Int
  ) throws(RecordRejection) -> (from: CalendarDay, to: CalendarDay) {
    let first = CalendarDay.firstDay(ofYear: year)
    let last = CalendarDay.lastDay(ofYear: year)
    let from = max(first, try date(record, periodStart) ?? first)
    let to = min(last, try date(record, periodEnd) ?? last)
    return from <= to ? (from, to) : (first, last)
  }

  private func productType(_ record: CSVRecord) -> ProductType {
    switch registry {
    case .climateActionReserve: return .climateReserveTonne
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
    let statusText = status.map { CellText.text(record[$0]).lowercased() }
    if isRetired || statusText == "retired" { return .retired }
    guard statusText == "issued" else { return .unknown }
    switch product {
    case .planned: return .planned
    case .other: return .unknown
    case .verified, .certified, .climateReserveTonne:
      return vintageTo > asOf ? .vintageInFuture : .eligible
    }
  }
}
