import Synchronization

/// Places for event streams, bounded in all and by address.
final class Subscribers: Sendable {
  private struct State {
    var count = 0
    var byAddress: [ClientAddress: Int] = [:]
  }

  private let settings: APISettings
  private let state = Mutex(State())

  init(_ settings: APISettings) { self.settings = settings }

  /// How many places are taken.
  var count: Int { state.withLock { $0.count } }

  /// Takes a place; nil when there is none.
  func enter(_ address: ClientAddress) -> Subscription? {
    let isIn = state.withLock { state in
      guard state.count < settings.subscribersMax else { return false }
      let same = state.byAddress[address] ?? 0
      let isFree = address.isLoopback && !settings.limitsLoopback
      guard isFree || same < settings.subscribersPerAddressMax else { return false }
      state.count += 1
      state.byAddress[address] = same + 1
      return true
    }
    return isIn ? Subscription(subscribers: self, address: address) : nil
  }

  fileprivate func leave(_ address: ClientAddress) {
    state.withLock { state in
      state.count -= 1
      let same = (state.byAddress[address] ?? 1) - 1
      state.byAddress[address] = same == 0 ? nil : same
    }
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
