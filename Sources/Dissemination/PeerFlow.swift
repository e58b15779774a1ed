/// How far the stream of own bundles to one peer has come, and why it waits.
///
/// A peer is sent what follows in each run as long as what it has not acknowledged stays within a
/// window; the rest waits here, as numbers, and costs nothing. Invariants: a cursor never lies
/// below what the peer acknowledged; a new connection begins with no cursor.
struct PeerFlow: Sendable {
  /// How far a run was sent.
  private struct Cursor {
    let incarnation: UInt64
    /// One above the last number sent.
    var next: UInt64
  }

  /// Whether it has said on this connection what it holds: nothing is sent before.
  var hasGreeted = false
  /// Whether its connection holds more than it takes: nothing that is large is queued for it.
  var isCongested = false
  /// Whether something is held back from it.
  var isBehind = false
  /// Since when nothing that was sent has been acknowledged; nil when nothing is under way.
  var silentSince: UInt64?
  /// How often that was too long, in a row: then the window is one bundle.
  var timeouts: UInt64 = 0
  /// Ascending by incarnation, of runs that still stand on the shelf.
  private var cursors: [Cursor] = []

  /// One above the last number sent of a run on this connection; 0 when none was.
  func next(of incarnation: UInt64) -> UInt64 {
    cursors.first { $0.incarnation == incarnation }?.next ?? 0
  }

  mutating func sent(_ incarnation: UInt64, below next: UInt64) {
    if let index = cursors.firstIndex(where: { $0.incarnation == incarnation }) {
      cursors[index].next = max(cursors[index].next, next)
    } else {
      let place = cursors.firstIndex { $0.incarnation > incarnation } ?? cursors.count
      cursors.insert(Cursor(incarnation: incarnation, next: next), at: place)
    }
  }

  /// Begins again at what was acknowledged.
  mutating func rewind() { cursors = [] }

  mutating func forget(where isOver: (UInt64) -> Bool) {
    cursors.removeAll { isOver($0.incarnation) }
  }

  /// How long silence lasts until the first bundle under way is sent again: it doubles.
  var patience: UInt64 {
    DisseminationLimits.resendDelayMilliseconds
      << min(timeouts, DisseminationLimits.resendDoublingsMax)
  }

  /// What may be under way: the whole window, or one bundle to find out whether it listens again.
  var bundlesMax: Int { timeouts == 0 ? DisseminationLimits.windowBundlesMax : 1 }
}
