/// A value that can be read from its canonical bytes.
public protocol BCSDecodable {
  /// Reads one value; throws the field and offset of the first thing wrong.
  init(from reader: inout BCSReader) throws(BCSError)
}

/// A value that can be written as its canonical bytes.
public protocol BCSEncodable {
  func encode(into writer: inout BCSWriter)
}

/// A value with one canonical encoding.
public typealias BCSCodable = BCSDecodable & BCSEncodable

extension BCSDecodable {
  /// Reads a value that must fill the bytes exactly.
  public init(bcs bytes: [UInt8]) throws(BCSError) {
    try self.init(bcs: bytes[...])
  }

  /// Reads a value that must fill the bytes exactly.
  public init(bcs bytes: ArraySlice<UInt8>) throws(BCSError) {
    var reader = unsafe BCSReader(bytes.span.bytes)
    self = try Self(from: &reader)
    try reader.finish("\(Self.self)")
  }
}

extension BCSEncodable {
  /// The canonical bytes.
  public var bcs: [UInt8] { bcs(reserving: 0) }

  /// The canonical bytes, which are expected to be at most so many.
  public func bcs(reserving capacity: Int) -> [UInt8] {
    var writer = BCSWriter(reserving: capacity)
    encode(into: &writer)
    return writer.bytes
  }
}
