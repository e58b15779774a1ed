import Synchronization

/// Shares of requests and of transactions, by address: a bucket each that fills with time.
///
/// Bounded: of `addressesMax` addresses, the ones whose buckets have been full longest are dropped,
/// which changes nothing for them.
final class RateLimiter: Sendable {
  /// What is counted.
  enum Kind: Sendable {
    case requests
    case transactions
  }

  private struct Bucket {
    /// In thousandths.
    var tokens: Int64
    var time: ContinuousClock.Instant
  }

  private struct Buckets {
    var requests: Bucket
    var transactions: Bucket
  }

  private let settings: APISettings
  private let addressesMax: Int
  private let table = Mutex<[ClientAddress: Buckets]>([:])

  init(_ settings: APISettings, addressesMax: Int = APILimits.addressesMax) {
    self.settings = settings
    self.addressesMax = addressesMax
  }

  /// Takes from an address's share; nil when it was there, otherwise the seconds until it may be.
  func take(
    _ count: Int, of kind: Kind, from address: ClientAddress,
    now: ContinuousClock.Instant = .now
  ) -> Int? {
    guard settings.limitsLoopback || !address.isLoopback else { return nil }
    let perSecond =
      kind == .requests ? settings.requestsPerSecondMax : settings.submissionsPerSecondMax
    guard perSecond > 0 else { return nil }
    return table.withLock { table in
      var buckets = table[address] ?? full(now, &table)
      defer { table[address] = buckets }
      switch kind {
      case .requests:
        return Self.take(
          count, &buckets.requests, perSecond: perSecond,
          burst: settings.requestsBurst, now)
      case .transactions:
        return Self.take(
          count, &buckets.transactions, perSecond: perSecond,
          burst: settings.submissionsBurst, now)
      }
    }
  }

  /// Addresses counted now.
  var addressCount: Int { table.withLock { $0.count } }

  private func full(
    _ now: ContinuousClock.Instant, _ table: inout [ClientAddress: Buckets]
  ) -> Buckets {
    if table.count >= addressesMax {
      // One in four goes at once: so the work for each address stays small.
      let oldest = table.map { ($0.key, max($0.value.requests.time, $0.value.transactions.time)) }
        .sorted { $0.1 < $1.1 }
      for (address, _) in oldest.prefix(max(1, addressesMax / 4)) { table[address] = nil }
    }
    return Buckets(
      requests: Bucket(tokens: Int64(settings.requestsBurst) * 1_000, time: now),
      transactions: Bucket(tokens: Int64(settings.submissionsBurst) * 1_000, time: now))
  }

  private static func take(
    _ count: Int, _ bucket: inout Bucket, perSecond: Int, burst: Int, _ now: ContinuousClock.Instant
  ) -> Int? {
    let perSecond = Int64(max(1, perSecond))
    let milliseconds = max(0, (now - bucket.time) / .milliseconds(1))
    let most = Int64(burst) * 1_000
    // A bucket is full after `burst / perSecond` seconds; what is more does not count.
    let filled = milliseconds * Double(perSecond)
    bucket.tokens = filled >= Double(most) ? most : min(most, bucket.tokens + Int64(filled))
    bucket.time = now
    // What is larger than a whole bucket is given for a whole bucket.
    let wanted = min(Int64(count) * 1_000, most)
    guard bucket.tokens < wanted else {
      bucket.tokens -= wanted
      return nil
    }
    return Int((wanted - bucket.tokens + perSecond * 1_000 - 1) / (perSecond * 1_000))
  }
}
