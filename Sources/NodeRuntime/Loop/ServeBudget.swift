import Synchronization

/// How many bytes of blocks are handed to full nodes in a second, all together.
final class ServeBudget: Sendable {
  private let bytesPerSecond: Int
  private let spent = Mutex((second: UInt64(0), bytes: 0))

  init(bytesPerSecond: Int) { self.bytesPerSecond = bytesPerSecond }

  /// Whether anything is left of this second. One answer may go over it: blocks are handed out
  /// whole.
  func hasRoom(second: UInt64) -> Bool {
    spent.withLock { spent in
      if spent.second != second {
        // What went over the seconds before is paid off first.
        let elapsed = second > spent.second ? Int(min(second - spent.second, 64)) : 1
        spent = (second, max(0, spent.bytes - elapsed * bytesPerSecond))
      }
      return spent.bytes < bytesPerSecond
    }
  }

  func take(_ bytes: Int) { spent.withLock { $0.bytes += bytes } }
}
