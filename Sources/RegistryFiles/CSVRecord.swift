/// One record of a CSV file: its cells' bytes, unquoted.
struct CSVRecord: Equatable, Sendable {
  /// All cells' bytes, one after the other.
  private var bytes: [UInt8] = []
  /// Where each finished cell ends in `bytes`.
  private var ends: [Int] = []
  /// Text follows the closing quotation mark of a cell: readers differ in what such a record says.
  var isMalformed = false

  var count: Int { ends.count }

  /// A line without text: empty, or the separators that spreadsheets leave behind a table.
  var isBlank: Bool { bytes.allSatisfy(CellText.isBlank) }

  /// No cell but empty ones behind the first `columns`.
  func endsWithin(_ columns: Int) -> Bool {
    guard columns > 0, count > columns else { return true }
    return ends[columns - 1] == bytes.count
  }

  var openCellByteCount: Int { bytes.count - (ends.last ?? 0) }

  /// The bytes of cell `index`, or nothing where the record has no such cell.
  subscript(index: Int) -> ArraySlice<UInt8> {
    guard index >= 0, index < ends.count else { return [] }
    return bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  mutating func append(_ run: ArraySlice<UInt8>) { bytes.append(contentsOf: run) }
  mutating func endCell() { ends.append(bytes.count) }
  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    isMalformed = false
  }
}
