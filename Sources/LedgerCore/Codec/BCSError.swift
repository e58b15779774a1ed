/// Why bytes are not the one canonical encoding of a value, and where (protocol §1).
public struct BCSError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The value needs more bytes than are left.
    case truncated
    /// Bytes follow the value.
    case trailingBytes(Int)
    /// A ULEB128 number has a longer form than it needs, or exceeds 32 bits.
    case nonCanonicalLength
    /// A length lies outside its bounds.
    case lengthOutOfRange(length: UInt64, min: Int, max: Int)
    /// A tag names no case.
    case unknownTag(UInt64)
    /// A boolean or option byte is neither 0 nor 1.
    case invalidBoolean(UInt8)
    /// A list that must be strictly ascending is not.
    case unsorted
    /// Bytes that must be UTF-8 are not.
    case invalidText
    /// A value outside what its field allows.
    case invalidValue
  }

  public let reason: Reason
  /// The field being read.
  public let field: String
  /// The byte offset at which the field starts.
  public let offset: Int

  @inline(never)
  public init(_ reason: Reason, field: String, offset: Int) {
    self.reason = reason
    self.field = field
    self.offset = offset
  }

  public var description: String {
    let what =
      switch reason {
      case .truncated: "ends too early"
      case .trailingBytes(let count): "is followed by \(count) bytes that do not belong"
      case .nonCanonicalLength: "has a length that is not written in its shortest form"
      case .lengthOutOfRange(let length, let min, let max):
        "has length \(length), allowed are \(min) to \(max)"
      case .unknownTag(let tag): "has the unknown tag \(tag)"
      case .invalidBoolean(let byte): "has the byte \(byte) where only 0 or 1 may stand"
      case .unsorted: "is not in strictly ascending order"
      case .invalidText: "is not UTF-8"
      case .invalidValue: "has a value that is not allowed"
      }
    return "\(field) at byte \(offset) \(what)"
  }
}
