/// Finds columns by name, whatever a registry's export of the day writes: case, blanks, line breaks
/// and punctuation carry no meaning (`"Issuance \nYear"` is `issuanceyear`).
struct CSVHeader {
  private let plainNames: [String]
  /// The names as people read them, empty ones left out.
  let names: [String]
  /// Columns up to the last that has a name: behind it nothing is expected.
  let count: Int

  init(_ record: CSVRecord) {
    plainNames = (0..<record.count).map { Self.plainName(record[$0]) }
    names = (0..<record.count).map { CellText.oneLine(record[$0]) }.filter { !$0.isEmpty }
    let lastNamed = (0..<record.count).last { !CellText.isEmpty(record[$0]) }
    count = lastNamed.map { $0 + 1 } ?? 0
  }

  /// The first column that has one of these names, in order of preference.
  func column(_ aliases: [String]) -> Int? {
    for alias in aliases {
      if let column = plainNames.firstIndex(of: Self.plainName(alias.utf8)) { return column }
    }
    return nil
  }

  /// Other columns with the same name.
  func twins(of column: Int) -> [Int] {
    plainNames.indices.filter { $0 != column && plainNames[$0] == plainNames[column] }
  }

  /// Whether the column's name has this word in it; lower case.
  func name(_ column: Int, has word: String) -> Bool {
    plainNames.indices.contains(column) && plainNames[column].contains(word)
  }

  /// How many of these names the header has.
  func hits(_ names: [String]) -> Int { names.count { column([$0]) != nil } }

  private static func plainName(_ cell: some Sequence<UInt8>) -> String {
    var plain: [UInt8] = []
    for byte in cell {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        plain.append(byte)
      case UInt8(ascii: "A")...UInt8(ascii: "Z"):
        plain.append(byte + 32)
      default: break
      }
    }
    return String(decoding: plain, as: UTF8.self)
  }
}
