package import LedgerCore

/// What the simulator changes in a machine: to play scenarios that say who leads (Twins), and to
/// let validator sets change without elections. Only this package can make one; every node's is
/// `.none`.
package struct Rehearsal: Hashable, Sendable {
  /// The leaders of the scripted rounds, as indices in the set: view v of height h is round
  /// h − `firstHeight` + v. Beyond them the real schedule leads.
  package let leaders: [Int]
  /// The first scripted height.
  package let firstHeight: UInt64
  /// Another quorum than the set's: a wrong one, to see that its fork is found.
  package let quorum: Int?
  /// The key signs in another process too, and this one votes on when it sees that: a faulty node.
  package let sharesKey: Bool
  /// Sets that follow that of genesis, ascending by first height, of 3 and more: each is decided by
  /// the block two heights below.
  package let sets: [ValidatorSet]

  package static let none = Rehearsal()

  package init(
    leaders: [Int] = [], firstHeight: UInt64 = 1, quorum: Int? = nil, sharesKey: Bool = false,
    sets: [ValidatorSet] = []
  ) {
    self.leaders = leaders
    self.firstHeight = firstHeight
    self.quorum = quorum
    self.sharesKey = sharesKey
    self.sets = sets
  }

  /// The set that the block of a height decides: that of the height after the next. Nil where it
  /// stays.
  package func set(decidedAt height: UInt64) -> ValidatorSet? {
    sets.last { $0.firstHeight == height &+ 2 }
  }

  /// A height's primaries, given those of the real schedule.
  package func primaries(at height: UInt64, scheduled: [Int]) -> [Int] {
    guard height >= firstHeight, height - firstHeight < UInt64(leaders.count), !scheduled.isEmpty
    else { return scheduled }
    let scripted = Array(leaders[Int(height - firstHeight)...])
    // Views count round the list: so many more than any height reaches that none begins anew.
    let rest = (scripted.count..<scripted.count + Self.viewsMax).map {
      scheduled[$0 % scheduled.count]
    }
    return scripted + rest
  }

  private static let viewsMax = 1_024
}
