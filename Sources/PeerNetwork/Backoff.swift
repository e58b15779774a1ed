/// Waits between dials: doubling, capped, with jitter from a seed, so that a run can be repeated
/// and nodes do not dial in step.
struct Backoff {
  private let initialMilliseconds: Int64
  private let maxMilliseconds: Int64
  private var attempt: Int64 = 0
  private var state: UInt64

  init(initialMilliseconds: Int64, maxMilliseconds: Int64, seed: UInt64) {
    self.initialMilliseconds = max(1, initialMilliseconds)
    self.maxMilliseconds = max(self.initialMilliseconds, maxMilliseconds)
    state = seed
  }

  /// The next wait: between half of the doubled wait and all of it.
  mutating func next() -> Int64 {
    let doublings = min(attempt, 30)
    attempt += 1
    let (doubled, overflow) = initialMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
    let whole = overflow ? maxMilliseconds : min(doubled, maxMilliseconds)
    let half = whole / 2
    return half + Int64(random() % UInt64(whole - half + 1))
  }

  mutating func reset() { attempt = 0 }

  /// SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func random() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
