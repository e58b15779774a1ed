import LedgerCore
import LedgerMetrics

/// Times own bundles, from asking for the signature until f + 1 nodes hold them.
struct BundleWatch {
  static let openMax = 512

  private let metrics: NodeMetrics
  private var incarnation: UInt64 = 0
  /// Ascending by number.
  private var open: [(number: UInt64, since: UInt64)] = []

  init(metrics: NodeMetrics) { self.metrics = metrics }

  mutating func sealed(_ header: BundleHeader, now: UInt64) {
    if header.incarnation != incarnation {
      incarnation = header.incarnation
      open = []
    }
    if open.count < Self.openMax { open.append((header.number, now)) }
  }

  /// All numbers below it are acknowledged.
  mutating func acknowledged(below end: UInt64, now: UInt64) {
    while let first = open.first, first.number < end {
      open.removeFirst()
      metrics.dissemination.acknowledgement.observe(nanoseconds: now &- first.since)
    }
  }
}
