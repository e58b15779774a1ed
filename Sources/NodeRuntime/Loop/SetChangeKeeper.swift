import LedgerCore
import LedgerRules
import LedgerStore
import Logging
import Synchronization

/// Keeps each change of the validator set for ever, with the block that proves it, so that light
/// clients can follow from genesis; nodes with `store.keep-blocks` keep them as well.
///
/// What is kept follows from the flushed state, which has the sets of the last 7 days, and the log:
/// whatever a crash, or a release that kept none, has left out is taken then.
final class SetChangeKeeper: Sendable {
  private let store: NodeStore
  private let logger: Logger
  /// The number of the change to be taken next.
  private let next: Mutex<UInt64>

  init(store: NodeStore, logger: Logger) {
    self.store = store
    self.logger = logger
    next = Mutex(store.sets.nextNumber)
  }

  /// Takes what is new in the flushed state: at the start and after each flush, on its lane, before
  /// any block leaves the log.
  func look() throws(StoreError) {
    try next.withLock { next throws(StoreError) in
      let (ends, upper) = try ends(from: next)
      var taken: UInt64 = 0
      for end in ends {
        guard let (header, certificate) = try store.log.head(end.lastHeight) else { continue }
        try store.sets.append(
          StoredSetChange(
            number: end.number, set: end.set,
            change: SetChange(header: header, certificate: certificate, next: end.next)))
        taken += 1
      }
      if taken < upper - next {
        logger.warning(
          """
          changes of the validator set from before this release are lost with their blocks: light \
          clients that trust genesis must ask another node
          """, metadata: ["lost": "\(upper - next - taken)", "kept": "\(store.sets.count)"])
      }
      next = upper
    }
  }

  /// The ends of sets that state still has, from a number on, and the number of all.
  private func ends(from number: UInt64) throws(StoreError) -> ([SetEnd], UInt64) {
    do {
      var queries = LedgerQueries(try store.records.snapshot())
      let numbers = try queries.pastSetNumbers()
      guard numbers.upperBound > number else { return ([], number) }
      var ends: [SetEnd] = []
      for number in max(number, numbers.lowerBound)..<numbers.upperBound {
        if let end = try queries.setEnd(number) { ends.append(end) }
      }
      return (ends, numbers.upperBound)
    } catch { throw .unreadable(path: "data/state", reason: "\(error)") }
  }
}

extension BlockLog {
  /// A block's header and certificate; nil when it is not, or no longer, in the log.
  func head(_ height: UInt64) throws(StoreError) -> (BlockHeader, QuorumCertificate)? {
    guard let entry = try read(height) else { return nil }
    do throws(BCSError) {
      var reader = unsafe BCSReader(entry.block.span.bytes)
      return (try Block(from: &reader).header, try QuorumCertificate(from: &reader))
    } catch { throw .unreadable(path: "data/log", reason: "block \(height): \(error)") }
  }
}
