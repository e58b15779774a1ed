/// Which rate to try next: up by half until one fails, then between the best and the worst until
/// they lie within a twentieth of each other.
public struct RateSearch: Sendable {
  /// What is found is at most this share below what would fail.
  static let precision = 0.05
  private static let growth = 1.5
  /// Below this rate nothing is looked for.
  private static let rateMin = 1.0

  /// The rate to try; nil when the search is over.
  public private(set) var next: Double?
  /// The highest rate that was held; nil when none was.
  public private(set) var best: Double?
  private var failed: Double?

  /// - Parameter first: the rate to begin with, above 0.
  public init(from first: Double) { next = max(Self.rateMin, first) }

  /// Takes what became of `next`.
  public mutating func take(held: Bool) {
    guard let rate = next else { return }
    if held { best = max(best ?? 0, rate) } else { failed = min(failed ?? .infinity, rate) }
    switch (best, failed) {
    case (let best?, nil): next = best * Self.growth
    case (nil, let failed?): next = failed / 2 >= Self.rateMin ? failed / 2 : nil
    case (let best?, let failed?):
      next = failed - best <= failed * Self.precision ? nil : (best + failed) / 2
    case (nil, nil): break
    }
  }
}
