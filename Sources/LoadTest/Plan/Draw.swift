import Glibc

/// Random numbers that a seed decides (SplitMix64, Steele and others, OOPSLA 2014).
struct Draw {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// An independent sequence for each number under one seed.
  init(seed: UInt64, stream: UInt64) {
    state = seed &+ stream &* 0xD134_2543_DE82_EF95
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// 0 ..< `bound`, which is above 0 (Lemire, 2019; its bias is below 2^-32 here).
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// 0 ..< 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// Numbers 0 ..< `count` of which number k is drawn in proportion to 1/(k + 1)^`exponent`: few are
/// hot, most are cold. By the inverse of the continuous distribution, cheap and close enough.
struct ZipfDraw: Sendable {
  private let count: Int
  private let exponent: Double
  private let total: Double

  init(count: Int, exponent: Double) {
    self.count = max(1, count)
    self.exponent = exponent
    total = Self.integral(Double(max(1, count)) + 1, exponent)
  }

  func number(_ draw: inout Draw) -> Int {
    let area = draw.unit() * total
    let place = Self.inverse(area, exponent)
    return min(count - 1, max(0, Int(place) - 1))
  }

  /// Of x^-s from 1 to `end`.
  private static func integral(_ end: Double, _ exponent: Double) -> Double {
    exponent == 1 ? log(end) : (pow(end, 1 - exponent) - 1) / (1 - exponent)
  }

  private static func inverse(_ area: Double, _ exponent: Double) -> Double {
    exponent == 1 ? exp(area) : pow(area * (1 - exponent) + 1, 1 / (1 - exponent))
  }
}
