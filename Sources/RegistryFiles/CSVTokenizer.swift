/// An RFC 4180 tokenizer: bytes in, records out, in constant memory.
///
/// Lines end in CRLF, LF or CR. A quoted cell may hold separators, line breaks and doubled
/// quotation marks; in a cell that does not start with one, a quotation mark is text. A UTF-8 byte
/// order mark is dropped, and the separator is found out (`CSVOpening`). Lines without text are no
/// records. What follows a closing quotation mark makes its record malformed, and no other:
/// registries' own exports have such records. Nothing is repaired.
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
  }

  /// The last complete record, valid after `take` or `finish` returned true, until the next call.
  private(set) var record = CSVRecord()
  /// Number of the record being read; 0 is the header.
  private(set) var recordNumber = 0
  /// What separates cells; known from the opening on.
  private(set) var separator: UInt8?
  private var opening = CSVOpening()
  /// What the opening held and is still to be read.
  private var held: ArraySlice<UInt8> = []
  private var state = State.cellStart
  private var isComplete = false
  /// A carriage return ended the last record; a line feed may follow.
  private var skipsLineFeed = false

  /// The record just read is the header: numbers count from it.
  mutating func startCounting() { recordNumber = 0 }

  /// Reads the file's next bytes up to the end of a record, and takes them from `bytes`. True when
  /// it completed one: the rest is for the next call.
  mutating func take(_ bytes: inout ArraySlice<UInt8>) throws(RegistryFileError) -> Bool {
    if separator == nil {
      guard let found = try opening.take(&bytes) else { return false }
      start(found)
    }
    if try takeHeld() { return true }
    return try scan(&bytes)
  }

  /// The file has ended. True when that completed a record: then to be called again.
  mutating func finish() throws(RegistryFileError) -> Bool {
    if separator == nil { start(opening.finish()) }
    if try takeHeld() { return true }
    startRecordIfComplete()
    switch state {
    case .quoted: throw .csv(.unterminatedQuote(record: recordNumber))
    case .cellStart where record.count == 0: return false
    case .cellStart, .plain, .quoteSeen: return try endRecord()
    }
  }

  /// All records of a small file, the header first.
  static func records(_ bytes: [UInt8]) throws(RegistryFileError) -> [CSVRecord] {
    var tokenizer = CSVTokenizer()
    var records: [CSVRecord] = []
    var rest = bytes[...]
    while try tokenizer.take(&rest) { records.append(tokenizer.record) }
    while try tokenizer.finish() { records.append(tokenizer.record) }
    return records
  }

  private mutating func start(_ separator: UInt8) {
    self.separator = separator
    held = opening.text
    opening = CSVOpening()
  }

  private mutating func takeHeld() throws(RegistryFileError) -> Bool {
    guard !held.isEmpty else { return false }
    var rest = held
    held = []
    let isComplete = try scan(&rest)
    held = rest
    return isComplete
  }

  private mutating func startRecordIfComplete() {
    guard isComplete else { return }
    isComplete = false
    record.removeAll()
    recordNumber += 1
  }

  private mutating func scan(_ bytes: inout ArraySlice<UInt8>) throws(RegistryFileError) -> Bool {
    let separator = separator ?? UInt8(ascii: ",")
    let end = bytes.endIndex
    var place = bytes.startIndex
    guard place < end else { return false }
    startRecordIfComplete()
    if skipsLineFeed {
      skipsLineFeed = false
      if bytes[place] == UInt8(ascii: "\n") { place += 1 }
    }
    while place < end {
      switch state {
      case .quoted:
        let run = place
        while place < end, bytes[place] != UInt8(ascii: "\"") { place += 1 }
        try append(bytes[run..<place])
        if place < end {
          place += 1
          state = .quoteSeen
        }
        continue
      case .plain:
        let run = place
        while place < end, !Self.endsCell(bytes[place], separator) { place += 1 }
        try append(bytes[run..<place])
        guard place < end else { continue }
      case .quoteSeen where bytes[place] == UInt8(ascii: "\""):
        try append(bytes[place...place])
        state = .quoted
        place += 1
        continue
      case .cellStart where bytes[place] == UInt8(ascii: "\""):
        state = .quoted
        place += 1
        continue
      case .quoteSeen where !Self.endsCell(bytes[place], separator):
        record.isMalformed = true
        state = .plain
        continue
      case .cellStart where !Self.endsCell(bytes[place], separator):
        state = .plain
        continue
      case .quoteSeen, .cellStart: break
      }
      let sign = bytes[place]
      place += 1
      if sign == separator {
        try endCell()
      } else {
        skipsLineFeed = sign == UInt8(ascii: "\r")
        if try endRecord() {
          bytes = bytes[place...]
          return true
        }
        if skipsLineFeed, place < end, bytes[place] == UInt8(ascii: "\n") { place += 1 }
        skipsLineFeed = skipsLineFeed && place == end
      }
    }
    bytes = bytes[end...]
    return false
  }

  private static func endsCell(_ byte: UInt8, _ separator: UInt8) -> Bool {
    byte == separator || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private mutating func append(_ run: ArraySlice<UInt8>) throws(RegistryFileError) {
    guard run.count <= Limits.cellBytesMax - record.openCellByteCount else {
      throw .csv(.cellTooLong(record: recordNumber, bytesMax: Limits.cellBytesMax))
    }
    record.append(run)
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
