import CLedgerCore

/// An Ed25519 secret key: signs through libsodium, in constant time. Its bytes lie in one place,
/// are never copied out except through `withSeed`, and are overwritten when the key goes.
@safe public final class SigningKey: Sendable {
  /// The public key.
  public let publicKey: PublicKey
  /// Seed ‖ public key; written in `init` and erased in `deinit` only.
  nonisolated(unsafe) private let secret: UnsafeMutablePointer<UInt8>

  private static let secretByteCount = Int(CL_ED25519_SECRET_BYTES)

  /// The key of a 32-byte seed (RFC 8032 §5.1.5); nil for any other count.
  public init?(seed: RawSpan) {
    guard seed.byteCount == 32 else { return nil }
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.secretByteCount)
    let code = unsafe seed.withUnsafeBytes { seed in
      unsafe cl_ed25519_secret_from_seed(seed.bytePointer, memory)
    }
    precondition(code == 0, "libsodium does not start")
    unsafe secret = memory
    publicKey = unsafe PublicKey(
      Bytes32(unchecked: RawSpan(_unsafeStart: memory + 32, byteCount: 32), at: 0))
  }

  /// The key of a 32-byte seed (RFC 8032 §5.1.5); nil for any other count.
  public convenience init?(seed: [UInt8]) { unsafe self.init(seed: seed.span.bytes) }

  /// A new key from the system's CSPRNG.
  public static func generate() throws(SystemRandomError) -> SigningKey {
    var seed = try SystemRandom.bytes(32)
    defer {
      unsafe seed.withUnsafeMutableBytes { unsafe cl_ed25519_erase($0.baseAddress, $0.count) }
    }
    guard let key = SigningKey(seed: seed) else { preconditionFailure("a seed has 32 bytes") }
    return key
  }

  deinit {
    unsafe cl_ed25519_erase(secret, Self.secretByteCount)
    unsafe secret.deallocate()
  }

  /// Signs `prefix ‖ message` (RFC 8032 §5.1.6; deterministic).
  public func sign(prefix: [UInt8], message: RawSpan) -> Signature {
    var pair = (Bytes32.zero, Bytes32.zero)
    let code = unsafe withUnsafeMutableBytes(of: &pair) { out in
      unsafe prefix.withUnsafeBytes { prefix in
        unsafe message.withUnsafeBytes { message in
          unsafe cl_ed25519_sign(
            secret, prefix.bytePointer, prefix.count, message.bytePointer, message.count,
            out.bytePointer)
        }
      }
    }
    precondition(code == CL_ED25519_VALID, "no memory to sign a message of this length")
    return Signature(r: pair.0, s: pair.1)
  }

  /// Signs `prefix ‖ message` (RFC 8032 §5.1.6; deterministic).
  public func sign(prefix: [UInt8], message: ArraySlice<UInt8>) -> Signature {
    unsafe sign(prefix: prefix, message: message.span.bytes)
  }

  /// Signs the message in this domain of this chain.
  public func sign(
    domain: SigningDomain, chain: ChainID, message: ArraySlice<UInt8>
  ) -> Signature {
    sign(prefix: domain.prefix(chain), message: message)
  }

  /// Lends the 32 seed bytes, for a key file to encrypt; what `body` copies is its own to erase.
  public func withSeed<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    try unsafe body(RawSpan(_unsafeStart: secret, byteCount: 32))
  }
}
