/// The backslashes of strings whose form the scanner has checked.
enum JSONEscapes {
  /// The bytes that a string without its quotes stands for.
  static func decode(_ raw: ArraySlice<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(raw.count)
    var rest = raw
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
        text.append(byte)
        continue
      }
      guard letter == UInt8(ascii: "u") else {
        text.append(character(letter) ?? letter)
        continue
      }
      var code = codeUnit(rest.prefix(4)) ?? 0
      rest = rest.dropFirst(4)
      if isHighSurrogate(code) {
        // The other half stands behind another `\u`.
        code = pair(code, codeUnit(rest.dropFirst(2).prefix(4)) ?? 0)
        rest = rest.dropFirst(6)
      }
      text.append(contentsOf: String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
    }
    return text
  }

  /// What a backslash and this letter stand for; nil for other letters, and for `u`.
  static func character(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// Four hexadecimal digits; nil when they are not that.
  static func codeUnit(_ digits: ArraySlice<UInt8>) -> UInt32? {
    guard digits.count == 4 else { return nil }
    var code: UInt32 = 0
    for byte in digits {
      guard let digit = digit(byte) else { return nil }
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  /// The value of a hexadecimal digit; nil when it is none.
  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  static func isHighSurrogate(_ code: UInt32) -> Bool { (0xD800..<0xDC00).contains(code) }

  static func isLowSurrogate(_ code: UInt32) -> Bool { (0xDC00..<0xE000).contains(code) }

  /// The character that two surrogates are.
  private static func pair(_ high: UInt32, _ low: UInt32) -> UInt32 {
    0x10000 + (high & 0x3FF) << 10 + (low & 0x3FF)
  }
}
