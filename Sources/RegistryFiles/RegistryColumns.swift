/// A record is not sound for this reason.
struct RecordRejection: Error {
  let reason: RejectionReason
  init(_ reason: RejectionReason) { self.reason = reason }
}

/// Where an export keeps what, found in its header; and how one record is judged.
struct RegistryColumns {
  /// What is found out about a sound record.
  struct Judgement {
    let serial: SerialRange
    let micrograms: UInt128
    let vintage: ClosedRange<CalendarDay>?
    let issuedOn: CalendarDay?
    let retiredOn: CalendarDay?
    let product: ProductType
    let eligibility: Eligibility
  }

  let serial: Int
  let quantity: Int
  private let registry: Registry
  private let unit: SerialUnit
  private let header: CSVHeader
  /// The header's columns, unnamed ones behind them too.
  private let columnCount: Int
  private let projectID: Int?
  private let vintage: Int?
  private let product: Int?
  private let status: Int?
  private let projectName: Int?
  private let projectType: Int?
  private let country: Int?
  private let methodology: Int?
  private let issuedOn: Int?
  private let retiredOn: Int?
  private let cancelledOn: Int?
  private let statusEffectiveOn: Int?
  private let retirementReason: Int?
  private let cancellationReason: Int?
  private let periodStart: Int?
  private let periodEnd: Int?
  private let corsia: Int?
  /// Columns of one name, in pairs, where a reader of the other column would judge otherwise.
  private let twins: [(Int, Int)]
  private let isDayFirst: Bool
  private let hasDotGroups: Bool
  private let isQuantityInKilograms: Bool

  /// Nil where the record is no header: it names no column of serials or of quantities.
  init?(registry: Registry, unit: SerialUnit, record: CSVRecord, separator: UInt8?) {
    let names = ColumnNames(registry)
    let header = CSVHeader(record)
    guard let serial = header.column(names.serial), let quantity = header.column(names.quantity)
    else { return nil }
    self.serial = serial
    self.quantity = quantity
    self.registry = registry
    self.unit = unit
    self.header = header
    columnCount = record.count
    projectID = header.column(names.projectID)
    vintage = header.column(names.vintage)
    product = header.column(names.product)
    status = header.column(names.status)
    projectName = header.column(names.projectName)
    projectType = header.column(names.projectType)
    country = header.column(names.country)
    methodology = header.column(names.methodology)
    issuedOn = header.column(names.issuedOn)
    retiredOn = header.column(names.retiredOn)
    cancelledOn = header.column(names.cancelledOn)
    statusEffectiveOn = header.column(names.statusEffectiveOn)
    retirementReason = header.column(names.retirementReason)
    cancellationReason = header.column(names.cancellationReason)
    periodStart = header.column(names.periodStart)
    periodEnd = header.column(names.periodEnd)
    corsia = header.column(names.corsia)
    twins = [
      serial, quantity, vintage, product, status, retiredOn, cancelledOn, statusEffectiveOn,
      retirementReason, cancellationReason,
    ].compactMap { $0 }.flatMap { column in header.twins(of: column).map { (column, $0) } }
    isDayFirst = names.isDayFirst
    hasDotGroups = separator == UInt8(ascii: ";")
    isQuantityInKilograms =
      header.name(quantity, has: "kg") || header.name(quantity, has: "kilogram")
  }

  /// Judges one record: its form, its serial, its quantity; then what describes the units.
  func judge(_ record: CSVRecord, asOf: CalendarDay) throws(RecordRejection) -> Judgement {
    guard !record.isMalformed else { throw RecordRejection(.quoting) }
    guard record.count >= header.count, record.endsWithin(columnCount),
      twins.allSatisfy({ record[$0].elementsEqual(record[$1]) })
    else {
      throw RecordRejection(.cells)
    }
    guard let range = SerialRange.parse(record[serial], grammars: registry.grammars) else {
      throw RecordRejection(.unparsable)
    }
    guard let count = range.count, count <= Limits.tonnesMax,
      holds(record[quantity], count: count)
    else { throw RecordRejection(.quantity) }
    var isClear = projectID.map { !CellText.isEmpty(record[$0]) } ?? false
    let isDayFirst = dateOrder(record, range)
    func date(_ column: Int?) -> CalendarDay? {
      guard let column, !CellText.isEmpty(record[column]) else { return nil }
      var day = CalendarDay(cell: record[column], isDayFirst: isDayFirst)
      // Where a registry writes days in both orders, one that is a day in one order alone is clear.
      if day == nil, self.isDayFirst { day = CalendarDay(cell: record[column], isDayFirst: false) }
      if day == nil { isClear = false }
      return day
    }
    let issued = date(issuedOn)
    let retired =
      date(retiredOn) ?? date(cancelledOn)
      ?? (status == nil ? date(statusEffectiveOn) : nil)
    let period = vintagePeriod(record, range, from: date(periodStart), to: date(periodEnd))
    let product = productType(record, range)
    return Judgement(
      serial: range, micrograms: UInt128(count) * UInt128(unit.micrograms), vintage: period,
      issuedOn: issued, retiredOn: retired, product: product,
      eligibility: eligibility(
        record, product: product, vintage: isClear ? period : nil, lastDay: period?.upperBound,
        asOf: asOf))
  }

  /// The record that was judged so, with all that it says.
  func credit(_ judged: Judgement, _ record: CSVRecord, number: Int) -> CreditRecord {
    CreditRecord(
      registry: registry, record: number, projectID: text(record, projectID),
      projectName: text(record, projectName), country: text(record, country),
      projectType: text(record, projectType), methodology: text(record, methodology),
      product: judged.product, vintage: judged.vintage, serial: judged.serial,
      serialAsWritten: String(decoding: record[serial], as: UTF8.self),
      micrograms: judged.micrograms, issuedOn: judged.issuedOn, retiredOn: judged.retiredOn,
      isCORSIAEligible: isCORSIAEligible(record), eligibility: judged.eligibility)
  }

  private func text(_ record: CSVRecord, _ column: Int?) -> String {
    column.map { CellText.text(record[$0]) } ?? ""
  }

  /// Whether a cell that may be missing says something.
  private func isFilled(_ record: CSVRecord, _ column: Int?) -> Bool {
    column.map { !CellText.isEmpty(record[$0]) } ?? false
  }

  private func isCORSIAEligible(_ record: CSVRecord) -> Bool {
    guard let corsia else { return false }
    let label = CellText.text(record[corsia]).lowercased()
    return label == "yes" || label.contains("corsia")
  }

  // MARK: quantity

  /// Whether the quantity is that of so many serials. Where a serial is a kilogram, quantities are
  /// kilograms if the column's name says so, else tonnes with up to six decimals.
  private func holds(_ cell: ArraySlice<UInt8>, count: UInt64) -> Bool {
    switch unit {
    case .kilogram where !isQuantityInKilograms:
      if let millionths = CellText.millionths(CellText.withoutWhiteSpace(cell)[...]) {
        return UInt128(millionths) == UInt128(count) * 1_000
      }
      guard let tonnes = CellText.quantity(cell) else { return false }
      return UInt128(tonnes) * 1_000 == UInt128(count)
    case .kilogram, .tonne: return CellText.quantity(cell, hasDotGroups: hasDotGroups) == count
    }
  }

  // MARK: days

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
  /// Nil where neither says one, or they differ.
  private func vintagePeriod(
    _ record: CSVRecord, _ range: SerialRange, from: CalendarDay?, to: CalendarDay?
  ) -> ClosedRange<CalendarDay>? {
    if let told = range.vintage { return told }
    var year = range.vintageYear
    if let vintage, !CellText.isEmpty(record[vintage]) {
      let cell = record[vintage]
      let written = CellText.number(cell) ?? CellText.number(CellText.withoutWhiteSpace(cell))
      guard let written, year == nil || year == Int(clamping: written) else { return nil }
      year = Int(clamping: written)
    }
    guard let year, Limits.vintageYears.contains(year) else { return nil }
    let first = CalendarDay.firstDay(ofYear: year)
    let last = CalendarDay.lastDay(ofYear: year)
    let start = max(first, from ?? first)
    let end = min(last, to ?? last)
    return start <= end ? start...end : first...last
  }

  // MARK: eligibility

  private func productType(_ record: CSVRecord, _ range: SerialRange) -> ProductType {
    switch registry {
    case .climateActionReserve: .climateReserveTonne
    case .acr: .emissionReductionTonne
    case .verra: .verifiedCarbonUnit
    case .goldStandard: ProductType(code: text(record, product))
    case .generic:
      switch range.block.grammar {
      case .climateActionReserve: .climateReserveTonne
      case .acr: .emissionReductionTonne
      case .verra: .verifiedCarbonUnit
      default: ProductType(code: text(record, product))
      }
    }
  }

  private func eligibility(
    _ record: CSVRecord, product: ProductType, vintage: ClosedRange<CalendarDay>?,
    lastDay: CalendarDay?, asOf: CalendarDay
  ) -> Eligibility {
    if let ended = ended(record) { return ended }
    switch product {
    case .planned: return .planned
    case .other: return .unknown
    case .verified, .certified, .climateReserveTonne, .verifiedCarbonUnit,
      .emissionReductionTonne:
      break
    }
    if let lastDay, lastDay > asOf { return .vintageInFuture }
    return vintage == nil ? .unclear : .eligible
  }

  /// Why the units are live no more, or cannot be said to be; nil where they are.
  private func ended(_ record: CSVRecord) -> Eligibility? {
    let status = status.map { CellText.text(record[$0]).lowercased() }
    switch status {
    case "retired", "retirement": return .retired
    case "cancelled", "canceled", "cancellation": return .cancelled
    case _ where isFilled(record, cancelledOn) || isFilled(record, cancellationReason):
      return .cancelled
    case _ where isFilled(record, retiredOn) || isFilled(record, retirementReason):
      return .retired
    case "issued", "active", "available", "held": return nil
    case nil where isFilled(record, statusEffectiveOn): return .retired
    // Verra's exports have no status, and a date when a unit is retired or cancelled.
    case nil where registry == .verra && retiredOn != nil: return nil
    case _: return .unknown
    }
  }
}
