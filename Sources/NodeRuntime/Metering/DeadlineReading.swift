import LedgerMetrics
import LedgerRules
import LedgerState
import LedgerStore

/// Counts what has to happen in the registry by a time, out of the flushed state.
enum DeadlineReading {
  /// Entries of each kind that are counted, at most.
  private static let countedMax = 10_000
  private static let day: UInt64 = 86_400_000

  /// What cannot be read is left as it was: the node itself stops for it.
  static func take(from store: RecordStore, into metrics: RegistryMetrics) {
    guard let snapshot = try? store.snapshot() else { return }
    var queries = LedgerQueries(snapshot)
    guard let now = try? queries.tip().timestamp else { return }
    func count(_ deadline: Deadline, before time: UInt64?) -> Int? {
      let (from, below) = deadline.keys(before: time)
      return try? snapshot.index(DerivedIndexes.deadlines).range(
        from: from, below: below, limit: countedMax
      ).count
    }
    let counts = [
      (metrics.mirrorsPending, count(.mirror, before: nil)),
      (metrics.mirrorsOverdue, count(.mirror, before: now)),
      (metrics.requestsPending, count(.request, before: nil)),
      (metrics.requestsExpiring, count(.request, before: now + 3 * day)),
      (metrics.obligationsOpen, count(.obligation, before: nil)),
      (metrics.attestationsEnding, count(.attestation, before: now + 14 * day)),
    ]
    for (gauge, count) in counts { if let count { gauge.set(count) } }
  }
}
