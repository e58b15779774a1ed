import Dissemination
import LedgerCore
import LedgerMetrics

/// Times transactions submitted here, from pending to accepted and final: of every sixteenth, by
/// its id, so that a busy node's hot path keeps nothing for the others.
struct TransactionWatch {
  static let openMax = 8_192

  private struct Open {
    let since: UInt64
    var isAccepted = false
  }

  private let metrics: NodeMetrics
  private var open: [Digest: Open] = [:]

  init(metrics: NodeMetrics) { self.metrics = metrics }

  static func isSampled(_ id: Digest) -> Bool { id.bytes[0] & 0x0F == 0 }

  /// The submitter was told that it is pending.
  mutating func pending(_ id: Digest, now: UInt64) {
    guard Self.isSampled(id), open.count < Self.openMax, open[id] == nil else { return }
    open[id] = Open(since: now)
  }

  mutating func accepted(_ ids: [Digest], now: UInt64) {
    for id in ids where Self.isSampled(id) { accepted(id, now: now) }
  }

  private mutating func accepted(_ id: Digest, now: UInt64) {
    guard let entry = open[id], !entry.isAccepted else { return }
    open[id]?.isAccepted = true
    metrics.chain.transactionAccepted.observe(nanoseconds: now &- entry.since)
  }

  /// In a final block.
  mutating func final(_ ids: some Sequence<Digest>, now: UInt64) {
    for id in ids where Self.isSampled(id) {
      guard let entry = open.removeValue(forKey: id) else { continue }
      metrics.chain.transactionFinal.observe(nanoseconds: now &- entry.since)
    }
  }

  /// Over without a block.
  mutating func ended(_ ids: some Sequence<Digest>) {
    for id in ids where Self.isSampled(id) { open[id] = nil }
  }
}
