/// Reads a registry's export as it is downloaded.
public enum RegistryExport {
  /// Reads a whole file, and keeps its sound records.
  ///
  /// - Parameters:
  ///   - bytes: the CSV file, UTF-8.
  ///   - asOf: the day that divides past vintages from future ones.
  /// - Throws: when the file as a whole makes no sense; a bad record is reported, not thrown.
  public static func read(
    bytes: [UInt8], registry: Registry, asOf: CalendarDay
  ) throws(RegistryFileError) -> RegistryReport {
    var reader = RegistryReader(registry: registry, asOf: asOf, keepsCredits: true)
    try reader.consume(bytes[...])
    return try reader.finish()
  }
}

/// Reads an export piece by piece, so that a file need not fit memory. Of each accepted record the
/// range is kept, to find overlaps, and of each rejected one a row; see `RegistryReport.rowsMax`.
public struct RegistryReader {
  private let unit: SerialUnit
  private let asOf: CalendarDay
  private let keepsCredits: Bool
  private var tokenizer = CSVTokenizer()
  private var columns: RegistryColumns?
  private var index = SerialIndex()
  private var report: RegistryReport
  /// Records before the header: how many, and the names of the first that could be one.
  private var linesBefore = 0
  private var likelyHeader: CSVHeader?
  /// The registry that all serials so far are of, if not this one; empty when one was this one's.
  private var others: [Registry]? = []

  /// - Parameters:
  ///   - unit: what one serial of this registry stands for.
  ///   - asOf: the day that divides past vintages from future ones.
  ///   - keepsCredits: the report lists the sound records: some hundred bytes each.
  public init(
    registry: Registry, unit: SerialUnit = .tonne, asOf: CalendarDay, keepsCredits: Bool = false
  ) {
    self.unit = unit
    self.asOf = asOf
    self.keepsCredits = keepsCredits
    report = RegistryReport(registry: registry)
  }

  /// Records read so far, after the header.
  public var records: Int { report.records }

  /// Takes the file's next bytes; pieces may break anywhere.
  public mutating func consume(_ bytes: ArraySlice<UInt8>) throws(RegistryFileError) {
    var rest = bytes
    while try tokenizer.take(&rest) { try take(tokenizer.record) }
  }

  /// Tells that the file has ended.
  public mutating func finish() throws(RegistryFileError) -> RegistryReport {
    while try tokenizer.finish() { try take(tokenizer.record) }
    guard columns != nil else { throw noHeader() }
    if report.records < Limits.otherRegistryRecords { try checkRegistry() }
    return report
  }

  private mutating func take(_ record: CSVRecord) throws(RegistryFileError) {
    guard let columns else { return try takeOpening(record) }
    report.records += 1
    do throws(RecordRejection) {
      let judged = try columns.judge(record, asOf: asOf)
      others = nil
      if let earlier = index.insert(judged.serial, record: report.records) {
        reject(.overlap, record[columns.serial], overlapped: earlier)
        return
      }
      report.accepted += 1
      report.microgramsAccepted += judged.micrograms
      report.eligibilities[judged.eligibility, default: 0] += 1
      if keepsCredits {
        report.credits.append(columns.credit(judged, record, number: report.records))
      }
    } catch {
      reject(error.reason, record[columns.serial], overlapped: nil)
      if error.reason != .unparsable { others = nil }
      if let other = report.registry.other(holding: record[columns.serial]), others != nil {
        others?.append(other)
      }
    }
    if report.records == Limits.otherRegistryRecords { try checkRegistry() }
  }

  /// Looks for the header: the first line that names the columns that every export needs.
  private mutating func takeOpening(_ record: CSVRecord) throws(RegistryFileError) {
    columns = RegistryColumns(
      registry: report.registry, unit: unit, record: record, separator: tokenizer.separator)
    guard columns == nil else { return tokenizer.startCounting() }
    linesBefore += 1
    let header = CSVHeader(record)
    if likelyHeader == nil || (likelyHeader?.names.count ?? 0) < 2 { likelyHeader = header }
    guard linesBefore < Limits.openingLinesMax else { throw noHeader() }
  }

  private func noHeader() -> RegistryFileError {
    guard let header = likelyHeader else { return .empty }
    let names = ColumnNames(report.registry)
    let accepted = header.column(names.serial) == nil ? names.serial : names.quantity
    let like = Registry.most(like: header)
    return .noHeader(
      accepted: Array(accepted.prefix(2)), found: Array(header.names.prefix(Limits.namesShownMax)),
      looksLike: like == report.registry ? nil : like)
  }

  /// A file of another registry is told as such, not record by record.
  private mutating func checkRegistry() throws(RegistryFileError) {
    if let others, let first = others.first, others.count == report.records,
      others.allSatisfy({ $0 == first })
    {
      throw .otherRegistry(first)
    }
    others = nil
  }

  private mutating func reject(
    _ reason: RejectionReason, _ serial: ArraySlice<UInt8>, overlapped: Int?
  ) {
    report.rejections[reason, default: 0] += 1
    guard report.rows.count < Limits.rejectedRowsMax else { return }
    report.rows.append(
      RejectedRow(
        record: report.records, reason: reason, serial: CellText.kept(serial),
        overlappedRecord: overlapped))
  }
}
