import CLedgerCore

/// Ed25519 signatures, verified by ZIP-215 (protocol §2): S below the group order, keys and nonces
/// decoded as ZIP-215 says, cofactored equation. One by one and in a batch, the verdict is the same
/// on every input. Verification handles public data only and takes variable time.
public enum Ed25519 {
  /// Whether `signature` is `key`'s over `prefix ‖ message`.
  public static func verify(
    signature: Signature, key: PublicKey, prefix: [UInt8], message: RawSpan
  ) -> Bool {
    var key = key.bytes
    var pair = (signature.r, signature.s)
    let code = unsafe withUnsafeBytes(of: &key) { key in
      unsafe withUnsafeBytes(of: &pair) { signature in
        unsafe prefix.withUnsafeBytes { prefix in
          unsafe message.withUnsafeBytes { message in
            unsafe cl_ed25519_verify(
              key.bytePointer, signature.bytePointer, prefix.bytePointer, prefix.count,
              message.bytePointer, message.count)
          }
        }
      }
    }
    return code == CL_ED25519_VALID
  }

  /// Whether `signature` is `key`'s over `prefix ‖ message`.
  public static func verify(
    signature: Signature, key: PublicKey, prefix: [UInt8], message: ArraySlice<UInt8>
  ) -> Bool {
    unsafe verify(signature: signature, key: key, prefix: prefix, message: message.span.bytes)
  }

  /// Whether `signature` is `key`'s over the message in this domain of this chain.
  public static func verify(
    signature: Signature, key: PublicKey, domain: SigningDomain, chain: ChainID,
    message: ArraySlice<UInt8>
  ) -> Bool {
    verify(signature: signature, key: key, prefix: domain.prefix(chain), message: message)
  }

  /// Whether a state machine's check holds on this chain.
  public static func verify(_ check: SignatureCheck, chain: ChainID) -> Bool {
    verify(
      signature: check.signature, key: check.key, domain: check.domain, chain: chain,
      message: check.message)
  }

  /// The verdicts of state machines' checks, of any domains, on this chain; in their order. A batch
  /// for each domain, a large one shared out to the pool's workers; keys that the cache holds need
  /// no decoding.
  public static func verify(
    _ checks: [SignatureCheck], chain: ChainID, on pool: WorkerPool? = nil,
    keys: SenderKeyCache? = nil
  ) -> VerdictBitmap {
    var verdicts = VerdictBitmap(invalid: checks.count)
    for domain in SigningDomain.allCases {
      let places = checks.indices.filter { checks[$0].domain == domain }
      guard !places.isEmpty else { continue }
      var batch = SignatureBatch(domain: domain, chain: chain)
      batch.reserve(
        signatures: places.count, bytes: places.reduce(0) { $0 + checks[$1].message.count + 96 })
      for place in places {
        let check = checks[place]
        batch.append(message: check.message, signature: check.signature, key: check.key)
      }
      let found = batch.verify(on: pool, keys: keys)
      if places.count == checks.count { return found }
      for (index, place) in places.enumerated() where found[index] { verdicts.accept(place) }
    }
    return verdicts
  }

  /// Whether the key is the canonical encoding of a point of prime order: what a consensus key
  /// must be.
  public static func isCanonicalPrimeOrder(_ key: PublicKey) -> Bool {
    var key = key.bytes
    return unsafe withUnsafeBytes(of: &key) { key in
      unsafe cl_ed25519_is_canonical_prime_order(key.bytePointer) == 1
    }
  }
}

/// One verdict per signature of a batch, in order.
public struct VerdictBitmap: Hashable, Sendable {
  /// How many signatures there were.
  public private(set) var count: Int
  /// Bit `i % 8` of byte `i / 8` is 1 when signature `i` is valid; bits past `count` are 0.
  public private(set) var bytes: [UInt8]

  /// The verdicts of no signatures.
  public init() {
    count = 0
    bytes = []
  }

  /// The verdict invalid, `count` times.
  init(invalid count: Int) {
    self.count = count
    bytes = [UInt8](repeating: 0, count: (count + 7) / 8)
  }

  /// Whether signature `index` (0 ..< `count`) is valid; false for any other index.
  public subscript(index: Int) -> Bool {
    index >= 0 && index < count && bytes[index / 8] >> UInt8(index % 8) & 1 == 1
  }

  /// Whether every signature is valid; true for none.
  public var allValid: Bool { (0..<count).allSatisfy { self[$0] } }

  /// Whether every signature in the range is valid.
  public func allValid(in range: Range<Int>) -> Bool { range.allSatisfy { self[$0] } }

  /// The invalid signatures, ascending.
  public var invalidIndices: [Int] { (0..<count).filter { !self[$0] } }

  /// Makes verdict `index` valid.
  mutating func accept(_ index: Int) { bytes[index / 8] |= 1 << UInt8(index % 8) }

  /// Appends `added` verdicts of a bitmap of its own.
  mutating func append(_ other: [UInt8], count added: Int) {
    if count == 0 {
      bytes = other
      count = added
    } else {
      for index in 0..<added { append(other[index / 8] >> UInt8(index % 8) & 1 == 1) }
    }
  }

  mutating func append(_ verdict: Bool) {
    if count % 8 == 0 { bytes.append(0) }
    if verdict { accept(count) }
    count += 1
  }
}
