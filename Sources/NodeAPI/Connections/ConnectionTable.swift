import NIOCore
import Synchronization

/// The connections there are: bounded in all and by address. One too many closes the one that has
/// been idle longest, so that those who only hold connections keep nobody out.
final class ConnectionTable: Sendable {
  private struct Entry {
    let channel: any Channel
    let client: ClientAddress
    /// Since when nothing is asked on it; nil while something is.
    var idleSince: NIODeadline?
  }

  private struct State {
    var nextID: UInt64 = 0
    var entries: [UInt64: Entry] = [:]
    var byAddress: [ClientAddress: Int] = [:]
  }

  private let connectionsMax: Int
  private let settings: APISettings
  private let meter: any APIMeter
  private let state = Mutex(State())

  init(_ settings: APISettings, connectionsMax: Int, meter: any APIMeter) {
    self.settings = settings
    self.connectionsMax = connectionsMax
    self.meter = meter
  }

  /// Connections now.
  var count: Int { state.withLock { $0.entries.count } }

  /// Takes a new connection in, and gives its number; nil when there is no room for it.
  func admit(_ channel: any Channel, _ client: ClientAddress) -> UInt64? {
    let (id, evicted) = state.withLock { state in
      let same = state.byAddress[client] ?? 0
      let isBound = settings.limitsLoopback || !client.isLoopback
      var evicted: UInt64?
      if isBound, same >= settings.connectionsPerAddressMax {
        evicted = Self.idlest(state) { $0.client == client }
        if evicted == nil { return (nil as UInt64?, nil as Entry?) }
      } else if state.entries.count >= connectionsMax {
        evicted = Self.idlest(state) { _ in true }
        if evicted == nil { return (nil, nil) }
      }
      let gone = evicted.flatMap { Self.remove($0, &state) }
      state.nextID += 1
      state.entries[state.nextID] = Entry(channel: channel, client: client, idleSince: .now())
      state.byAddress[client, default: 0] += 1
      return (state.nextID, gone)
    }
    if let evicted {
      meter.refused("idle_connection_closed")
      evicted.channel.close(promise: nil)
    }
    if id == nil { meter.refused("too_many_connections") } else { meter.connectionOpened() }
    return id
  }

  /// A connection begins or ends being asked something.
  func note(_ id: UInt64, isIdle: Bool) {
    state.withLock { $0.entries[id]?.idleSince = isIdle ? .now() : nil }
  }

  /// A connection has ended.
  func remove(_ id: UInt64) {
    _ = state.withLock { Self.remove(id, &$0) }
    meter.connectionClosed()
  }

  private static func remove(_ id: UInt64, _ state: inout State) -> Entry? {
    guard let entry = state.entries.removeValue(forKey: id) else { return nil }
    let same = (state.byAddress[entry.client] ?? 1) - 1
    state.byAddress[entry.client] = same == 0 ? nil : same
    return entry
  }

  /// The one that has been idle longest, of those that count.
  private static func idlest(_ state: State, where counts: (Entry) -> Bool) -> UInt64? {
    state.entries.min { one, other in
      func order(_ entry: Entry) -> NIODeadline {
        counts(entry) ? entry.idleSince ?? .distantFuture : .distantFuture
      }
      return order(one.value) < order(other.value)
    }.flatMap { $0.value.idleSince != nil && counts($0.value) ? $0.key : nil }
  }
}
