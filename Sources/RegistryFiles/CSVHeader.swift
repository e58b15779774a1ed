/// Finds columns by name, whatever a registry's export of the day writes: case, blanks, line breaks
/// and punctuation carry no meaning (`"Issuance \nYear"` is `issuanceyear`).
struct CSVHeader {
  private let names: [String]

  init(_ record: CSVRecord) {
    names = (0..<record.count).map { Self.plainName(record[$0]) }
  }

  var count: Int { names.count }

  /// The first column that has one of these names, in order of preference.
  func column(_ aliases: [String]) -> Int? {
    for alias in aliases {
      if let column = names.firstIndex(of: Self.plainName(alias.utf8)) { return column }
    }
    return nil
  }

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
