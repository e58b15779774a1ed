import LedgerCore
import LedgerRules
import LedgerState
public import LedgerStore

/// Every invariant, recomputed from the folder of a stopped node.
///
/// Streaming: each record, index entry, bundle and block is read once; kept in memory are sums,
/// lots, and the upper levels of the state tree. Nothing in the folder is changed.
public enum FolderAudit {
  /// Audits a node's home.
  ///
  /// What is damaged or does not hold is in the report.
  ///
  /// - Throws: when there is nothing to audit: no ledger in the folder, another process uses it, or
  ///   the disk fails. Damage so deep that records cannot be walked is `StoreError.damaged`.
  public static func run(home: String) throws(StoreError) -> AuditReport {
    let store = try StoreAudit(home: home)
    var report = AuditReport(chain: store.chain)
    report.height = store.records.height
    let expected = try checkRecords(store, &report)
    report.indexEntries = try IndexAudit.check(
      store, expected: expected, found: { report.note($0) })
    let state = checkRoot(store, &report)
    var blocks = BlockAudit(chain: store.chain, records: store.records, state: state)
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
    try checkBundles(store, &report)
    return report
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

  /// Supply, backing, lots, statements and the rest; returns the sums of the index entries that the
  /// records ask for.
  private static func checkRecords(_ store: StoreAudit, _ report: inout AuditReport)
    throws(StoreError) -> IndexAudit.Sums
  {
    var invariants = StateInvariants()
    var expected = IndexAudit.Sums()
    try store.checkRecords(
      { record, _ in
        invariants.add(record.key, record.value)
        expected.add(StateAudit.entries(of: record, in: store))
      }, fault: { report.note(.damage($0)) })
    var source = StateView(over: store.records)
    let result = invariants.finish(reading: &source)
    report.totals = result.totals
    for fault in result.faults { report.note(.state(fault)) }
    return expected
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
