/// Why bytes are not the JSON wanted, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// Another character was expected here; for instance there is a comma too many.
    case unexpected
    /// The bytes end within a value.
    case cutOff
    /// An object has this name before, maybe written with escapes.
    case duplicateName(String)
    /// Lists and objects nest more than `JSONLimits.depthMax` deep.
    case tooDeep
    /// More than `JSONLimits.bytesMax` bytes.
    case tooLong
    /// A number of more than `JSONLimits.numberBytesMax` characters.
    case numberTooLong
    /// Bytes follow the value.
    case leftOver
    /// Not UTF-8, or a half of a surrogate pair.
    case invalidText
    /// The value is valid JSON of another kind than this.
    case not(JSONKind)
    /// A number with a fraction or an exponent, or `-0`, where a whole number is wanted.
    case notWhole
    /// A number that its type does not hold.
    case outOfRange
    /// An object lacks this field.
    case missing(String)
    /// The value is of the right kind, and none of those there are.
    case unknownValue
  }

  public let kind: Kind
  /// The byte it is about, from 0.
  public let offset: Int
  /// Its line, from 1.
  public let line: Int
  /// Its place in the line, from 1, in characters (Unicode scalars).
  public let column: Int
  /// The value it is about, such as `items[3].sender`; empty for the whole, and for what is no
  /// JSON.
  public let path: String

  init(_ kind: Kind, offset: Int, in bytes: [UInt8], path: String = "") {
    self.kind = kind
    self.offset = offset
    self.path = path
    let before = bytes[..<min(offset, bytes.count)]
    let newline = UInt8(ascii: "\n")
    line = 1 + before.count { $0 == newline }
    let start = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    // Every byte but those that go on with a character.
    column = 1 + before[start...].count { $0 & 0xC0 != 0x80 }
  }

  public var description: String {
    "\(path.isEmpty ? "" : "\(path): ")\(sentence), at line \(line), column \(column)"
  }

  private var sentence: String {
    switch kind {
    case .unexpected: "a character that JSON does not have there"
    case .cutOff: "it is cut off"
    case .duplicateName(let name): "the name `\(name)` stands twice"
    case .tooDeep: "it nests more than \(JSONLimits.depthMax) deep"
    case .tooLong: "it is longer than \(JSONLimits.bytesMax) bytes"
    case .numberTooLong: "a number has more than \(JSONLimits.numberBytesMax) characters"
    case .leftOver: "something follows the end"
    case .invalidText: "a text is not valid UTF-8"
    case .not(let kind): "it is not \(kind.noun)"
    case .notWhole: "it is not a whole number in digits"
    case .outOfRange: "the number is out of range"
    case .missing(let name): "the field `\(name)` is missing"
    case .unknownValue: "the value is none of those there are"
    }
  }
}

/// The kinds of JSON values.
public enum JSONKind: Hashable, Sendable {
  case null, bool, number, string, array, object

  fileprivate var noun: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
