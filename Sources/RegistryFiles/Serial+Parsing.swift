extension SerialRange {
  /// Reads a serial of any known notation; nil where none takes it all.
  public init?(_ text: String) {
    guard let range = Self.parse(Array(text.utf8)[...], grammars: SerialGrammar.allCases) else {
      return nil
    }
    self = range
  }

  /// Reads a serial of the given grammars. White space (blanks, NBSP and NBSP's mojibake) carries
  /// no meaning and is dropped first; nothing else is repaired. Nil where no grammar takes it all.
  static func parse(_ cell: ArraySlice<UInt8>, grammars: [SerialGrammar]) -> SerialRange? {
    guard cell.count <= Limits.serialBytesMax else { return nil }
    let isPlain = cell.allSatisfy { $0 > 0x20 && $0 < 0x80 }
    let text = isPlain ? cell : CellText.withoutWhiteSpace(cell)[...]
    let fields = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    for grammar in grammars {
      let range: SerialRange? =
        switch grammar {
        case .goldStandard: goldStandard(fields)
        case .cerPair: pair(fields, grammar: .cerPair, halfCount: 7, serialIndex: 2)
        case .transactionLogPair:
          pair(fields, grammar: .transactionLogPair, halfCount: 8, serialIndex: 3)
        case .climateActionReserve: climateActionReserve(fields)
        case .verra: verra(fields)
        case .acr: acr(fields)
        case .generic: generic(fields)
        case .genericTo: genericTo(fields)
        }
      if let range { return range }
    }
    return nil
  }

  /// `GS1-<standard>-<country>-[GS]<project>-<type>-<vintage>-<issuance>-<start>-<end>`
  private static func goldStandard(_ fields: [ArraySlice<UInt8>]) -> SerialRange? {
    guard fields.count == 9, SerialField.equals(fields[0], "GS1"),
      let start = SerialNumber(fields[7]), let end = SerialNumber(fields[8])
    else { return nil }
    let hasMarker = fields[3].starts(with: "GS".utf8)
    let project = hasMarker ? fields[3].dropFirst(2) : fields[3]
    guard
      let key = SerialField.key(
        "gs",
        [
          (fields[1], .number), (fields[2], .letters), (project, .number), (fields[4], .number),
          (fields[5], .year), (fields[6], .number),
        ])
    else { return nil }
    let block = SerialBlock(
      grammar: .goldStandard, head: SerialField.joined(fields[0...6]), tail: "", key: key)
    return SerialRange(block: block, start: start, end: end, vintageYear: year(fields[5]))
  }

  /// `CAR-<n>-<country>-<project>-<…>-<…>-<state>-<vintage>-<issuance>-<start> to <end>`
  private static func climateActionReserve(_ fields: [ArraySlice<UInt8>]) -> SerialRange? {
    guard fields.count == 10, SerialField.equals(fields[0], "CAR"),
      let (start, end) = numbers(fields[9]),
      let key = SerialField.key(
        "car",
        [
          (fields[1], .number), (fields[2], .letters), (fields[3], .number), (fields[4], .number),
          (fields[5], .number), (fields[6], .letters), (fields[7], .year), (fields[8], .number),
        ])
    else { return nil }
    let block = SerialBlock(
      grammar: .climateActionReserve, head: SerialField.joined(fields[0...8]), tail: "",
      key: key)
    return SerialRange(block: block, start: start, end: end, vintageYear: year(fields[7]))
  }

  /// `ACR-<country>-<project>-<vintage>-<issuance>-<start> to <end>`
  private static func acr(_ fields: [ArraySlice<UInt8>]) -> SerialRange? {
    guard fields.count == 6, SerialField.equals(fields[0], "ACR"),
      let (start, end) = numbers(fields[5]),
      let key = SerialField.key(
        "acr",
        [
          (fields[1], .letters), (fields[2], .number), (fields[3], .year), (fields[4], .number),
        ])
    else { return nil }
    let block = SerialBlock(
      grammar: .acr, head: SerialField.joined(fields[0...4]), tail: "", key: key)
    return SerialRange(block: block, start: start, end: end, vintageYear: year(fields[3]))
  }

  private static func year(_ field: ArraySlice<UInt8>) -> Int? {
    CellText.number(field).map { Int(clamping: $0) }
  }

  /// `<start> to <end>`, its blanks dropped.
  private static func numbers(_ field: ArraySlice<UInt8>) -> (SerialNumber, SerialNumber)? {
    guard let word = field.firstIndex(of: UInt8(ascii: "t")),
      field[word...].starts(with: "to".utf8),
      let start = SerialNumber(field[..<word]),
      let end = SerialNumber(field[word...].dropFirst(2))
    else { return nil }
    return (start, end)
  }

  /// `<batch>-<start>-<end>-[VCS-]VCU-<operator>-<registry>-<country>-<scope>-<project>-<from>-`
  /// `<to>-<certification>`; both days as `ddmmyyyy`.
  private static func verra(_ fields: [ArraySlice<UInt8>]) -> SerialRange? {
    let hasMarker = fields.count == 13 && SerialField.equals(fields[3], "VCS")
    let rest = Array(fields.dropFirst(hasMarker ? 4 : 3))
    guard fields.count == (hasMarker ? 13 : 12), SerialField.equals(rest[0], "VCU"),
      let start = SerialNumber(fields[1]), let end = SerialNumber(fields[2]),
      let from = day(rest[6]), let to = day(rest[7]), from <= to,
      let key = SerialField.key(
        "vcs",
        [
          (fields[0], .number), (rest[1], .number), (rest[2], .name), (rest[3], .letters),
          (rest[4], .number), (rest[5], .number), (rest[6], .day), (rest[7], .day),
          (rest[8], .number),
        ])
    else { return nil }
    let block = SerialBlock(
      grammar: .verra, head: SerialField.text(fields[0]), tail: SerialField.joined(fields[3...]),
      key: key)
    return SerialRange(block: block, start: start, end: end, vintage: from...to)
  }

  /// `ddmmyyyy`.
  private static func day(_ field: ArraySlice<UInt8>) -> CalendarDay? {
    guard field.count == 8, let value = CellText.number(field).map({ Int(clamping: $0) }) else {
      return nil
    }
    return CalendarDay(year: value % 10_000, month: value / 10_000 % 100, day: value / 1_000_000)
  }

  /// Both halves must agree in every field but the serial. The transaction log's form has one field
  /// more, the supplementary unit type; the short form leaves it out when it is 0.
  private static func pair(
    _ fields: [ArraySlice<UInt8>], grammar: SerialGrammar, halfCount: Int, serialIndex: Int
  ) -> SerialRange? {
    guard fields.count == 2 * halfCount else { return nil }
    let first = Array(fields[..<halfCount])
    let second = Array(fields[halfCount...])
    for index in 0..<halfCount where index != serialIndex {
      guard first[index].elementsEqual(second[index]) else { return nil }
    }
    guard let start = SerialNumber(first[serialIndex]), let end = SerialNumber(second[serialIndex])
    else { return nil }
    var named: [(ArraySlice<UInt8>, SerialField)] = [(first[0], .letters)]
    for index in 1..<halfCount where index != serialIndex { named.append((first[index], .number)) }
    if grammar == .cerPair { named.insert(([UInt8(ascii: "0")], .number), at: 2) }
    guard let key = SerialField.key("cer", named) else { return nil }
    let block = SerialBlock(
      grammar: grammar, head: SerialField.joined(first[..<serialIndex]),
      tail: SerialField.joined(first[(serialIndex + 1)...]), key: key)
    return SerialRange(block: block, start: start, end: end)
  }

  // MARK: registries not known here

  /// `PREFIX-…-<start>-<end>`.
  private static func generic(_ fields: [ArraySlice<UInt8>]) -> SerialRange? {
    guard fields.count >= 3, let start = SerialNumber(fields[fields.count - 2]),
      let end = SerialNumber(fields[fields.count - 1])
    else { return nil }
    return generic(fields, prefix: fields.count - 2, start, end, grammar: .generic)
  }

  /// `PREFIX-…-<start> to <end>`.
  private static func genericTo(_ fields: [ArraySlice<UInt8>]) -> SerialRange? {
    guard fields.count >= 2, let (start, end) = numbers(fields[fields.count - 1]) else {
      return nil
    }
    return generic(fields, prefix: fields.count - 1, start, end, grammar: .genericTo)
  }

  /// Takes what can be read in one way only: not what begins as a known registry's serial and is
  /// none, not a single unit of the Kyoto registries, not two serials side by side, and no numbers
  /// that run backwards.
  private static func generic(
    _ fields: [ArraySlice<UInt8>], prefix: Int, _ start: SerialNumber, _ end: SerialNumber,
    grammar: SerialGrammar
  ) -> SerialRange? {
    let first = fields[0]
    let schemes: [StaticString] = ["GS1", "CAR", "ACR"]
    let isKnown =
      schemes.contains { SerialField.equals(first, $0) }
      || fields.contains { SerialField.equals($0, "VCU") }
    let isKyotoUnit =
      first.count == 2 && first.allSatisfy(CellText.isCapital)
      && fields.dropFirst().allSatisfy { $0.allSatisfy(CellText.isDigit) }
    let isRepeated = fields.dropFirst().contains { $0.elementsEqual(first) }
    guard !isKnown, !isKyotoUnit, !isRepeated, !first.allSatisfy(CellText.isDigit),
      start.value <= end.value,
      let key = SerialField.key("x", fields[..<prefix].map { ($0, .any) })
    else { return nil }
    let block = SerialBlock(
      grammar: grammar, head: SerialField.joined(fields[..<prefix]), tail: "", key: key)
    return SerialRange(block: block, start: start, end: end)
  }
}
