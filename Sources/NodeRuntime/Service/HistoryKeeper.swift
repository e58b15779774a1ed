import LedgerCore
import LedgerMetrics
import LedgerStore
import Logging
import NodeAPI
import Synchronization

/// Keeps the history behind the log, on a thread of its own: nothing waits for it, and a node whose
/// history fails goes on without one and says so.
final class HistoryKeeper: Sendable {
  private enum Standing {
    case off
    /// Opened and checked, or made.
    case opening
    case ready(HistoryStore)
    case failed(String)
  }

  /// Blocks and their bytes in one transaction of the history.
  private static let stepBlocksMax = 256
  private static let stepBytesMax = 16 << 20
  /// Empty blocks that may wait for one with transactions: nobody looks for what is in them, and
  /// each flush is a sync of the disk.
  private static let emptyBlocksMax: UInt64 = 16
  /// From so many blocks behind, progress is logged.
  private static let behindShown: UInt64 = 256

  private let standing: Mutex<Standing>
  private let isWoken = Atomic(false)
  private let isStopping = Atomic(false)
  private let lane: Lane?
  private let home: String
  private let store: NodeStore
  private let metrics: NodeMetrics
  private let logger: Logger

  /// Opens the history and catches up with the log, in the background.
  init(home: String, store: NodeStore, isOn: Bool, metrics: NodeMetrics, logger: Logger) {
    self.home = home
    self.store = store
    self.metrics = metrics
    self.logger = logger
    standing = Mutex(isOn ? .opening : .off)
    lane = isOn ? Lane(name: "history", meter: metrics.stages.lane("history")) : nil
    lane?.run { [self] in
      open()
      catchUp(isStart: true)
    }
  }

  /// The history, to be read.
  ///
  /// - Throws: `noHistory` when it is switched off, `busy` until it is open, `storeFailed` when it
  ///   has failed.
  func opened() throws(NodeServiceError) -> HistoryStore {
    switch standing.withLock({ $0 }) {
    case .off: throw .noHistory
    case .opening: throw .busy
    case .ready(let history): return history
    case .failed(let reason): throw .storeFailed(reason)
    }
  }

  /// The history, when it can be read.
  var ready: HistoryStore? {
    if case .ready(let history) = standing.withLock({ $0 }) { history } else { nil }
  }

  /// The last height it has taken from the log; nil when it takes none.
  var indexed: UInt64? {
    switch standing.withLock({ $0 }) {
    case .off, .failed: nil
    case .opening: 0
    case .ready(let history): history.height
    }
  }

  /// A block is in the log.
  func wake() {
    guard let lane, !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
    lane.run { [self] in
      isWoken.store(false, ordering: .releasing)
      catchUp(isStart: false)
    }
  }

  /// Ends after the step under way; what is left is indexed at the next start.
  func finish() {
    isStopping.store(true, ordering: .releasing)
    lane?.finish()
  }

  private func open() {
    do throws(StoreError) {
      if HistoryStore.isMarkedDamaged(home: home) {
        logger.warning("the history was found damaged: it is rebuilt from the log")
        try HistoryStore.remove(home: home)
      }
      standing.withLock { [history = try make()] in $0 = .ready(history) }
    } catch {
      fail(error)
    }
  }

  private func make() throws(StoreError) -> HistoryStore {
    let heights = store.log.heights
    let first = heights?.lowerBound ?? 1
    do throws(StoreError) {
      let history = try HistoryStore(home: home, chain: store.chain, first: first)
      let next = history.height + 1
      if next >= first, next <= (heights?.upperBound ?? 0) + 1 { return history }
      logger.warning("the history is of another log: it is rebuilt")
    } catch {
      switch error {
      case .damaged, .unknownFormat, .otherGenesis:
        logger.warning("the history cannot be used and is rebuilt from the log: \(error)")
      default: throw error
      }
    }
    try HistoryStore.remove(home: home)
    return try HistoryStore(home: home, chain: store.chain, first: first)
  }

  private func catchUp(isStart: Bool) {
    guard let history = ready else { return }
    let last = store.log.heights?.upperBound ?? 0
    let isShown = last > history.height + Self.behindShown
    do throws(StoreError) {
      while !isStopping.load(ordering: .acquiring) {
        guard let step = try nextStep(after: history.height), !step.isEmpty else { break }
        let isEmpty = step.allSatisfy { !$0.hasTransactions }
        if isEmpty, !isStart, step.count < Self.emptyBlocksMax { break }
        try metrics.measure(.history) { () throws(StoreError) in try history.append(step) }
        if isShown {
          logger.notice("history: height \(history.height) of \(last)")
        }
      }
    } catch {
      switch error {
      case .diskFull, .readersActive:
        logger.warning("the history is behind and will be caught up: \(error)")
      default: fail(error)
      }
    }
  }

  private func nextStep(after height: UInt64) throws(StoreError) -> [LogEntry]? {
    var step: [LogEntry] = []
    var bytes = 0
    while step.count < Self.stepBlocksMax, bytes < Self.stepBytesMax,
      let entry = try store.log.read(height + 1 + UInt64(step.count))
    {
      step.append(entry)
      bytes += entry.block.count + entry.receipts.count
    }
    return step
  }

  /// Damage in the history itself is repaired at the next start: readers may have it open now.
  func fail(_ error: StoreError) {
    if case .damaged(let damage) = error, case .history = damage.place {
      HistoryStore.markDamaged(home: home)
      logger.error("\(error): it is rebuilt when the node starts next")
    } else {
      logger.error("the node keeps no history: \(error)")
    }
    standing.withLock { $0 = .failed("\(error)") }
  }
}
