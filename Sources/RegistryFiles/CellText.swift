/// Reading numbers and text out of a cell's bytes. Every function gives nil where the text is not
/// exactly of its form.
enum CellText {
  static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  static func isCapital(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
  }

  /// One or more decimal digits that fit 64 bits; leading zeros allowed.
  static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    var isEmpty = true
    for digit in digits {
      guard isDigit(digit) else { return nil }
      isEmpty = false
      let (tens, tensOverflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !tensOverflow, !sumOverflow else { return nil }
      value = sum
    }
    return isEmpty ? nil : value
  }

  /// A whole number that may carry thousands separators (`1234567`, `1,234,567`, `1'234'567`): one
  /// before each group of three, or none at all. White space carries no meaning, also the narrow
  /// no-break space that separates thousands in some languages.
  ///
  /// - Parameter hasDotGroups: a dot may separate thousands: it is no decimal point here.
  static func quantity(_ cell: ArraySlice<UInt8>, hasDotGroups: Bool = false) -> UInt64? {
    if let plain = number(cell) { return plain }
    let text = withoutWhiteSpace(cell, dropping: [0xE2, 0x80, 0xAF])
    let sign = text.first { !isDigit($0) } ?? UInt8(ascii: ",")
    switch sign {
    case UInt8(ascii: ","), UInt8(ascii: "'"): break
    case UInt8(ascii: ".") where hasDotGroups: break
    default: return nil
    }
    let groups = text.split(separator: sign, omittingEmptySubsequences: false)
    guard let first = groups.first else { return nil }
    if groups.count > 1 {
      guard (1...3).contains(first.count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
        return nil
      }
    }
    return number(groups.joined())
  }

  /// A decimal fraction in units of 10^-6, exactly: at most six decimals, no sign, no exponent.
  static func millionths(_ cell: ArraySlice<UInt8>) -> UInt64? {
    let parts = trimmed(cell).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = number(parts[0]) else { return nil }
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: 1_000_000)
    guard !overflow else { return nil }
    guard parts.count == 2 else { return scaled }
    guard (1...6).contains(parts[1].count), var decimals = number(parts[1]) else { return nil }
    for _ in parts[1].count..<6 { decimals *= 10 }
    let (sum, sumOverflow) = scaled.addingReportingOverflow(decimals)
    return sumOverflow ? nil : sum
  }

  /// Text for people: invalid UTF-8 becomes U+FFFD; white space at both ends is dropped.
  static func text(_ cell: ArraySlice<UInt8>) -> String {
    String(decoding: trimmed(cell), as: UTF8.self)
  }

  /// A key of the factor table: printable ASCII, at most 32 bytes; may be empty.
  static func regionCode(_ cell: ArraySlice<UInt8>) -> String? {
    guard cell.count <= Limits.regionCodeBytesMax, cell.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return nil }
    return text(cell)
  }

  /// Whether the cell holds nothing but white space.
  static func isEmpty(_ cell: ArraySlice<UInt8>) -> Bool {
    guard let first = cell.first(where: { !isBlank($0) }) else { return true }
    return first >= 0x80 && withoutWhiteSpace(cell).isEmpty
  }

  /// Text for a message: each stretch of white space is one blank, and what is long is cut.
  static func oneLine(_ cell: ArraySlice<UInt8>) -> String {
    let words = String(decoding: cell.prefix(Limits.shownBytesMax), as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return cell.count > Limits.shownBytesMax ? words + "…" : words
  }

  /// The cell as it is written, cut where it is longer than what may be kept.
  static func kept(_ cell: ArraySlice<UInt8>) -> String {
    let text = String(decoding: cell.prefix(Limits.serialBytesMax), as: UTF8.self)
    return cell.count > Limits.serialBytesMax ? text + "…" : text
  }

  /// Drops white space that carries no meaning in a serial or number: ASCII blanks and line breaks,
  /// the no-break space (U+00A0, or its byte in a Latin-1 file), and what a no-break space becomes
  /// when its UTF-8 bytes are read as Latin-1 and encoded once more (`C3 82 C2 A0`); and one sign
  /// more, if told. Nothing else is repaired.
  static func withoutWhiteSpace(
    _ cell: ArraySlice<UInt8>, dropping sign: [UInt8] = [0xC2, 0xA0]
  ) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(cell.count)
    var place = cell.startIndex
    while place < cell.endIndex {
      let byte = cell[place]
      let blank: Int
      if byte < 0x80 {
        blank = isBlank(byte) ? 1 : 0
      } else {
        let signs = [[0xC2, 0xA0], [0xC3, 0x82, 0xC2, 0xA0], sign, [0xA0]]
        blank = signs.first { cell[place...].starts(with: $0) }?.count ?? 0
      }
      if blank == 0 { kept.append(byte) }
      place += max(1, blank)
    }
    return kept
  }

  /// Without ASCII white space at both ends.
  static func trimmed(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = cell.drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
    return rest
  }

  static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte >= 0x09 && byte <= 0x0D)
  }
}
