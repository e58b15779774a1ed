import NIOCore
import Synchronization

/// The connections there are: bounded in all and by address. One too many takes the place of
/// another, of whichever address has most: the one whose client has kept it waiting longest. So
/// neither those who only hold connections nor those who keep them busy keep anybody out.
final class ConnectionTable: Sendable {
  /// A connection's place.
  struct Place: Sendable {
    let client: ClientAddress
    fileprivate let number: UInt64
  }

  private struct Entry {
    let channel: any Channel
    /// Since when no request is complete on it; nil while one is being answered.
    var idleSince: NIODeadline?
    /// Since when its client has not read what is ready for it.
    var unreadSince: NIODeadline?

    /// Since when it waits for its client; nil while its client waits.
    var waitsSince: NIODeadline? {
      guard let idleSince, let unreadSince else { return idleSince ?? unreadSince }
      return min(idleSince, unreadSince)
    }
  }

  private struct State {
    var nextNumber: UInt64 = 0
    var count = 0
    var byAddress: [ClientAddress: [UInt64: Entry]] = [:]
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
  var count: Int { state.withLock { $0.count } }

  /// Takes a new connection in, and gives its place; nil when there is none for it.
  func admit(_ channel: any Channel, _ client: ClientAddress) -> Place? {
    let (place, gone) = state.withLock { state in
      let isBound = settings.limitsLoopback || !client.isLoopback
      let held = state.byAddress[client]?.count ?? 0
      var gone: Entry?
      if isBound, held >= settings.connectionsPerAddressMax {
        gone = Self.takeOne(of: client, mayBeAnswered: false, &state)
        if gone == nil { return (nil as Place?, nil as Entry?) }
      } else if state.count >= connectionsMax {
        gone = Self.takeOne(for: client, held: held, &state)
        if gone == nil { return (nil, nil) }
      }
      state.nextNumber += 1
      state.count += 1
      state.byAddress[client, default: [:]][state.nextNumber] = Entry(
        channel: channel, idleSince: .now())
      return (Place(client: client, number: state.nextNumber), gone)
    }
    if let gone {
      meter.refused("idle_connection_closed")
      gone.channel.close(promise: nil)
    }
    if place == nil { meter.refused("too_many_connections") } else { meter.connectionOpened() }
    return place
  }

  /// A connection begins or ends waiting for a whole request.
  func note(_ place: Place, isIdle: Bool) {
    let since = isIdle ? NIODeadline.now() : nil
    state.withLock { $0.byAddress[place.client]?[place.number]?.idleSince = since }
  }

  /// A connection's client begins or ends not reading.
  func note(_ place: Place, isUnread: Bool) {
    let since = isUnread ? NIODeadline.now() : nil
    state.withLock { $0.byAddress[place.client]?[place.number]?.unreadSince = since }
  }

  /// A connection has ended.
  func remove(_ place: Place) {
    _ = state.withLock { Self.remove(place.number, of: place.client, &$0) }
    meter.connectionClosed()
  }

  private static func remove(
    _ number: UInt64, of client: ClientAddress, _ state: inout State
  ) -> Entry? {
    guard let entry = state.byAddress[client]?.removeValue(forKey: number) else { return nil }
    state.count -= 1
    if state.byAddress[client]?.isEmpty == true { state.byAddress[client] = nil }
    return entry
  }

  /// Makes a place for one more of an address, at the expense of the address that has most.
  private static func takeOne(
    for client: ClientAddress, held: Int, _ state: inout State
  ) -> Entry? {
    guard let (richest, most) = state.byAddress.max(by: { $0.value.count < $1.value.count })
    else { return nil }
    if most.count <= held { return takeOne(of: client, mayBeAnswered: false, &state) }
    return takeOne(of: richest, mayBeAnswered: most.count > held + 1, &state)
  }

  /// Takes an address's connection that has waited longest for its client; where none waits, the
  /// oldest of those being answered, if it may be one.
  private static func takeOne(
    of client: ClientAddress, mayBeAnswered: Bool, _ state: inout State
  ) -> Entry? {
    var waiting: (number: UInt64, since: NIODeadline)?
    var oldest: UInt64?
    for (number, entry) in state.byAddress[client] ?? [:] {
      oldest = min(oldest ?? number, number)
      guard let since = entry.waitsSince, since < waiting?.since ?? .distantFuture else { continue }
      waiting = (number, since)
    }
    guard let number = waiting?.number ?? (mayBeAnswered ? oldest : nil) else { return nil }
    return remove(number, of: client, &state)
  }
}
