/// JSON read strictly (RFC 8259): UTF-8, no duplicate names, nothing after the value, bounded
/// depth. The reader that Foundation has accepts trailing commas and duplicate names.
indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// As written.
  case number(String)
  case string(String)
  /// In the order written.
  case object([(name: String, value: JSONValue)])
  case array([JSONValue])

  /// Reads bytes that must be one value.
  init(_ bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.isAtEnd else { throw JSONError(.leftOver, offset: reader.offset) }
  }

  /// The member of an object; nil when it has none of this name, or is no object.
  subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  /// The text of a string.
  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// Whether both say the same: members in any order, texts and numbers byte by byte.
  func isEqual(to other: JSONValue) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)), (.string(let left), .string(let right)):
      left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isEqual(to: $1) }
    case (.object(let left), .object(let right)):
      left.count == right.count
        && left.allSatisfy { name, value in other[name].map(value.isEqual) ?? false }
    default: false
    }
  }

  /// The path (`contents.operations[0].amount`) of the first thing that differs; nil when equal.
  func difference(from other: JSONValue, at path: String) -> String? {
    switch (self, other) {
    case (.array(let left), .array(let right)):
      for (index, value) in left.enumerated() {
        guard index < right.count else { return "\(path)[\(index)]" }
        let difference = value.difference(from: right[index], at: "\(path)[\(index)]")
        if let difference { return difference }
      }
      return left.count == right.count ? nil : "\(path)[\(left.count)]"
    case (.object(let left), .object(let right)):
      for (name, value) in left {
        guard let match = other[name] else { return "\(path).\(name)" }
        if let difference = value.difference(from: match, at: "\(path).\(name)") {
          return difference
        }
      }
      return right.first { self[$0.name] == nil }.map { "\(path).\($0.name)" }
    default: return isEqual(to: other) ? nil : path
    }
  }
}

/// Why bytes are not the JSON wanted.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// Another character was expected here; for instance there is a comma too many.
    case unexpected
    /// The bytes end within a value.
    case cutOff
    case duplicateName(String)
    case tooDeep
    /// Bytes follow the value.
    case leftOver
    /// A string that is not UTF-8, or a half of a surrogate pair.
    case invalidText
  }

  public let kind: Kind
  /// Byte offset.
  public let offset: Int

  init(_ kind: Kind, offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  public var description: String {
    let what =
      switch kind {
      case .unexpected: "there stands what JSON does not have there"
      case .cutOff: "it is cut off"
      case .duplicateName(let name): "the name `\(name)` stands twice"
      case .tooDeep: "it nests too deep"
      case .leftOver: "something follows the end"
      case .invalidText: "a text is not valid UTF-8"
      }
    return "\(what), at byte \(offset)"
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }
  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      offset += 1
    }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < WalletLimits.jsonDepthMax else { throw JSONError(.tooDeep, offset: offset) }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw JSONError(.cutOff, offset: offset)
    default: return .number(try number())
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    offset += 1
    var members: [(name: String, value: JSONValue)] = []
    var names: Set<[UInt8]> = []
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      let start = offset
      let name = try string()
      guard names.insert(Array(name.utf8)).inserted else {
        throw JSONError(.duplicateName(name), offset: start)
      }
      skipSpace()
      guard take(":") else { throw unexpected }
      members.append((name, try value(depth: depth + 1)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw unexpected }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    offset += 1
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .array([]) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw unexpected }
    return .array(values)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[offset...].starts(with: word.utf8) else { throw unexpected }
    offset += word.utf8.count
    return value
  }

  private mutating func number() throws(JSONError) -> String {
    let start = offset
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(JSONError) {
    guard let byte = next, (0x30...0x39).contains(byte) else { throw unexpected }
    while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
  }

  private mutating func string() throws(JSONError) -> String {
    let start = offset
    guard take("\"") else { throw unexpected }
    var text: [UInt8] = []
    while let byte = next {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: text, as: UTF8.self) else {
          throw JSONError(.invalidText, offset: start)
        }
        return text
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw JSONError(.unexpected, offset: offset - 1)
      default: text.append(byte)
      }
    }
    throw JSONError(.cutOff, offset: offset)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw JSONError(.cutOff, offset: offset) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try codeUnit()
      if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw JSONError(.invalidText, offset: offset) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw JSONError(.invalidText, offset: offset) }
      text.append(contentsOf: Array(String(scalar).utf8))
    default: throw JSONError(.unexpected, offset: offset - 1)
    }
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    guard bytes.count - offset >= 4 else { throw JSONError(.cutOff, offset: offset) }
    var code: UInt32 = 0
    for byte in bytes[offset..<offset + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw unexpected
      }
      code = code << 4 | UInt32(truncatingIfNeeded: digit)
    }
    offset += 4
    return code
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private var unexpected: JSONError { JSONError(isAtEnd ? .cutOff : .unexpected, offset: offset) }
}
