import Synchronization

/// Bytes that may be in memory at a time for one purpose, shared by the addresses they are for.
final class ByteBudget: Sendable {
  private let shares: Mutex<Shares>

  init(bytesMax: Int, bindsLoopback: Bool) {
    shares = Mutex(Shares(amountMax: bytesMax, bindsLoopback: bindsLoopback))
  }

  /// Bytes taken now.
  var bytesTaken: Int { shares.withLock { $0.taken } }

  /// Takes bytes; nil when they are not there.
  func lease(_ count: Int, for address: ClientAddress) -> Lease? {
    take(count, address) ? Lease(budget: self, address: address, count: count) : nil
  }

  fileprivate func take(_ count: Int, _ address: ClientAddress) -> Bool {
    shares.withLock { $0.take(count, for: address) }
  }

  fileprivate func give(_ count: Int, _ address: ClientAddress) {
    shares.withLock { $0.give(count, from: address) }
  }

  /// Bytes that were taken; given back when it ends, or nobody holds it any more.
  final class Lease: Sendable {
    private let budget: ByteBudget
    private let address: ClientAddress
    private let count: Mutex<Int>

    fileprivate init(budget: ByteBudget, address: ClientAddress, count: Int) {
      self.budget = budget
      self.address = address
      self.count = Mutex(count)
    }

    /// Takes more; false when they are not there.
    func grow(_ more: Int) -> Bool {
      guard budget.take(more, address) else { return false }
      count.withLock { $0 += more }
      return true
    }

    func end() {
      let taken = count.withLock { count in
        defer { count = 0 }
        return count
      }
      if taken > 0 { budget.give(taken, address) }
    }

    deinit { end() }
  }
}
