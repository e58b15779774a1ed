extension JSONValue {
  /// The value as a type that describes itself. Fields that the type does not have are passed over,
  /// so that a newer node can say more; `null` is an optional field's absence.
  ///
  /// Whole numbers are read from digits only: `1e3`, `1.0` and `-0` are none.
  public func decode<Answer: Decodable>(
    _ type: Answer.Type = Answer.self
  ) throws(JSONError) -> Answer {
    do { return try Answer(from: ValueDecoder(value: self)) } catch let error as JSONError {
      throw error
    } catch {
      // Of a type's own initialiser: a text that is none of an enumeration's.
      throw self.error(.unknownValue)
    }
  }

  func bool() throws(JSONError) -> Bool {
    switch node.kind {
    case .yes: true
    case .no: false
    default: throw error(.not(.bool))
    }
  }

  func string() throws(JSONError) -> String {
    guard let text else { throw error(.not(.string)) }
    return text
  }

  func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(JSONError) -> Integer {
    guard node.kind == .number else { throw error(.not(.number)) }
    var digits = numberBytes
    let isNegative = digits.first == UInt8(ascii: "-")
    if isNegative { digits.removeFirst() }
    var value: Integer = 0
    for byte in digits {
      let digit = byte &- UInt8(ascii: "0")
      guard digit < 10, !isNegative || digits.first != UInt8(ascii: "0") else {
        throw error(.notWhole)
      }
      let (product, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) =
        isNegative
        ? product.subtractingReportingOverflow(Integer(digit))
        : product.addingReportingOverflow(Integer(digit))
      guard !isOver, !isOverToo else { throw error(.outOfRange) }
      value = sum
    }
    return value
  }

  func float<Float: BinaryFloatingPoint & LosslessStringConvertible>(
    _ type: Float.Type
  ) throws(JSONError) -> Float {
    guard node.kind == .number else { throw error(.not(.number)) }
    let value = Float(String(decoding: numberBytes, as: UTF8.self))
    guard let value, value.isFinite else { throw error(.outOfRange) }
    return value
  }
}

/// What types that describe themselves read from.
private struct ValueDecoder: Decoder {
  let value: JSONValue

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(
    keyedBy type: Key.Type
  ) throws -> KeyedDecodingContainer<Key> {
    guard value.node.kind == .object else { throw value.error(.not(.object)) }
    return KeyedDecodingContainer(MemberDecoder(object: value))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard value.node.kind == .array else { throw value.error(.not(.array)) }
    return ElementDecoder(array: value)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

// One method for all integers stands for the standard library's one for each.
extension ValueDecoder: SingleValueDecodingContainer {
  func decodeNil() -> Bool { value.node.kind == .null }

  func decode(_ type: Bool.Type) throws -> Bool { try value.bool() }

  func decode(_ type: String.Type) throws -> String { try value.string() }

  func decode(_ type: Double.Type) throws -> Double { try value.float(type) }

  func decode(_ type: Float.Type) throws -> Float { try value.float(type) }

  func decode<Integer: FixedWidthInteger & Decodable>(_ type: Integer.Type) throws -> Integer {
    try value.integer(type)
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value.decode(type) }
}

private struct MemberDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let object: JSONValue

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.name) } }

  private func value(_ key: Key) throws(JSONError) -> JSONValue {
    guard let value = object[key.stringValue] else {
      throw object.error(.missing(key.stringValue))
    }
    return value
  }

  /// The member, unless it is missing or null.
  private func present(_ key: Key) -> JSONValue? {
    object[key.stringValue].flatMap { $0.node.kind == .null ? nil : $0 }
  }

  func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }

  func decodeNil(forKey key: Key) throws -> Bool { try value(key).node.kind == .null }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try value(key).bool() }

  func decode(_ type: String.Type, forKey key: Key) throws -> String { try value(key).string() }

  func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try value(key).float(type) }

  func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try value(key).float(type) }

  func decode<Integer: FixedWidthInteger & Decodable>(
    _ type: Integer.Type, forKey key: Key
  ) throws -> Integer {
    try value(key).integer(type)
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try value(key).decode(type)
  }

  func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
    try present(key)?.string()
  }

  func decodeIfPresent<Integer: FixedWidthInteger & Decodable>(
    _ type: Integer.Type, forKey key: Key
  ) throws -> Integer? {
    try present(key)?.integer(type)
  }

  func decodeIfPresent<Value: Decodable>(
    _ type: Value.Type, forKey key: Key
  ) throws -> Value? {
    try present(key)?.decode(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try ValueDecoder(value: value(key)).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try ValueDecoder(value: value(key)).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder {
    guard let value = object["super"] else { throw object.error(.missing("super")) }
    return ValueDecoder(value: value)
  }

  func superDecoder(forKey key: Key) throws -> any Decoder { ValueDecoder(value: try value(key)) }
}

private struct ElementDecoder: UnkeyedDecodingContainer {
  let array: JSONValue
  private var place: Int
  private(set) var currentIndex = 0

  init(array: JSONValue) {
    self.array = array
    place = array.place + 1
  }

  var codingPath: [any CodingKey] { [] }
  var count: Int? { Int(array.node.size) }
  var isAtEnd: Bool { currentIndex >= Int(array.node.size) }

  private var element: JSONValue {
    get throws(JSONError) {
      guard !isAtEnd else { throw array.error(.missing("[\(currentIndex)]")) }
      return JSONValue(document: array.document, place: place)
    }
  }

  /// Reads an element and goes on to the next.
  private mutating func take<Value>(
    _ read: (JSONValue) throws -> Value
  ) throws -> Value {
    let element = try element
    let value = try read(element)
    place = Int(element.node.next)
    currentIndex += 1
    return value
  }

  mutating func decodeNil() throws -> Bool {
    guard try element.node.kind == .null else { return false }
    return try take { _ in true }
  }

  mutating func decode(_ type: Bool.Type) throws -> Bool { try take { try $0.bool() } }

  mutating func decode(_ type: String.Type) throws -> String { try take { try $0.string() } }

  mutating func decode(_ type: Double.Type) throws -> Double { try take { try $0.float(type) } }

  mutating func decode(_ type: Float.Type) throws -> Float { try take { try $0.float(type) } }

  mutating func decode<Integer: FixedWidthInteger & Decodable>(
    _ type: Integer.Type
  ) throws -> Integer {
    try take { try $0.integer(type) }
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try take { try $0.decode(type) }
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try take { try ValueDecoder(value: $0).container(keyedBy: type) }
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try take { try ValueDecoder(value: $0).unkeyedContainer() }
  }

  mutating func superDecoder() throws -> any Decoder { try take { ValueDecoder(value: $0) } }
}
