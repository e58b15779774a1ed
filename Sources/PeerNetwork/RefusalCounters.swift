import Synchronization

/// Refusals by kind, countable from the event loop and readable from anywhere.
final class RefusalCounters: Sendable {
  private let counts = Mutex<[RefusalKind: UInt64]>([:])

  func count(_ kind: RefusalKind) {
    counts.withLock { $0[kind, default: 0] += 1 }
  }

  subscript(kind: RefusalKind) -> UInt64 {
    counts.withLock { $0[kind] ?? 0 }
  }
}
