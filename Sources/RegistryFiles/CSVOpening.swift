/// The first bytes of a CSV file, held until they show what separates its cells.
///
/// That is the sign among comma, semicolon and tab that the first line with two of one sign has
/// most of, outside quotation marks: the lines before may be a title or a date. In a file without
/// such a line it is the first such sign, or the comma.
struct CSVOpening {
  private(set) var bytes: [UInt8] = []
  private var place = 0
  private var counts = [0, 0, 0]
  private var lines = 0
  private var isQuoted = false
  private var fallback: UInt8?

  private static let separators: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"),
  ]
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  /// How .xlsx (a ZIP archive) and .xls (a compound file) start.
  private static let workbooks: [[UInt8]] = [
    [0x50, 0x4B, 0x03, 0x04], [0xD0, 0xCF, 0x11, 0xE0],
  ]

  /// The bytes without a byte order mark.
  var text: ArraySlice<UInt8> {
    bytes.starts(with: Self.byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
  }

  /// Takes all of `piece`. Gives the separator as soon as it shows.
  mutating func take(_ piece: inout ArraySlice<UInt8>) throws(RegistryFileError) -> UInt8? {
    bytes.append(contentsOf: piece)
    piece = []
    try checkKind()
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        isQuoted.toggle()
      } else if !isQuoted, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        if let separator { return separator }
        fallback = fallback ?? most(atLeast: 1)
        counts = [0, 0, 0]
        lines += 1
      } else if !isQuoted, let sign = Self.separators.firstIndex(of: byte) {
        counts[sign] += 1
      }
      if lines == Limits.openingLinesMax || place == Limits.openingBytesMax { return finish() }
    }
    return nil
  }

  /// Tells what is no text of ours by how it starts.
  private func checkKind() throws(RegistryFileError) {
    // UTF-16: a byte order mark, or one half of the first sign is zero.
    if bytes.starts(with: [0xFE]) || bytes.starts(with: [0xFF])
      || bytes.count > 1 && (bytes[0] == 0) != (bytes[1] == 0)
    {
      throw .csv(.notUTF8)
    }
    if Self.workbooks.contains(where: bytes.starts(with:)) { throw .csv(.workbook) }
  }

  /// The separator when the file ends here.
  func finish() -> UInt8 { separator ?? fallback ?? most(atLeast: 1) ?? Self.separators[0] }

  private var separator: UInt8? { most(atLeast: 2) }

  private func most(atLeast count: Int) -> UInt8? {
    var best = 0
    for sign in 1..<counts.count where counts[sign] > counts[best] { best = sign }
    return counts[best] >= count ? Self.separators[best] : nil
  }
}
