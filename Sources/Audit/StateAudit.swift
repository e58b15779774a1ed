public import LedgerCore
import LedgerRules
import LedgerState
public import LedgerStore

/// What a verification of a state has recomputed, and what it found.
public struct StateAuditReport: Sendable {
  public let chain: ChainID
  /// The height of the flushed state.
  public let height: UInt64
  public internal(set) var records: UInt64 = 0
  /// The root of the records, recomputed; nil when a record is damaged.
  public internal(set) var root: Digest?
  /// The root that is noted beside the records.
  public let noted: Digest
  /// The root that the certificate of the block of that height signs; nil when the log does not
  /// have the block, and at genesis.
  public internal(set) var certified: Digest?
  public internal(set) var indexEntries: UInt64 = 0
  public internal(set) var findings: [AuditFinding] = []
  /// Findings beyond `AuditReport.findingsMax`.
  public internal(set) var findingsLeftOut: UInt64 = 0

  /// Everything holds.
  public var isSound: Bool { findings.isEmpty }

  mutating func note(_ finding: AuditFinding) {
    if findings.count < AuditReport.findingsMax {
      findings.append(finding)
    } else {
      findingsLeftOut += 1
    }
  }
}

/// The state of a stopped node against itself: the tree, recomputed from the records, and the
/// indexes. `FolderAudit` is about the whole folder, and what the records mean.
public enum StateAudit {
  /// Verifies a node's home. Nothing in it is changed.
  ///
  /// - Parameter progress: records done and records expected, now and then, from any thread.
  /// - Throws: when there is nothing to verify: no ledger in the folder, another process uses it,
  ///   the disk fails, or records cannot be walked (`damaged`).
  public static func run(
    home: String, workers: WorkerPool,
    progress: @Sendable (_ done: UInt64, _ expected: UInt64) -> Void
  ) throws(StoreError) -> StateAuditReport {
    let store = try StoreAudit(home: home)
    var report = StateAuditReport(
      chain: store.chain, height: store.records.height, noted: store.records.root)
    let walked = try store.verifyRecords(workers: workers, progress: progress)
    report.records = walked.records
    report.root = walked.root
    for damage in walked.damage { report.note(.damage(damage)) }
    report.findingsLeftOut += walked.damageLeftOut
    if let root = walked.root, root != report.noted {
      report.note(.root(height: report.height, noted: report.noted, recomputed: root))
    }
    try checkCertificate(store, &report)
    report.indexEntries = try IndexAudit.check(store, found: { report.note($0) })
    return report
  }

  /// The index entries that a record asks for. Where another that it names cannot be read, that one
  /// is the finding.
  static func entries(of record: StateRecord, in store: StoreAudit) -> [DerivedEntry] {
    var records: some RecordSource = store.records
    return (try? DerivedIndexes.entries(of: record, reading: &records)) ?? []
  }

  /// The block of the state's height, where the log has it, is certified with the noted root.
  private static func checkCertificate(
    _ store: StoreAudit, _ report: inout StateAuditReport
  ) throws(StoreError) {
    let entry: LogEntry?
    do throws(StoreError) {
      let log = try store.blockLog()
      guard log.heights?.contains(report.height) == true else { return }
      entry = try log.read(report.height)
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      return report.note(.damage(damage))
    }
    guard let entry else { return }
    do throws(BCSError) {
      let decided = try DecidedBlock(decoding: entry.block)
      report.certified = decided.certificate.stateRoot
    } catch { return report.note(.block(height: report.height, .unreadable(error))) }
    if let certified = report.certified, certified != report.noted {
      report.note(
        .block(
          height: report.height, .stateRoot(certified: certified, recomputed: report.noted)))
    }
  }
}
