import LedgerCore

/// Hands out sequences, so that transactions of one account that are sent at the same time take
/// different ones.
///
/// An account's sequences may be used in any order, each once, at most `Limits.sequenceLeadMax`
/// above the highest in a final block (protocol §3). Here the next is handed out without waiting
/// for those before it; what was not used in the end is handed out again.
struct SequenceAllocator: Sendable {
  /// What a node says of an account.
  struct Standing: Sendable {
    /// The highest in a final block.
    let final: UInt64
    /// The highest in a final block or in a transaction that waits.
    let pending: UInt64
  }

  enum Turn: Equatable {
    case sequence(UInt64)
    /// A node must be asked first; `note` its answer and take again.
    case ask
    /// All that the window allows are under way.
    case full
  }

  private struct Entry {
    var final: UInt64 = 0
    /// The highest handed out or known to be taken.
    var highest: UInt64 = 0
    /// Handed out and not used, ascending.
    var free: [UInt64] = []
    var underWay = 0
    /// When a node was asked last, and when one was handed out last; milliseconds.
    var askedAt: Int64
    var takenAt: Int64
  }

  /// Others may use the account too: before the first of several a node is asked.
  static let freshMilliseconds: Int64 = 1_000
  /// After so long without a transaction of ours, what a node says counts alone.
  static let quietMilliseconds: Int64 = 600_000
  static let accountsMax = 65_536

  private var entries: [AccountID: Entry] = [:]

  /// The next sequence of an account; `now` in milliseconds of any clock that only goes forward.
  mutating func take(_ account: AccountID, now: Int64) -> Turn {
    guard var entry = entries[account] else { return .ask }
    if entry.underWay == 0, now - entry.askedAt > Self.freshMilliseconds { return .ask }
    if let first = entry.free.first {
      entry.free.removeFirst()
      entry.underWay += 1
      entry.takenAt = now
      entries[account] = entry
      return .sequence(first)
    }
    guard entry.highest < entry.final &+ Limits.sequenceLeadMax, entry.highest < .max else {
      return now - entry.askedAt > 0 ? .ask : .full
    }
    entry.highest += 1
    entry.underWay += 1
    entry.takenAt = now
    entries[account] = entry
    return .sequence(entry.highest)
  }

  /// What a node says of the account now.
  mutating func note(_ account: AccountID, _ standing: Standing, now: Int64) {
    if entries[account] == nil, entries.count >= Self.accountsMax { forget() }
    var entry =
      entries[account] ?? Entry(final: 0, highest: 0, askedAt: now, takenAt: now)
    entry.askedAt = now
    entry.final = max(entry.final, standing.final)
    let said = max(entry.final, standing.pending)
    let isStuck = entry.highest >= entry.final &+ Limits.sequenceLeadMax
    let isQuiet = now - entry.takenAt > Self.quietMilliseconds
    if entry.underWay == 0, isQuiet || isStuck {
      // What was sent and never came into a block is given up.
      entry.highest = said
      entry.free = []
    }
    entry.highest = max(entry.highest, said)
    // What has left the window cannot be used any more.
    let window = UInt64(Limits.replayWindowBits)
    if entry.final >= window { entry.free.removeAll { $0 <= entry.final - window } }
    entries[account] = entry
  }

  /// A sequence's transaction has ended, or is followed no longer.
  ///
  /// - Parameter isUsed: false when no node has it: it is handed out again.
  mutating func end(_ account: AccountID, _ sequence: UInt64, isUsed: Bool, isFinal: Bool) {
    guard var entry = entries[account] else { return }
    entry.underWay = max(0, entry.underWay - 1)
    if isFinal { entry.final = max(entry.final, sequence) }
    if !isUsed, !entry.free.contains(sequence) {
      let place = entry.free.firstIndex { $0 > sequence } ?? entry.free.endIndex
      entry.free.insert(sequence, at: place)
    }
    entries[account] = entry
  }

  /// A node says that a sequence handed out was taken by another transaction: it is not handed out
  /// again, and the node's word counts from now on.
  mutating func collided(_ account: AccountID, _ sequence: UInt64) {
    end(account, sequence, isUsed: true, isFinal: false)
    entries[account]?.askedAt = .min / 2
  }

  /// Drops accounts without anything under way.
  private mutating func forget() { entries = entries.filter { $0.value.underWay > 0 } }
}
