public import LedgerCore

/// The numbers of governance that governance can change.
public struct GovernanceParameters: Hashable, Sendable, BCSCodable {
  /// From a motion's approval to its execution, ms; one that voters can veto waits a whole term.
  public var delayMilliseconds: UInt64
  /// How long a motion can be approved, ms.
  public var motionMilliseconds: UInt64
  /// How long an emergency pause lasts, ms.
  public var pauseMilliseconds: UInt64

  /// The defaults of the carbon rules ("Governance's limits").
  public static let standard = GovernanceParameters(
    delayMilliseconds: Supply.millisecondsPerDay,
    motionMilliseconds: 30 * Supply.millisecondsPerDay,
    pauseMilliseconds: 3 * Supply.millisecondsPerDay)

  init(delayMilliseconds: UInt64, motionMilliseconds: UInt64, pauseMilliseconds: UInt64) {
    self.delayMilliseconds = delayMilliseconds
    self.motionMilliseconds = motionMilliseconds
    self.pauseMilliseconds = pauseMilliseconds
  }

  /// The checks of genesis, by name.
  var checks: [(String, Bool)] {
    let spans = 1...RulesLimits.spanMillisecondsMax
    return [
      ("motion delay", spans.contains(delayMilliseconds)),
      ("motion time", spans.contains(motionMilliseconds)),
      ("pause time", spans.contains(pauseMilliseconds)),
    ]
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    delayMilliseconds = try reader.u64("motion delay")
    motionMilliseconds = try reader.u64("motion time")
    pauseMilliseconds = try reader.u64("pause time")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(delayMilliseconds)
    writer.u64(motionMilliseconds)
    writer.u64(pauseMilliseconds)
  }
}
