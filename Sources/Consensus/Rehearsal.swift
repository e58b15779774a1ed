/// What the simulator changes in a machine: to play scenarios that say who leads (Twins). Only this
/// package can make one; every node's is
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

  package static let none = Rehearsal()

  package init(
    leaders: [Int] = [], firstHeight: UInt64 = 1, quorum: Int? = nil, sharesKey: Bool = false
  ) {
    self.leaders = leaders
    self.firstHeight = firstHeight
    self.quorum = quorum
    self.sharesKey = sharesKey
  }

  /// A height's primaries, given those of the real schedule.
  package func primaries(at height: UInt64, scheduled: [Int]) -> [Int] {
    guard height >= firstHeight, height - firstHeight < UInt64(leaders.count), !scheduled.isEmpty
    else { return scheduled }
    // A set that has lost a member has fewer places.
    let scripted = leaders[Int(height - firstHeight)...].map { $0 % scheduled.count }
    // Views count round the list: so many more than any height reaches that none begins anew.
    let rest = (scripted.count..<scripted.count + Self.viewsMax).map {
      scheduled[$0 % scheduled.count]
    }
    return scripted + rest
  }

  private static let viewsMax = 1_024
}
