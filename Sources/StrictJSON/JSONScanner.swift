/// Checks a JSON text in one pass and makes the index of its values.
struct JSONScanner {
  private let bytes: [UInt8]
  private var offset = 0
  private var nodes: [JSONNode] = []
  /// Places of the names of the objects that are open.
  private var names: [Int] = []

  /// Up to so many names are compared in pairs; more go into a set.
  private static let comparedNamesMax = 24

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func scan() throws(JSONError) -> [JSONNode] {
    guard bytes.count <= JSONLimits.bytesMax else { throw error(.tooLong, at: 0) }
    // What stands between quotes is then UTF-8, too: quotes never are part of a character.
    do { _ = try UTF8Span(validating: bytes.span) } catch {
      throw self.error(.invalidText, at: error.byteOffsets.lowerBound)
    }
    nodes.reserveCapacity(bytes.count / 16)
    skipSpace()
    try value(depth: 0)
    skipSpace()
    guard offset == bytes.count else { throw error(.leftOver, at: offset) }
    return nodes
  }

  private mutating func value(depth: Int) throws(JSONError) {
    switch next {
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "{"): try object(depth: depth)
    case UInt8(ascii: "["): try array(depth: depth)
    case UInt8(ascii: "t"): try word("true", .yes)
    case UInt8(ascii: "f"): try word("false", .no)
    case UInt8(ascii: "n"): try word("null", .null)
    default: try number()
    }
  }

  // MARK: Lists and objects

  private mutating func array(depth: Int) throws(JSONError) {
    let place = try open(.array, depth: depth)
    var count: UInt32 = 0
    skipSpace()
    if !take("]") {
      repeat {
        skipSpace()
        try value(depth: depth + 1)
        count += 1
        skipSpace()
      } while take(",")
      guard take("]") else { throw unexpected }
    }
    close(place, count)
  }

  private mutating func object(depth: Int) throws(JSONError) {
    let place = try open(.object, depth: depth)
    let first = names.count
    skipSpace()
    if !take("}") {
      repeat {
        skipSpace()
        guard next == UInt8(ascii: "\"") else { throw unexpected }
        names.append(nodes.count)
        try string()
        skipSpace()
        guard take(":") else { throw unexpected }
        skipSpace()
        try value(depth: depth + 1)
        skipSpace()
      } while take(",")
      guard take("}") else { throw unexpected }
    }
    if let twin = duplicate(first) {
      throw error(.duplicateName(shown(nodes[twin])), at: Int(nodes[twin].start))
    }
    close(place, UInt32(names.count - first))
    names.removeSubrange(first...)
  }

  private mutating func open(_ kind: JSONNode.Kind, depth: Int) throws(JSONError) -> Int {
    guard depth < JSONLimits.depthMax else { throw error(.tooDeep, at: offset) }
    nodes.append(JSONNode(kind: kind, start: UInt32(offset), size: 0, next: 0))
    offset += 1
    return nodes.count - 1
  }

  private mutating func close(_ place: Int, _ count: UInt32) {
    nodes[place].size = count
    nodes[place].next = UInt32(nodes.count)
  }

  // MARK: Names

  /// A name that an earlier one of the same object equals.
  private func duplicate(_ first: Int) -> Int? {
    let own = names[first...]
    guard own.count <= Self.comparedNamesMax else {
      var seen: Set<[UInt8]> = []
      return own.first { !seen.insert(name(nodes[$0])).inserted }
    }
    for later in own.indices {
      for earlier in first..<later where isSame(nodes[names[earlier]], nodes[names[later]]) {
        return names[later]
      }
    }
    return nil
  }

  private func isSame(_ left: JSONNode, _ right: JSONNode) -> Bool {
    if left.kind == .string, right.kind == .string {
      guard left.size == right.size else { return false }
      let (one, other, count) = (Int(left.start), Int(right.start), Int(left.size))
      // From the back: names begin alike.
      var index = count - 2
      while index > 0, bytes[one + index] == bytes[other + index] { index -= 1 }
      return index <= 0
    }
    return name(left) == name(right)
  }

  private func name(_ node: JSONNode) -> [UInt8] {
    let raw = bytes[Int(node.start) + 1..<Int(node.start) + Int(node.size) - 1]
    return node.kind == .escapedString ? JSONEscapes.decode(raw) : Array(raw)
  }

  private func shown(_ node: JSONNode) -> String {
    String(String(decoding: name(node), as: UTF8.self).prefix(JSONLimits.shownCharactersMax))
  }

  // MARK: Single values

  private mutating func word(_ word: StaticString, _ kind: JSONNode.Kind) throws(JSONError) {
    let start = offset
    let count = word.utf8CodeUnitCount
    for index in 0..<count {
      guard unsafe next == word.utf8Start[index] else { throw unexpected }
      offset += 1
    }
    append(kind, from: start)
  }

  private mutating func number() throws(JSONError) {
    let start = offset
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    guard offset - start <= JSONLimits.numberBytesMax else {
      throw error(.numberTooLong, at: start)
    }
    append(.number, from: start)
  }

  private mutating func digits() throws(JSONError) {
    guard let byte = next, isDigit(byte) else { throw unexpected }
    while let byte = next, isDigit(byte) { offset += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private mutating func string() throws(JSONError) {
    let start = offset
    var kind = JSONNode.Kind.string
    offset += 1
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == UInt8(ascii: "\"") {
        offset += 1
        append(kind, from: start)
        return
      }
      guard byte >= 0x20 else { throw unexpected }
      offset += 1
      if byte == UInt8(ascii: "\\") {
        kind = .escapedString
        try escape()
      }
    }
    throw unexpected
  }

  private mutating func escape() throws(JSONError) {
    guard let letter = next else { throw unexpected }
    guard letter == UInt8(ascii: "u") else {
      guard JSONEscapes.character(letter) != nil else { throw unexpected }
      offset += 1
      return
    }
    let start = offset - 1
    let code = try codeUnit()
    if JSONEscapes.isLowSurrogate(code) { throw error(.invalidText, at: start) }
    guard JSONEscapes.isHighSurrogate(code) else { return }
    guard take("\\"), next == UInt8(ascii: "u"), JSONEscapes.isLowSurrogate(try codeUnit()) else {
      throw error(.invalidText, at: start)
    }
  }

  /// The four digits behind the `u` that stands here.
  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    offset += 1
    let end = min(offset + 4, bytes.count)
    guard let code = JSONEscapes.codeUnit(bytes[offset..<end]) else {
      offset = bytes[offset..<end].firstIndex { JSONEscapes.digit($0) == nil } ?? end
      throw unexpected
    }
    offset = end
    return code
  }

  private mutating func append(_ kind: JSONNode.Kind, from start: Int) {
    nodes.append(
      JSONNode(
        kind: kind, start: UInt32(start), size: UInt32(offset - start),
        next: UInt32(nodes.count + 1)))
  }

  // MARK: Bytes

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      offset += 1
    }
  }

  private var unexpected: JSONError {
    error(offset < bytes.count ? .unexpected : .cutOff, at: offset)
  }

  private func error(_ kind: JSONError.Kind, at offset: Int) -> JSONError {
    JSONError(kind, offset: offset, in: bytes)
  }
}
