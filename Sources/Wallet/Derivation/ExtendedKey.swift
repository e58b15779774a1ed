public import LedgerCore

/// A node of a tree of Ed25519 keys (SLIP-0010): a private key and a chain code, overwritten when
/// they go.
public struct ExtendedKey: ~Copyable {
  /// Private key (32 bytes), then chain code (32 bytes).
  private let both: SecretBytes

  private static let seedByteRange = 16...64

  /// The root of a seed of 16 to 64 bytes; a mnemonic's has 64.
  public init(seed: borrowing SecretBytes) throws(DerivationError) {
    guard Self.seedByteRange.contains(seed.count) else { throw .seedLength(seed.count) }
    let curve = Array("ed25519 seed".utf8)
    both = try seed.withBytes { seed throws(DerivationError) in
      try unsafe Self.mac(key: curve.span.bytes, message: seed)
    }
  }

  private init(both: consuming SecretBytes) { self.both = both }

  /// The hardened child of an index (without the hardening bit).
  public borrowing func child(_ index: UInt32) throws(DerivationError) -> ExtendedKey {
    guard index <= WalletLimits.indexMax else { throw .index(index) }
    var message: [UInt8] = [0]
    message.reserveCapacity(37)
    defer { KeyFile.erase(&message) }
    append(0..<32, to: &message)
    let hardened = index | 0x8000_0000
    for shift in stride(from: 24 as UInt32, through: 0, by: -8) {
      message.append(UInt8(truncatingIfNeeded: hardened >> shift))
    }
    return ExtendedKey(
      both: try both.withBytes { both throws(DerivationError) in
        try unsafe Self.mac(key: both.extracting(32..<64), message: message.span.bytes)
      })
  }

  /// The descendant at the end of a path.
  public borrowing func descendant(
    _ path: DerivationPath
  ) throws(DerivationError) -> ExtendedKey {
    guard let first = path.steps.first else {
      return ExtendedKey(both: try copied())
    }
    var key = try child(first)
    for step in path.steps.dropFirst() { key = try key.child(step) }
    return key
  }

  /// The key that signs.
  public borrowing func signingKey() throws(DerivationError) -> SigningKey {
    let key = both.withBytes { both in SigningKey(seed: both.extracting(0..<32)) }
    guard let key else { throw .outOfMemory }
    return key
  }

  /// The chain code, for tests against the published vectors.
  borrowing func chainCode() -> [UInt8] {
    var code: [UInt8] = []
    append(32..<64, to: &code)
    return code
  }

  private borrowing func append(_ range: Range<Int>, to array: inout [UInt8]) {
    both.withBytes { both in
      unsafe both.extracting(range).withUnsafeBytes { unsafe array.append(contentsOf: $0) }
    }
  }

  private borrowing func copied() throws(DerivationError) -> SecretBytes {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64)
    append(0..<64, to: &bytes)
    return SecretBytes(taking: &bytes)
  }

  private static func mac(key: RawSpan, message: RawSpan) throws(DerivationError) -> SecretBytes {
    do { return try KeyDerivation.hmacSHA512(key: key, message: message) } catch {
      throw .outOfMemory
    }
  }
}

/// Why a key could not be derived.
public enum DerivationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A seed has 16 to 64 bytes.
  case seedLength(Int)
  /// The index is over 2^31 − 1.
  case index(UInt32)
  case outOfMemory

  public var description: String {
    switch self {
    case .seedLength(let count): "a seed has 16 to 64 bytes, not \(count)"
    case .index(let index):
      "the index \(index) is too large; the highest is \(WalletLimits.indexMax)"
    case .outOfMemory: "not enough memory to derive a key"
    }
  }
}

extension Mnemonic {
  /// The key of the account of an index, of these words and a passphrase (empty for none).
  public func account(_ index: UInt32, passphrase: String = "") throws -> SigningKey {
    guard let path = DerivationPath(account: index) else { throw DerivationError.index(index) }
    let root = try ExtendedKey(seed: seed(passphrase: passphrase))
    return try root.descendant(path).signingKey()
  }
}
