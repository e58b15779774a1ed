public import LedgerCore
import LedgerRules
import LedgerState
public import LedgerStore
import Synchronization

/// Every invariant, recomputed from the folder of a stopped node.
///
/// Streaming: index entries, bundles and blocks are read once, records three times, for what they
/// say, for the entries they ask for, and for the tree; kept in memory are sums, lots, and the
/// upper levels of the state tree. Nothing in the folder is changed.
public enum FolderAudit {
  /// Audits a node's home.
  ///
  /// What is damaged or does not hold is in the report.
  ///
  /// - Parameter workers: threads that share it; nil for the caller's alone.
  /// - Throws: when there is nothing to audit: no ledger in the folder, another process uses it, or
  ///   the disk fails. Damage so deep that records cannot be walked is `StoreError.damaged`.
  public static func run(home: String, workers: WorkerPool? = nil) throws(StoreError) -> AuditReport
  {
    let store = try StoreAudit(home: home)
    let parts = Mutex([Part: Result<AuditReport, StoreError>]())
    let check: @Sendable (Int) -> Void = { index in
      let part = Part.allCases[index]
      let result = Result { () throws(StoreError) in
        var report = AuditReport(chain: store.chain)
        report.height = store.records.height
        try Self.check(part, of: store, &report)
        return report
      }
      parts.withLock { $0[part] = result }
    }
    if let workers {
      workers.run(Part.allCases.count, check)
    } else {
      for index in Part.allCases.indices { check(index) }
    }
    let results = parts.withLock { $0 }
    var report = AuditReport(chain: store.chain)
    for part in Part.allCases {
      if let result = results[part] { report.add(try result.get()) }
    }
    return report
  }

  /// What can be checked at the same time, in the order of what is found.
  private enum Part: CaseIterable {
    case records
    case indexes
    case blocks
  }

  private static func check(_ part: Part, of store: StoreAudit, _ report: inout AuditReport)
    throws(StoreError)
  {
    switch part {
    case .records: try checkRecords(store, &report)
    case .indexes:
      report.indexEntries = try IndexAudit.check(store, found: { report.note($0) })
    case .blocks:
      try checkBlocks(store, &report)
      try checkBundles(store, &report)
    }
  }

  private static func checkBlocks(_ store: StoreAudit, _ report: inout AuditReport)
    throws(StoreError)
  {
    let state = checkRoot(store, &report)
    var blocks = BlockAudit(chain: store.chain, records: store.records, state: state)
    try checkSetChanges(store, &blocks, &report)
    var history = try openHistory(store, &report)
    var failure: StoreError?
    try store.checkBlocks(
      { entry in
        blocks.check(entry, &report)
        guard failure == nil else { return }
        do throws(StoreError) {
          try history?.add(
            entry, finding: { report.note(.history($0)) }, fault: { report.note(.damage($0)) })
        } catch { failure = error }
      }, fault: { report.note(.damage($0)) })
    if let failure { throw failure }
    blocks.finish(&report)
    report.historyEntries =
      try history?.finish(
        finding: { report.note(.history($0)) }, fault: { report.note(.damage($0)) }) ?? 0
  }

  /// Each change leads from the set before to the next; blocks of the log are judged by these sets.
  private static func checkSetChanges(
    _ store: StoreAudit, _ blocks: inout BlockAudit, _ report: inout AuditReport
  ) throws(StoreError) {
    var last: StoredSetChange?
    var kept: [UInt64] = []
    try store.checkSetChanges(
      { change in
        report.setChanges += 1
        kept.append(change.number)
        for finding in blocks.check(change, after: last) {
          report.note(.setChange(number: change.number, finding))
        }
        last = change
      }, fault: { report.note(.damage($0)) })
    for number in blocks.missingChanges(kept) {
      report.note(.setChange(number: number, .missing))
    }
  }

  /// The derived history, when the home has one; damage to its structure is a finding.
  private static func openHistory(_ store: StoreAudit, _ report: inout AuditReport)
    throws(StoreError) -> HistoryAudit?
  {
    do throws(StoreError) { return try store.history() } catch {
      guard case .damaged(let damage) = error else { throw error }
      report.note(.damage(damage))
      return nil
    }
  }

  /// Supply, backing, lots, statements and the rest.
  private static func checkRecords(_ store: StoreAudit, _ report: inout AuditReport)
    throws(StoreError)
  {
    var invariants = StateInvariants()
    try store.checkRecords(
      { invariants.add($0.key, $0.value) }, fault: { report.note(.damage($0)) })
    var source = StateView(over: store.records)
    let result = invariants.finish(reading: &source)
    report.totals = result.totals
    for fault in result.faults { report.note(.state(fault)) }
  }

  /// The tree over all leaves has the root that the store notes; nil when leaves cannot be read.
  private static func checkRoot(_ store: StoreAudit, _ report: inout AuditReport)
    -> AuthenticatedState?
  {
    guard let state = try? AuthenticatedState(reader: store.records) else { return nil }
    report.root = state.root
    guard state.root == store.records.root else {
      report.note(
        .root(height: report.height, noted: store.records.root, recomputed: state.root))
      return nil
    }
    return state
  }

  private static func checkBundles(_ store: StoreAudit, _ report: inout AuditReport)
    throws(StoreError)
  {
    try store.checkBundles(
      { stored in
        report.bundles += 1
        let bundle = try? Bundle(decoding: stored.bytes[...])
        if bundle?.header.digest(store.chain) != stored.digest {
          report.note(.bundle(stored.digest))
        }
      }, fault: { report.note(.damage($0)) })
  }
}
