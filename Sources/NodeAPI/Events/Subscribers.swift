import Synchronization

/// Places for event streams, shared by the addresses, and bounded for each.
final class Subscribers: Sendable {
  private let perAddressMax: Int
  private let shares: Mutex<Shares>

  init(_ settings: APISettings) {
    perAddressMax = settings.subscribersPerAddressMax
    shares = Mutex(
      Shares(amountMax: settings.subscribersMax, bindsLoopback: settings.limitsLoopback))
  }

  /// How many places are taken.
  var count: Int { shares.withLock { $0.taken } }

  /// Takes a place; nil when there is none.
  func enter(_ address: ClientAddress) -> Subscription? {
    let isIn = shares.withLock { shares in
      let mayEnter = !shares.binds(address) || shares.held(by: address) < perAddressMax
      return mayEnter && shares.take(1, for: address)
    }
    return isIn ? Subscription(subscribers: self, address: address) : nil
  }

  fileprivate func leave(_ address: ClientAddress) {
    shares.withLock { $0.give(1, from: address) }
  }

  /// A place; free again when it ends, or nobody holds it any more.
  final class Subscription: Sendable {
    private let subscribers: Subscribers
    private let address: ClientAddress
    private let isOpen = Mutex(true)

    fileprivate init(subscribers: Subscribers, address: ClientAddress) {
      self.subscribers = subscribers
      self.address = address
    }

    func end() {
      let wasOpen = isOpen.withLock { isOpen in
        defer { isOpen = false }
        return isOpen
      }
      if wasOpen { subscribers.leave(address) }
    }

    deinit { end() }
  }
}
