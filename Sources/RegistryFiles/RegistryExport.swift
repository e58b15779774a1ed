/// Why an export could not be read at all.
public enum RegistryFileError: Error, Equatable, Sendable {
  case csv(CSVError)
  /// The header lacks this column; `accepted` are the names it may have.
  case missingColumn(accepted: [String])
  /// The file has no header.
  case empty
}

/// Reads a registry's export as it is downloaded.
public enum RegistryExport {
  /// Reads a whole file.
  ///
  /// - Parameters:
  ///   - bytes: the CSV file, UTF-8.
  ///   - asOf: the day that divides past vintages from future ones.
  /// - Throws: when the file as a whole makes no sense; a bad record is reported, not thrown.
  public static func read(
    bytes: [UInt8], registry: Registry, asOf: CalendarDay
  ) throws(RegistryFileError) -> RegistryReport {
    var reader = RegistryReader(registry: registry, asOf: asOf)
    try reader.consume(bytes[...])
    return try reader.finish()
  }
}

/// Reads an export piece by piece, so that a file need not fit memory; only accepted records and
/// rejected rows are kept.
public struct RegistryReader {
  private let asOf: CalendarDay
  private var tokenizer = CSVTokenizer()
  private var columns: RegistryColumns?
  private var index = SerialIndex()
  private var report: RegistryReport

  public init(registry: Registry, asOf: CalendarDay) {
    self.asOf = asOf
    report = RegistryReport(registry: registry)
  }

  /// Takes the file's next bytes; pieces may break anywhere.
  public mutating func consume(_ bytes: ArraySlice<UInt8>) throws(RegistryFileError) {
    for byte in bytes {
      if try tokenizer.push(byte) { try take(tokenizer.record) }
    }
  }

  /// Tells that the file has ended.
  public mutating func finish() throws(RegistryFileError) -> RegistryReport {
    if try tokenizer.finish() { try take(tokenizer.record) }
    guard columns != nil else { throw .empty }
    return report
  }

  private mutating func take(_ record: CSVRecord) throws(RegistryFileError) {
    guard let columns else {
      self.columns = try RegistryColumns(registry: report.registry, header: CSVHeader(record))
      return
    }
    report.records += 1
    let serialText = String(decoding: record[columns.serial], as: UTF8.self)
    do {
      let credit = try columns.credit(record, number: report.records, asOf: asOf)
      if let earlier = index.insert(credit.serial, record: report.records) {
        reject(.overlap, serialText, overlapped: earlier)
        return
      }
      report.credits.append(credit)
      report.tonnesAccepted += credit.tonnes
      if credit.eligibility == .eligible { report.eligible += 1 }
    } catch {
      reject(error.reason, serialText, overlapped: nil)
    }
  }

  private mutating func reject(_ reason: RejectionReason, _ serial: String, overlapped: Int?) {
    report.rows.append(
      RejectedRow(
        record: report.records, reason: reason, serial: serial, overlappedRecord: overlapped))
  }
}
