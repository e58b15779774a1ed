import Synchronization

/// Bytes that may be in memory at a time for one purpose.
final class ByteBudget: Sendable {
  private let bytesMax: Int
  private let bytes = Mutex(0)

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Bytes taken now.
  var bytesTaken: Int { bytes.withLock { $0 } }

  /// Takes bytes; nil when they are not there.
  func lease(_ count: Int) -> Lease? {
    take(count) ? Lease(budget: self, count: count) : nil
  }

  fileprivate func take(_ count: Int) -> Bool {
    bytes.withLock { bytes in
      guard count <= bytesMax - bytes else { return false }
      bytes += count
      return true
    }
  }

  fileprivate func give(_ count: Int) { bytes.withLock { $0 -= count } }

  /// Bytes that were taken; given back when it ends, or nobody holds it any more.
  final class Lease: Sendable {
    private let budget: ByteBudget
    private let count: Mutex<Int>

    fileprivate init(budget: ByteBudget, count: Int) {
      self.budget = budget
      self.count = Mutex(count)
    }

    /// Takes more; false when they are not there.
    func grow(_ more: Int) -> Bool {
      guard budget.take(more) else { return false }
      count.withLock { $0 += more }
      return true
    }

    func end() {
      let taken = count.withLock { count in
        defer { count = 0 }
        return count
      }
      budget.give(taken)
    }

    deinit { end() }
  }
}
