/// SplitMix64 (Steele, Lea, Flood 2014): a small generator that repeats itself on a seed.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number below the bound.
  mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }

  /// True this many times in a thousand.
  mutating func perMille(_ chance: UInt64) -> Bool { below(1_000) < chance }
}
