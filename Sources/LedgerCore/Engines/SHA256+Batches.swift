import CLedgerCore

/// Many messages in one call: that is how the processor's lanes are filled.
extension SHA256 {
  /// The digests of `prefix ‖ message` for each message, in their order.
  public static func hashes(prefix: [UInt8] = [], of messages: [ArraySlice<UInt8>]) -> [Digest] {
    var batch = Batch(prefix: prefix, count: messages.count)
    for message in messages { batch.append(message) }
    return batch.finish()
  }

  /// The digests of messages, in their order.
  public static func hashes(of messages: [[UInt8]]) -> [Digest] {
    var batch = Batch(prefix: [], count: messages.count)
    for message in messages { batch.append(message[...]) }
    return batch.finish()
  }

  /// Messages on their way to the lanes: they lie anywhere, so they are copied, at most a cache's
  /// worth at a time. Copying costs a tenth of hashing.
  private struct Batch {
    /// Bytes after which what has come is hashed.
    static let bytesMax = 1 << 16
    /// Messages from this size on are hashed where they lie.
    static let longBytesMin = 1 << 13

    let prefix: [UInt8]
    private var bytes: [UInt8] = []
    private var ranges: [cl_sha256_range] = []
    private var digests: [Digest] = []

    init(prefix: [UInt8], count: Int) {
      self.prefix = prefix
      digests.reserveCapacity(count)
    }

    mutating func append(_ message: ArraySlice<UInt8>) {
      guard message.count < Self.longBytesMin else {
        flush()
        digests.append(SHA256.hash(prefix: prefix, message))
        return
      }
      if bytes.count + message.count > Self.bytesMax { flush() }
      ranges.append(
        cl_sha256_range(offset: UInt32(bytes.count), length: UInt32(message.count)))
      bytes.append(contentsOf: message)
    }

    mutating func finish() -> [Digest] {
      flush()
      return digests
    }

    private mutating func flush() {
      var found = [Digest](repeating: .zero, count: ranges.count)
      unsafe found.withUnsafeMutableBytes { out in
        unsafe prefix.withUnsafeBytes { prefix in
          unsafe bytes.withUnsafeBytes { base in
            unsafe cl_sha256_messages(
              prefix.bytePointer, prefix.count, base.bytePointer, ranges, ranges.count,
              out.bytePointer)
          }
        }
      }
      digests.append(contentsOf: found)
      bytes.removeAll(keepingCapacity: true)
      ranges.removeAll(keepingCapacity: true)
    }
  }
}
