/// The only source of chance in a simulation: xoshiro256** (Blackman and Vigna, "Scrambled linear
/// pseudorandom number generators", 2021), its state filled by SplitMix64 (Steele, Lea and Flood,
/// 2014). The same seed gives the same numbers on every machine.
struct SeededRandom {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  init(seed: UInt64) {
    var mixed = seed
    func mix() -> UInt64 {
      mixed &+= 0x9E37_79B9_7F4A_7C15
      var word = mixed
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }
    state = (mix(), mix(), mix(), mix())
  }

  mutating func next() -> UInt64 {
    let product = state.1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3 << 45 | state.3 >> 19
    return result
  }

  /// A generator of its own, so that what one part draws does not move what another part draws.
  mutating func fork() -> SeededRandom { SeededRandom(seed: next()) }

  /// 0 ..< `bound`, which is 1 or more.
  mutating func index(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func within(_ range: ClosedRange<UInt64>) -> UInt64 {
    let width = range.upperBound - range.lowerBound
    guard width < .max else { return next() }
    return range.lowerBound + next().multipliedFullWidth(by: width + 1).high
  }

  /// True that many times in a thousand.
  mutating func happens(permille: UInt64) -> Bool { within(0...999) < permille }

  /// The indices 0 ..< `count` in a drawn order.
  mutating func order(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, index(last + 1)) }
    return order
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
