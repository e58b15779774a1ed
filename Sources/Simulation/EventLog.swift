import LedgerCore

/// SHA-256 over everything that happens, in order: two runs of one seed agree in it, and where they
/// differ something in them is not of the seed.
struct EventLog: ~Copyable {
  private var stream = SHA256.Stream()
  private var buffer: [UInt8] = []

  /// Hashed in pieces of this size: a call for each event would cost more than its bytes.
  private static let pieceBytes = 16 * 1024

  init() { buffer.reserveCapacity(2 * Self.pieceBytes) }

  /// Adds an event: its time, its kind, the node, and what came with it.
  mutating func add(at time: UInt64, kind: UInt8, node: Int, _ detail: [UInt8]) {
    append(time, bytes: 8)
    buffer.append(kind)
    append(UInt64(node), bytes: 2)
    append(UInt64(detail.count), bytes: 4)
    buffer += detail
    if buffer.count >= Self.pieceBytes { flush() }
  }

  /// The digest of all events since the start or the last call.
  mutating func finish() -> Digest {
    flush()
    return stream.finish()
  }

  private mutating func append(_ number: UInt64, bytes: UInt64) {
    for place in 0..<bytes { buffer.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
  }

  private mutating func flush() {
    stream.update(buffer[...])
    buffer.removeAll(keepingCapacity: true)
  }
}
