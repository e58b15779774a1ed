/// Why a CSV file could not be split into records. `record` counts from 0, the header.
public enum CSVError: Error, Equatable, Sendable {
  /// The file starts as UTF-16 does, with or without its byte order mark; it must be UTF-8 (or
  /// ASCII).
  case notUTF8
  /// The file is an Excel workbook, whatever its name says.
  case workbook
  /// A quoted cell was still open when the file ended.
  case unterminatedQuote(record: Int)
  /// A cell is longer than `bytesMax` bytes.
  case cellTooLong(record: Int, bytesMax: Int)
  /// A record has more than `cellsMax` cells.
  case tooManyCells(record: Int, cellsMax: Int)
  /// The file has more than `recordsMax` records.
  case tooManyRecords(recordsMax: Int)
}

/// Why an export could not be read at all.
public enum RegistryFileError: Error, Equatable, Sendable {
  case csv(CSVError)
  /// The header lacks this column; `accepted` are the names it may have.
  case missingColumn(accepted: [String])
  /// No line near the file's start names this column: `accepted` are the names it may have, `found`
  /// those of the first line that could be a header, and `looksLike` the registry that names its
  /// columns so.
  case noHeader(accepted: [String], found: [String], looksLike: Registry?)
  /// The first records' serials are all those of another registry.
  case otherRegistry(Registry)
  /// The file has no header.
  case empty
}

extension CSVError: CustomStringConvertible {
  /// As it follows "it cannot be read: ".
  public var description: String {
    func place(_ record: Int) -> String { record == 0 ? "its header" : "record \(record)" }
    switch self {
    case .notUTF8: return "it is UTF-16; save it as UTF-8"
    case .workbook: return "it is an Excel workbook; save its sheet as CSV (UTF-8)"
    case .unterminatedQuote(let record):
      return "a quotation mark in \(place(record)) is never closed"
    case .cellTooLong(let record, let bytesMax):
      return "a cell of \(place(record)) is longer than \(bytesMax) bytes; "
        + "a quotation mark may be left open"
    case .tooManyCells(let record, let cellsMax):
      return "\(place(record)) has more than \(cellsMax) cells"
    case .tooManyRecords(let recordsMax): return "it has more than \(recordsMax) records"
    }
  }
}

extension RegistryFileError: CustomStringConvertible {
  /// As it follows "it cannot be read: ".
  public var description: String {
    func quoted(_ names: [String], _ word: String) -> String {
      names.map { "`\($0)`" }.joined(separator: word)
    }
    switch self {
    case .csv(let error): return error.description
    case .missingColumn(let accepted):
      return "its header lacks the column "
        + quoted(accepted, " or ")
    case .noHeader(let accepted, let found, let looksLike):
      return "its header lacks the column " + quoted(accepted, " or ")
        + (found.isEmpty ? "" : "; it has " + quoted(found, ", "))
        + (looksLike.map { "; it looks like an export of \($0.name) (\($0.rawValue))" } ?? "")
    case .otherRegistry(let registry):
      return "its serials are those of \(registry.name) (\(registry.rawValue))"
    case .empty: return "it is empty"
    }
  }
}
