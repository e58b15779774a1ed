/// How signatures are verified.
public struct SignatureMetrics: Sendable {
  /// Verified one by one, with a consensus key prepared at the start.
  public let prepared: Counter
  /// Verified together.
  public let batched: Counter
  private let found: Counter
  private let decoded: Counter

  init(_ list: inout MetricList) {
    let verified = list.counters(
      "eco2_signatures_total",
      "Signatures verified: batch, together; prepared, alone with a prepared consensus key.",
      labels: ["way"])
    prepared = verified.child("prepared")
    batched = verified.child("batch")
    let keys = list.counters(
      "eco2_sender_keys_total",
      "Keys of batches: found decoded in the cache, or decoded anew.", labels: ["result"])
    found = keys.child("found")
    decoded = keys.child("decoded")
  }

  /// What the cache of senders' keys has counted since the start.
  public func follow(found hits: UInt64, decoded misses: UInt64) {
    found.follow(hits)
    decoded.follow(misses)
  }
}
