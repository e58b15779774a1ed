/// One key's signature over a transaction's body.
public struct Authorization: Hashable, Sendable, BCSCodable {
  public let key: PublicKey
  public let signature: Signature

  public init(key: PublicKey, signature: Signature) {
    self.key = key
    self.signature = signature
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    key = try PublicKey(from: &reader)
    signature = try Signature(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    key.encode(into: &writer)
    signature.encode(into: &writer)
  }
}
