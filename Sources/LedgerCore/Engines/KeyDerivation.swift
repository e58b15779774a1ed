import CLedgerCore

/// What wallets derive keys with (BIP-39, SLIP-0010), by the system's OpenSSL.
public enum KeyDerivation {
  /// No longer key, password, salt, message or output is accepted.
  public static let bytesMax = Int(CL_KDF_BYTES_MAX)
  /// Bytes of an HMAC-SHA512.
  public static let macByteCount = Int(CL_KDF_HMAC_SHA512_BYTES)

  /// HMAC-SHA512 (RFC 2104): 64 bytes.
  ///
  /// - Parameters:
  ///   - key: at most `bytesMax` bytes, as the message.
  public static func hmacSHA512(
    key: RawSpan, message: RawSpan
  ) throws(KeyDerivationError) -> SecretBytes {
    try unsafe SecretBytes(count: macByteCount) { out throws(KeyDerivationError) in
      let status = unsafe key.withUnsafeBytes { key in
        unsafe message.withUnsafeBytes { message in
          unsafe cl_kdf_hmac_sha512(
            key.bytePointer, key.count, message.bytePointer, message.count, out)
        }
      }
      guard status == CL_KDF_OK else { throw KeyDerivationError(status) }
    }
  }

  /// PBKDF2 with HMAC-SHA512 (RFC 8018 §5.2).
  ///
  /// - Parameters:
  ///   - password: at most `bytesMax` bytes, as the salt.
  ///   - rounds: 1 … 10,000,000.
  ///   - count: bytes wanted, 1 … `bytesMax`.
  public static func pbkdf2SHA512(
    password: RawSpan, salt: RawSpan, rounds: UInt32, count: Int
  ) throws(KeyDerivationError) -> SecretBytes {
    guard (1...bytesMax).contains(count) else { throw .outOfRange }
    return try unsafe SecretBytes(count: count) { out throws(KeyDerivationError) in
      let status = unsafe password.withUnsafeBytes { password in
        unsafe salt.withUnsafeBytes { salt in
          unsafe cl_kdf_pbkdf2_sha512(
            password.bytePointer, password.count, salt.bytePointer, salt.count, rounds, out, count)
        }
      }
      guard status == CL_KDF_OK else { throw KeyDerivationError(status) }
    }
  }
}

/// Why a key could not be derived.
public enum KeyDerivationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An input is longer than `KeyDerivation.bytesMax`, or the rounds are none or too many.
  case outOfRange
  /// There is not enough memory.
  case outOfMemory

  fileprivate init(_ status: Int32) {
    self = status == CL_KDF_ERROR_LENGTH ? .outOfRange : .outOfMemory
  }

  public var description: String {
    switch self {
    case .outOfRange: "an input is longer than \(KeyDerivation.bytesMax) bytes"
    case .outOfMemory: "not enough memory to derive a key"
    }
  }
}
