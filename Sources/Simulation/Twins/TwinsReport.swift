/// What a scenario of Twins showed.
public struct TwinsReport: Sendable, Encodable {
  public let name: String
  /// Whether two honest nodes made different blocks final at one height.
  public let isForked: Bool
  /// Whether that, and everything else, is as it must be.
  public let isPassed: Bool
  public let events: UInt64
  /// The highest height final on an honest node when the script was over, and at the end.
  public let scriptedHeights: UInt64
  public let heights: UInt64
  /// Scripted heights that were decided in a later view than the first.
  public let laterViews: Int
  /// Until every honest node had a block above the script's, by the network's clock, from its end;
  /// nil where that never came.
  public let recoveryMilliseconds: UInt64?
  public let violations: [Violation]
}
