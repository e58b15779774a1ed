/// Time as a state machine counts it for its own deadlines: it goes on where the clock it is given
/// steps back, and never does so itself.
///
/// A machine that only took the highest time given would stand still after a clock that was ahead
/// is set right, for as long as it was ahead: no request would run out, and no limit a second
/// would be lifted.
public struct SteadyClock: Sendable {
  private var last: UInt64 = 0
  private var ahead: UInt64 = 0
  /// The machine's own time.
  public private(set) var now: UInt64 = 0
  /// Whether the last time lies before the one before it: instants told since are too late.
  public private(set) var hasSteppedBack = false

  public init() {}

  /// Takes the clock's time, milliseconds from any origin; gives the machine's own.
  public mutating func advance(to time: UInt64) -> UInt64 {
    hasSteppedBack = time < last
    if hasSteppedBack { ahead = ahead.addingReportingOverflow(last - time).partialValue }
    last = time
    let (own, overflow) = time.addingReportingOverflow(ahead)
    now = overflow ? .max : own
    return now
  }

  /// When the clock, as it goes now, shows what the machine counts as this instant.
  public func instant(of own: UInt64) -> UInt64 { own > ahead ? own - ahead : 0 }
}
