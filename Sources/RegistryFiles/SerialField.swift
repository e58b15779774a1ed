/// What a field of a serial may hold.
enum SerialField {
  /// Decimal digits, of any length; leading zeros carry no meaning.
  case number
  /// Exactly four digits.
  case year
  /// Exactly two capital letters: a country, party or state.
  case letters
  /// One to four capital letters: a registry's operator.
  case name
  /// Exactly eight digits, all of which mean something.
  case day
  /// Letters, digits and `. _ /`, of a registry that is not known here; in any case.
  case any

  /// The fields in canonical notation, joined by `-`, behind the scheme; nil where one is not of
  /// its kind.
  static func key(_ scheme: StaticString, _ fields: [(ArraySlice<UInt8>, SerialField)]) -> String? {
    var key = Array(scheme.description.utf8)
    var mark = UInt8(ascii: ":")
    for (text, kind) in fields {
      key.append(mark)
      mark = UInt8(ascii: "-")
      guard kind.holds(text) else { return nil }
      switch kind {
      case .letters, .name, .day: key.append(contentsOf: text)
      case .any where !text.allSatisfy(CellText.isDigit):
        for byte in text { key.append(isSmall(byte) ? byte - 32 : byte) }
      case .any, .number, .year:
        let significant = text.drop { $0 == UInt8(ascii: "0") }
        key.append(contentsOf: significant.isEmpty ? text.suffix(1) : significant)
      }
    }
    return text(key)
  }

  private func holds(_ text: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .letters: text.count == 2 && text.allSatisfy(CellText.isCapital)
    case .name: (1...4).contains(text.count) && text.allSatisfy(CellText.isCapital)
    case .day: text.count == 8 && text.allSatisfy(CellText.isDigit)
    case .number: !text.isEmpty && text.allSatisfy(CellText.isDigit)
    case .year: text.count == 4 && text.allSatisfy(CellText.isDigit)
    case .any: !text.isEmpty && text.allSatisfy(Self.isNameSign)
    }
  }

  private static func isSmall(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
  }

  private static func isNameSign(_ byte: UInt8) -> Bool {
    CellText.isDigit(byte) || CellText.isCapital(byte) || isSmall(byte)
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "/")
  }

  /// The fields as they stand in the serial, one behind the other.
  static func joined(_ fields: ArraySlice<ArraySlice<UInt8>>) -> String {
    var joined: [UInt8] = []
    for (number, field) in fields.enumerated() {
      if number > 0 { joined.append(UInt8(ascii: "-")) }
      joined.append(contentsOf: field)
    }
    return String(decoding: joined, as: UTF8.self)
  }

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  /// Whether the field is this word.
  static func equals(_ field: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
    field.elementsEqual(word.description.utf8)
  }
}
