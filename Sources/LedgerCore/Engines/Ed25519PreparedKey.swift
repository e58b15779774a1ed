import CLedgerCore

/// A key whose multiples are kept (31 KB, or 102 KB with AVX2), for many single verifications: a
/// validator's, whose votes come one by one. It verifies in less than half of libsodium's time,
/// with AVX2 in less than a third; making it costs as much as a hundred verifications.
@safe public final class PreparedKey: Sendable {
  /// The key.
  public let key: PublicKey
  /// The key as the engine takes it; unchanging, and good while this is.
  nonisolated(unsafe) private let handle: OpaquePointer

  /// Nil when the key decodes to no point, so that no signature of it is valid, or without memory.
  public init?(_ key: PublicKey) {
    var bytes = key.bytes
    var made: OpaquePointer?
    let code = unsafe withUnsafeBytes(of: &bytes) { bytes in
      unsafe cl_ed25519_prepare_key(&made, bytes.bytePointer)
    }
    guard code == CL_ED25519_VALID, let made = unsafe made else { return nil }
    self.key = key
    unsafe handle = made
  }

  deinit { unsafe cl_ed25519_free_prepared_key(handle) }

  /// Whether `signature` is this key's over `prefix ‖ message`: what `Ed25519.verify` says.
  public func verify(_ signature: Signature, prefix: [UInt8], message: ArraySlice<UInt8>) -> Bool {
    var pair = (signature.r, signature.s)
    let code = unsafe withUnsafeBytes(of: &pair) { signature in
      unsafe prefix.withUnsafeBytes { prefix in
        unsafe message.withUnsafeBytes { message in
          unsafe cl_ed25519_verify_prepared(
            handle, signature.bytePointer, prefix.bytePointer, prefix.count, message.bytePointer,
            message.count)
        }
      }
    }
    return code == CL_ED25519_VALID
  }

  /// Whether `signature` is this key's over the message in this domain of this chain.
  public func verify(
    _ signature: Signature, domain: SigningDomain, chain: ChainID, message: ArraySlice<UInt8>
  ) -> Bool {
    verify(signature, prefix: domain.prefix(chain), message: message)
  }
}
