import LedgerCore

/// The highest sequence each sender's pending transactions have used lately: what a wallet that
/// asks for its next sequence must pass over.
///
/// A hint, bounded by forgetting: two generations, each of some heights and senders at most.
struct PendingSequences: Sendable {
  private static let generationHeights: UInt64 = 64

  private var young: [AccountID: UInt64] = [:]
  private var old: [AccountID: UInt64] = [:]
  private var youngSince: UInt64 = 0

  /// The highest noted sequence of a sender; nil when none is remembered.
  subscript(sender: AccountID) -> UInt64? {
    switch (young[sender], old[sender]) {
    case (let one?, let other?): max(one, other)
    case (let one, let other): one ?? other
    }
  }

  /// Notes a transaction that enters the pool or stands in a bundle held while `height` is being
  /// decided.
  mutating func note(_ body: TransactionBody, height: UInt64) {
    if height >= youngSince + Self.generationHeights
      || young.count >= DisseminationLimits.poolTransactionsMax
    {
      old = height >= youngSince + 2 * Self.generationHeights ? [:] : young
      young = [:]
      youngSince = height
    }
    young[body.sender] = max(young[body.sender] ?? 0, body.sequence)
  }
}
