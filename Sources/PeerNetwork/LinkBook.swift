import Synchronization

/// What the event loop keeps of a known peer's link.
struct LinkSlot {
  /// Nil where there is no open connection.
  var open: Connection?
  var backoff: Backoff
  /// The next dial is planned.
  var isDialPlanned = false
}

/// The table of known peers, as threads beside the event loop see it.
final class LinkBook: Sendable {
  private let state: Mutex<LinkTable>

  init(_ table: LinkTable) { state = Mutex(table) }

  var table: LinkTable { state.withLock { $0 } }

  func set(_ table: LinkTable) { state.withLock { $0 = table } }
}
