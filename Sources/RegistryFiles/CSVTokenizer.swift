/// Why a CSV file could not be split into records. `record` counts from 0, the header.
public enum CSVError: Error, Equatable, Sendable {
  /// The file starts with a UTF-16 byte order mark; it must be UTF-8 (or ASCII).
  case notUTF8
  /// A quoted cell was still open when the file ended.
  case unterminatedQuote(record: Int)
  /// A quotation mark inside a cell that does not start with one.
  case strayQuote(record: Int)
  /// Something other than a separator followed a closing quotation mark.
  case textAfterQuote(record: Int)
  /// A carriage return that no line feed follows, outside quotation marks.
  case strayCarriageReturn(record: Int)
  /// A cell is longer than `bytesMax` bytes.
  case cellTooLong(record: Int, bytesMax: Int)
  /// A record has more than `cellsMax` cells.
  case tooManyCells(record: Int, cellsMax: Int)
  /// The file has more than `recordsMax` records.
  case tooManyRecords(recordsMax: Int)
}

/// One record of a CSV file: its cells' bytes, unquoted.
struct CSVRecord: Equatable, Sendable {
  /// All cells' bytes, one after the other.
  private var bytes: [UInt8] = []
  /// Where each finished cell ends in `bytes`.
  private var ends: [Int] = []

  var count: Int { ends.count }

  /// A file's empty line: one empty cell.
  var isBlank: Bool { ends == [0] }

  var openCellByteCount: Int { bytes.count - (ends.last ?? 0) }

  /// The bytes of cell `index`, or nothing where the record has no such cell.
  subscript(index: Int) -> ArraySlice<UInt8> {
    guard index >= 0, index < ends.count else { return [] }
    return bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  mutating func endCell() { ends.append(bytes.count) }
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }
}

/// A strict RFC 4180 tokenizer: bytes in, records out, in constant memory.
///
/// Lines end in CRLF or LF. A quoted cell may hold separators, line breaks and doubled quotation
/// marks. A UTF-8 byte order mark is dropped. Empty lines are no records. Anything else that RFC
/// 4180 does not describe is an error with the record's number; nothing is repaired.
///
/// The well-known packages were looked at first: they hold the whole file as a `String`, walk it by
/// `Character`, and stop the process on a misplaced quotation mark.
struct CSVTokenizer {
  private enum State {
    case cellStart
    case plain
    case quoted
    /// After a quotation mark inside a quoted cell: its end, or the first half of a doubled one.
    case quoteSeen
    case carriageReturnSeen
  }

  /// The last complete record, valid after `push` or `finish` returned true, until the next call.
  private(set) var record = CSVRecord()
  /// Number of the record being read; 0 is the header.
  private(set) var recordNumber = 0
  private var state = State.cellStart
  private var isComplete = false
  private var byteOrderMarkMatched = 0

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Takes the file's next byte. Returns true when it completed a record.
  mutating func push(_ byte: UInt8) throws(RegistryFileError) -> Bool {
    if byteOrderMarkMatched < Self.byteOrderMark.count {
      if byte == Self.byteOrderMark[byteOrderMarkMatched] {
        byteOrderMarkMatched += 1
        return false
      }
      if byte == 0xFE || byte == 0xFF { throw .csv(.notUTF8) }
      let matched = Self.byteOrderMark.prefix(byteOrderMarkMatched)
      byteOrderMarkMatched = Self.byteOrderMark.count
      for earlier in matched { _ = try take(earlier) }
    }
    return try take(byte)
  }

  /// Tells the tokenizer that the file has ended. Returns true when that completed a record.
  mutating func finish() throws(RegistryFileError) -> Bool {
    startRecordIfComplete()
    switch state {
    case .quoted: throw .csv(.unterminatedQuote(record: recordNumber))
    case .carriageReturnSeen: throw .csv(.strayCarriageReturn(record: recordNumber))
    case .cellStart where record.count == 0: return false
    case .cellStart, .plain, .quoteSeen: return try endRecord()
    }
  }

  /// All records of a small file, the header first.
  static func records(_ bytes: [UInt8]) throws(RegistryFileError) -> [CSVRecord] {
    var tokenizer = CSVTokenizer()
    var records: [CSVRecord] = []
    for byte in bytes {
      if try tokenizer.push(byte) { records.append(tokenizer.record) }
    }
    if try tokenizer.finish() { records.append(tokenizer.record) }
    return records
  }

  private mutating func startRecordIfComplete() {
    guard isComplete else { return }
    isComplete = false
    record.removeAll()
    recordNumber += 1
  }

  private mutating func take(_ byte: UInt8) throws(RegistryFileError) -> Bool {
    startRecordIfComplete()
    switch (state, byte) {
    case (.quoted, UInt8(ascii: "\"")): state = .quoteSeen
    case (.quoted, _): try append(byte)
    case (.quoteSeen, UInt8(ascii: "\"")):
      try append(byte)
      state = .quoted
    case (.carriageReturnSeen, UInt8(ascii: "\n")): return try endRecord()
    case (.carriageReturnSeen, _): throw .csv(.strayCarriageReturn(record: recordNumber))
    case (_, UInt8(ascii: ",")): try endCell()
    case (_, UInt8(ascii: "\n")): return try endRecord()
    case (_, UInt8(ascii: "\r")): state = .carriageReturnSeen
    case (.quoteSeen, _): throw .csv(.textAfterQuote(record: recordNumber))
    case (.cellStart, UInt8(ascii: "\"")): state = .quoted
    case (.plain, UInt8(ascii: "\"")): throw .csv(.strayQuote(record: recordNumber))
    case (.cellStart, _), (.plain, _):
      try append(byte)
      state = .plain
    }
    return false
  }

  private mutating func append(_ byte: UInt8) throws(RegistryFileError) {
    guard record.openCellByteCount < Limits.cellBytesMax else {
      throw .csv(.cellTooLong(record: recordNumber, bytesMax: Limits.cellBytesMax))
    }
    record.append(byte)
  }

  private mutating func endCell() throws(RegistryFileError) {
    guard record.count < Limits.cellsMax else {
      throw .csv(.tooManyCells(record: recordNumber, cellsMax: Limits.cellsMax))
    }
    record.endCell()
    state = .cellStart
  }

  private mutating func endRecord() throws(RegistryFileError) -> Bool {
    try endCell()
    if record.isBlank {
      record.removeAll()
      return false
    }
    guard recordNumber <= Limits.recordsMax else {
      throw .csv(.tooManyRecords(recordsMax: Limits.recordsMax))
    }
    isComplete = true
    return true
  }
}
