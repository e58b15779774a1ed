/// A SHA-256 digest.
public struct Digest: Identifier32 {
  public let bytes: Bytes32
  public init(_ bytes: Bytes32) { self.bytes = bytes }
  /// Thirty-two zero bytes: the hash of an empty subtree (ICS-23 `SmtSpec`), and "no parent".
  public static let zero = Digest(.zero)
}

/// An Ed25519 public key (RFC 8032 §5.1.5), as its 32 encoded bytes; validity is not implied.
public struct PublicKey: Identifier32 {
  public let bytes: Bytes32
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// The id of an account: for a simple account its first public key (protocol §2).
public struct AccountID: Identifier32 {
  public let bytes: Bytes32
  public init(_ bytes: Bytes32) { self.bytes = bytes }
  /// The id of the simple account that `key` opens.
  public init(_ key: PublicKey) { bytes = key.bytes }
}

/// The genesis hash: names one chain and separates every signature and hash from other chains'.
public struct ChainID: Identifier32 {
  public let bytes: Bytes32
  public init(_ bytes: Bytes32) { self.bytes = bytes }
  /// The first four bytes, carried in each transaction so that one for another chain is told so
  /// rather than called badly signed.
  public var tag: UInt32 { UInt32(truncatingIfNeeded: bytes.word0) }
}
