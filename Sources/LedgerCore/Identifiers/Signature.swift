/// An Ed25519 signature: R and S, 64 bytes (RFC 8032 §5.1.6); validity is not implied.
public struct Signature: Hashable, Sendable, BCSCodable {
  /// The encoded point R.
  public let r: Bytes32
  /// The scalar S, little-endian.
  public let s: Bytes32

  public init(r: Bytes32, s: Bytes32) {
    self.r = r
    self.s = s
  }

  /// Copies exactly 64 bytes; nil for any other count.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 64, let r = Bytes32(bytes.prefix(32)), let s = Bytes32(bytes.dropFirst(32))
    else { return nil }
    self.init(r: r, s: s)
  }

  /// The 64 bytes.
  public var array: [UInt8] { r.array + s.array }

  public init(from reader: inout BCSReader) throws(BCSError) {
    r = try reader.bytes32("signature")
    s = try reader.bytes32("signature")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.bytes32(r)
    writer.bytes32(s)
  }
}
