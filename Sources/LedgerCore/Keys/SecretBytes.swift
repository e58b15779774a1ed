import CLedgerCore

/// Secret bytes that lie in one place and are overwritten when they go: seeds, derived keys. They
/// cannot be copied; what `withBytes` lends, its reader must not keep.
@safe public struct SecretBytes: ~Copyable {
  /// How many bytes.
  public let count: Int
  private let memory: UnsafeMutablePointer<UInt8>

  /// Bytes that `fill` writes, zero before; erased when it throws.
  init<E: Error>(
    count: Int, fill: (UnsafeMutablePointer<UInt8>) throws(E) -> Void
  ) throws(E) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, count))
    unsafe memory.initialize(repeating: 0, count: max(1, count))
    do {
      try unsafe fill(memory)
    } catch {
      unsafe cl_kdf_wipe(memory, count)
      unsafe memory.deallocate()
      throw error
    }
    self.count = count
    unsafe self.memory = memory
  }

  /// Takes over the bytes of an array and erases them there. Copies that others hold of the array
  /// stay.
  public init(taking bytes: inout [UInt8]) {
    count = bytes.count
    unsafe memory = .allocate(capacity: max(1, bytes.count))
    unsafe memory.initialize(repeating: 0, count: max(1, bytes.count))
    for (index, byte) in bytes.enumerated() { unsafe memory[index] = byte }
    KeyFile.erase(&bytes)
    bytes = []
  }

  deinit {
    unsafe cl_kdf_wipe(memory, count)
    unsafe memory.deallocate()
  }

  /// Lends the bytes; what `body` copies is its own to erase.
  public borrowing func withBytes<R: ~Copyable, E: Error>(
    _ body: (RawSpan) throws(E) -> R
  ) throws(E) -> R {
    try unsafe body(RawSpan(_unsafeStart: memory, byteCount: count))
  }
}
