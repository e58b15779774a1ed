import CLedgerCore

extension HashOp {
  /// The hash of a message. KECCAK-256 is there where the system's libcrypto offers it (OpenSSL 3.2
  /// on); BLAKE3 and `none` are refused.
  func hash(_ message: [UInt8]) throws(ProofError) -> [UInt8] {
    switch self {
    case .none, .blake3: throw .unsupportedHash(self)
    case .sha256: SHA256.hash(message).bytes.array
    case .sha512: try digest(CL_DIGEST_SHA512, message)
    case .keccak256: try digest(CL_DIGEST_KECCAK256, message)
    case .ripemd160: try digest(CL_DIGEST_RIPEMD160, message)
    case .bitcoin: try digest(CL_DIGEST_RIPEMD160, SHA256.hash(message).bytes.array)
    case .sha512Truncated256: try digest(CL_DIGEST_SHA512_256, message)
    case .blake2b512: try digest(CL_DIGEST_BLAKE2B_512, message)
    case .blake2s256: try digest(CL_DIGEST_BLAKE2S_256, message)
    }
  }

  private func digest(
    _ algorithm: cl_digest_algorithm, _ message: [UInt8]
  ) throws(ProofError) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: Int(CL_DIGEST_BYTES_MAX))
    var count = 0
    let status = unsafe cl_digest(algorithm, message, message.count, &out, &count)
    guard status == CL_DIGEST_OK, count <= out.count else { throw .unsupportedHash(self) }
    return Array(out[..<count])
  }
}

extension LengthOp {
  /// Data with its length marked.
  func mark(_ data: [UInt8]) throws(ProofError) -> [UInt8] {
    switch self {
    case .none: return data
    case .varProto:
      var prefix: [UInt8] = []
      var rest = data.count
      while rest >= 0x80 {
        prefix.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      return prefix + [UInt8(truncatingIfNeeded: rest)] + data
    case .varRLP: throw .unsupportedLength(self)
    case .fixed32Big: return try fixed(UInt32(exactly: data.count)?.bigEndian) + data
    case .fixed32Little: return try fixed(UInt32(exactly: data.count)?.littleEndian) + data
    case .fixed64Big: return try fixed(UInt64(exactly: data.count)?.bigEndian) + data
    case .fixed64Little: return try fixed(UInt64(exactly: data.count)?.littleEndian) + data
    case .require32Bytes, .require64Bytes:
      guard data.count == (self == .require32Bytes ? 32 : 64) else { throw .wrongLength(self) }
      return data
    }
  }

  private func fixed<Number: FixedWidthInteger>(_ number: Number?) throws(ProofError) -> [UInt8] {
    guard let number else { throw .wrongLength(self) }
    return unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
  }
}

extension LeafOp {
  /// The leaf's hash.
  public func apply(key: [UInt8], value: [UInt8]) throws(ProofError) -> [UInt8] {
    guard !key.isEmpty, !value.isEmpty else { throw .emptyData }
    let keyData = try length.mark(prehashKey == .none ? key : prehashKey.hash(key))
    let valueData = try length.mark(prehashValue == .none ? value : prehashValue.hash(value))
    return try hash.hash(prefix + keyData + valueData)
  }
}

extension InnerOp {
  /// The parent's hash.
  public func apply(child: [UInt8]) throws(ProofError) -> [UInt8] {
    guard !child.isEmpty else { throw .emptyData }
    return try hash.hash(prefix + child + suffix)
  }
}
