import Foundation

/// From values to places on an axis, with round marks.
struct PlotScale {
  let low: Double
  let high: Double
  let ticks: [Double]
  let isLogarithmic: Bool

  /// From 0 to a round number at or above `high`.
  init(to high: Double, ticks wanted: Int = 5) {
    let step = Self.step(max(high, 1e-9) / Double(wanted))
    let count = max(1, Int((max(high, 1e-9) / step).rounded(.up)))
    low = 0
    self.high = Double(count) * step
    ticks = (0...count).map { Double($0) * step }
    isLogarithmic = false
  }

  /// Powers of ten around `low ... high`, both above 0.
  init(logFrom low: Double, to high: Double) {
    let first = log10(max(low, 1e-9)).rounded(.down)
    let last = max(first + 1, log10(max(high, 1e-9)).rounded(.up))
    self.low = pow(10, first)
    self.high = pow(10, last)
    ticks = stride(from: first, through: last, by: 1).map { pow(10, $0) }
    isLogarithmic = true
  }

  /// 0 … 1.
  func place(_ value: Double) -> Double {
    let share =
      isLogarithmic
      ? (log10(max(value, low)) - log10(low)) / (log10(high) - log10(low))
      : (value - low) / (high - low)
    return min(1, max(0, share))
  }

  /// 1, 2 or 5 times a power of ten, at or above `value`.
  private static func step(_ value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    for times in [1.0, 2, 5] where power * times >= value * 0.999_999 { return power * times }
    return power * 10
  }

  /// A mark's number: `20k`, `0.5`, `3`.
  static func label(_ value: Double) -> String {
    func short(_ value: Double) -> String { FixedText.short(value) }
    switch abs(value) {
    case 1e6...: return short(value / 1e6) + "M"
    case 10_000...: return short(value / 1e3) + "k"
    case 1_000...: return String(Int(value.rounded()))
    default: return short(value)
    }
  }
}
