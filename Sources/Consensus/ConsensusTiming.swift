/// Every duration consensus uses, injected: nothing here reads a clock.
///
/// `interval` and `genesisTimeMilliseconds` come from genesis and are the same on every node; the
/// others may differ between nodes without harm to safety.
public struct ConsensusTiming: Hashable, Sendable {
  /// Genesis time, milliseconds since 1970-01-01 UTC: timestamps are counted from it.
  public let genesisTimeMilliseconds: UInt64
  /// The distance between two blocks' timestamps at least, 1 ms and more.
  public let intervalMilliseconds: UInt64
  /// How long view 0 may take from its slot's start until the decision.
  public let viewTimeoutMilliseconds: UInt64
  /// No view's timeout grows beyond this.
  public let viewTimeoutMaxMilliseconds: UInt64
  /// The first pause after which undecided messages are sent again.
  public let retransmitMilliseconds: UInt64
  /// How far a proposal's timestamp may be ahead of this node's clock.
  public let clockToleranceMilliseconds: UInt64

  /// Nil when a duration is zero, or the cap lies below the first timeout.
  public init?(
    genesisTimeMilliseconds: UInt64, intervalMilliseconds: UInt64,
    viewTimeoutMilliseconds: UInt64, viewTimeoutMaxMilliseconds: UInt64,
    retransmitMilliseconds: UInt64, clockToleranceMilliseconds: UInt64 = 500
  ) {
    let dayMilliseconds: UInt64 = 86_400_000
    let durations = [
      intervalMilliseconds, viewTimeoutMilliseconds, viewTimeoutMaxMilliseconds,
      retransmitMilliseconds,
    ]
    guard durations.allSatisfy({ (1...dayMilliseconds).contains($0) }),
      clockToleranceMilliseconds <= dayMilliseconds,
      viewTimeoutMilliseconds <= viewTimeoutMaxMilliseconds,
      genesisTimeMilliseconds < 1 << 62
    else { return nil }
    self.genesisTimeMilliseconds = genesisTimeMilliseconds
    self.intervalMilliseconds = intervalMilliseconds
    self.viewTimeoutMilliseconds = viewTimeoutMilliseconds
    self.viewTimeoutMaxMilliseconds = viewTimeoutMaxMilliseconds
    self.retransmitMilliseconds = retransmitMilliseconds
    self.clockToleranceMilliseconds = clockToleranceMilliseconds
  }

  /// What this project recommends for an interval: a view has room for a proposal, one block's
  /// execution and two rounds of votes on slow links; the cap for sixteen times that.
  public static func recommended(
    genesisTimeMilliseconds: UInt64, intervalMilliseconds: UInt64
  ) -> ConsensusTiming? {
    let base = min(max(intervalMilliseconds, 2_000), 4_000)
    return ConsensusTiming(
      genesisTimeMilliseconds: genesisTimeMilliseconds,
      intervalMilliseconds: intervalMilliseconds, viewTimeoutMilliseconds: base,
      viewTimeoutMaxMilliseconds: base * 16, retransmitMilliseconds: base / 4)
  }

  /// How long a view's timer runs: doubling, capped.
  public func timeout(view: UInt64) -> UInt64 {
    let doublings = min(view, ConsensusLimits.timeoutDoublingsMax)
    return min(viewTimeoutMilliseconds << doublings, viewTimeoutMaxMilliseconds)
  }

  /// Whether an instant is genesis time plus a multiple of the interval.
  func isSlot(_ instant: UInt64) -> Bool {
    instant >= genesisTimeMilliseconds
      && (instant - genesisTimeMilliseconds) % intervalMilliseconds == 0
  }

  /// The first slot above an instant; nil beyond the end of time.
  func slot(after instant: UInt64) -> UInt64? {
    guard instant >= genesisTimeMilliseconds else { return genesisTimeMilliseconds }
    let offset = instant - genesisTimeMilliseconds
    let sum = (instant - offset % intervalMilliseconds)
      .addingReportingOverflow(intervalMilliseconds)
    return sum.overflow ? nil : sum.partialValue
  }

  /// The latest slot not after an instant; nil before genesis.
  func slot(notAfter instant: UInt64) -> UInt64? {
    guard instant >= genesisTimeMilliseconds else { return nil }
    return instant - (instant - genesisTimeMilliseconds) % intervalMilliseconds
  }
}
