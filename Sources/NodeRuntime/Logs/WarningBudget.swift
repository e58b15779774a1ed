/// How many warnings are written in a second: a peer that misbehaves at full speed fills no disk.
struct WarningBudget: Sendable {
  static let perSecondMax = 20

  private var second: UInt64 = 0
  private var count = 0

  /// Whether the next warning is written, and how many were not in the second that is over.
  mutating func next(second now: UInt64) -> (isShown: Bool, unshown: Int) {
    var unshown = 0
    if now != second {
      unshown = max(0, count - Self.perSecondMax)
      second = now
      count = 0
    }
    count += 1
    return (count <= Self.perSecondMax, unshown)
  }
}
