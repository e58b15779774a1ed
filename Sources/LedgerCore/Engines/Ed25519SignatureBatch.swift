import CLedgerCore

/// Signatures verified together, with one prefix (domain tag ‖ genesis hash) common to all.
///
/// The batch owns one contiguous buffer; items are offsets into it. What is appended whole, such as
/// a transaction, is copied once, whatever it holds of keys and signatures. Memory is bounded: past
/// `bytesMax` what is there is verified first, and the verdicts are kept.
public struct SignatureBatch: Sendable {
  /// The buffer is verified and emptied before it grows over this many bytes.
  public static let bytesMax = 64 * 1024 * 1024

  private let prefix: [UInt8]
  private var buffer: [UInt8] = []
  private var items: [cl_ed25519_item] = []
  private var settled = VerdictBitmap()

  /// Where one signature lies in bytes that are appended whole: offsets from their start.
  public struct Item: Hashable, Sendable {
    public let message: Range<Int>
    /// 64 bytes from here.
    public let signatureOffset: Int
    /// 32 bytes from here.
    public let keyOffset: Int

    public init(message: Range<Int>, signatureOffset: Int, keyOffset: Int) {
      self.message = message
      self.signatureOffset = signatureOffset
      self.keyOffset = keyOffset
    }
  }

  /// An empty batch; each signed message is `prefix ‖ message`.
  public init(prefix: [UInt8]) { self.prefix = prefix }

  /// An empty batch of one domain on one chain.
  public init(domain: SigningDomain, chain: ChainID) { self.init(prefix: domain.prefix(chain)) }

  /// How many signatures have been appended.
  public var count: Int { settled.count + items.count }

  /// Makes room for this many more signatures and bytes.
  public mutating func reserve(signatures: Int, bytes: Int) {
    items.reserveCapacity(items.count + max(0, signatures))
    buffer.reserveCapacity(min(buffer.count + min(max(0, bytes), Self.bytesMax), Self.bytesMax))
  }

  /// Appends one signature, copying the message; its index is `count` before the call.
  public mutating func append(
    message: some Collection<UInt8>, signature: Signature, key: PublicKey
  ) {
    let length = message.count
    guard length <= Self.bytesMax - 96 else {
      settle()
      settled.append(
        Ed25519.verify(
          signature: signature, key: key, prefix: prefix, message: Array(message)[...]))
      return
    }
    makeRoom(length + 96)
    let start = UInt32(buffer.count)
    append(key.bytes)
    append(signature.r)
    append(signature.s)
    buffer.append(contentsOf: message)
    items.append(
      cl_ed25519_item(
        message_offset: start + 96, message_length: UInt32(length), signature_offset: start + 32,
        key_offset: start))
  }

  /// Appends bytes whole, and the signatures that lie in them: one verdict each, in order. An item
  /// that reaches outside the bytes, and any item of more than `bytesMax − 96` bytes, gets the
  /// verdict invalid.
  public mutating func append(_ bytes: ArraySlice<UInt8>, items added: [Item]) {
    let fits = bytes.count <= Self.bytesMax - 96
    makeRoom(fits ? bytes.count + 96 : 96)
    let start = UInt32(buffer.count)
    if fits { buffer.append(contentsOf: bytes) }
    var refusal: UInt32?
    for item in added {
      if fits, let moved = item.moved(to: start, within: bytes.count) {
        items.append(moved)
      } else {
        // S of all ones is not below the group order: invalid.
        let offset = refusal ?? UInt32(buffer.count)
        if refusal == nil { buffer.append(contentsOf: repeatElement(0xFF, count: 96)) }
        refusal = offset
        items.append(
          cl_ed25519_item(
            message_offset: offset, message_length: 0, signature_offset: offset + 32,
            key_offset: offset))
      }
    }
  }

  /// Appends every signature of a transaction: the sender's, then the sponsor's. The batch's domain
  /// must be `transaction`.
  public mutating func append(_ transaction: Transaction) {
    append(
      transaction.bytes,
      items: transaction.authorizationOffsets.map {
        Item(message: 0..<transaction.bodyByteCount, signatureOffset: $0 + 32, keyOffset: $0)
      })
  }

  /// Verifies everything appended, and empties the batch; a large one is shared out to the pool's
  /// workers, and keys that the cache holds need no decoding. Without memory or randomness for a
  /// batch the signatures are verified one by one: there is always a verdict, and always the same.
  public mutating func verify(
    on pool: WorkerPool? = nil, keys: SenderKeyCache? = nil
  ) -> VerdictBitmap {
    settle(on: pool, keys: keys)
    defer { settled = VerdictBitmap() }
    return settled
  }

  private mutating func append(_ bytes: Bytes32) {
    unsafe withUnsafeBytes(of: bytes) { unsafe buffer.append(contentsOf: $0) }
  }

  private mutating func makeRoom(_ count: Int) {
    if buffer.count + count > Self.bytesMax { settle() }
  }

  /// Moves what the buffer holds to verdicts.
  private mutating func settle(on pool: WorkerPool? = nil, keys: SenderKeyCache? = nil) {
    guard !items.isEmpty else { return }
    var verdicts = [UInt8](repeating: 0, count: (items.count + 7) / 8)
    let code = unsafe buffer.withUnsafeBytes { base in
      unsafe prefix.withUnsafeBytes { prefix in
        unsafe items.withUnsafeBufferPointer { items in
          unsafe cl_ed25519_verify_batch_on(
            pool?.handle, keys?.handle, base.bytePointer, base.count, prefix.bytePointer,
            prefix.count, items.baseAddress, items.count, &verdicts)
        }
      }
    }
    precondition(code != CL_ED25519_BAD_RANGE, "every item was appended with its bytes")
    if code >= 0 {
      settled.append(verdicts, count: items.count)
    } else {
      for item in items { settled.append(verifyAlone(item)) }
    }
    items.removeAll(keepingCapacity: true)
    buffer.removeAll(keepingCapacity: true)
  }

  private func verifyAlone(_ item: cl_ed25519_item) -> Bool {
    let code = unsafe buffer.withUnsafeBytes { base in
      unsafe prefix.withUnsafeBytes { prefix -> Int32 in
        guard let start = unsafe base.bytePointer else { return CL_ED25519_INVALID }
        return unsafe cl_ed25519_verify(
          start + Int(item.key_offset), start + Int(item.signature_offset), prefix.bytePointer,
          prefix.count, start + Int(item.message_offset), Int(item.message_length))
      }
    }
    return code == CL_ED25519_VALID
  }
}

extension SignatureBatch.Item {
  /// The item as the engine takes it, its bytes lying at `start`; nil when it reaches outside
  /// `count` bytes.
  fileprivate func moved(to start: UInt32, within count: Int) -> cl_ed25519_item? {
    guard message.lowerBound >= 0, message.upperBound <= count, signatureOffset >= 0,
      signatureOffset <= count - 64, keyOffset >= 0, keyOffset <= count - 32
    else { return nil }
    return cl_ed25519_item(
      message_offset: start + UInt32(message.lowerBound), message_length: UInt32(message.count),
      signature_offset: start + UInt32(signatureOffset), key_offset: start + UInt32(keyOffset))
  }
}
