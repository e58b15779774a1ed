/// Quantiles of measured values.
public enum Quantile {
  /// The value below which a share (0 … 1) of these lies; they ascend, and there is one at least.
  public static func of(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let low = Int(place)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
  }
}
