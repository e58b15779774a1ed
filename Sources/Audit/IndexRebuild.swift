public import LedgerCore
import LedgerRules
import LedgerState
public import LedgerStore

/// Why indexes are not rebuilt.
public enum IndexRebuildError: Error, Sendable, CustomStringConvertible {
  case store(StoreError)
  /// No such index is known, and none is in the folder.
  case unknownIndex(String, known: [String])
  /// The records are not those that were certified: what they ask for would be wrong.
  case unsound(AuditFinding, count: UInt64)
  /// Another process has written the state since it was read.
  case changed

  public var description: String {
    switch self {
    case .store(let error): "\(error)"
    case .unknownIndex(let name, let known):
      "there is no index \(name); there are: \(known.joined(separator: ", "))"
    case .unsound(let finding, let count):
      "the records themselves are damaged (\(count) findings), and no index can be made of them: "
        + "\(finding)"
    case .changed: "the state has changed while it was read; stop the node and try again"
    }
  }
}

/// Derived indexes of a stopped node, made anew from its records.
public enum IndexRebuild {
  /// What was done to an index.
  public struct Rebuilt: Equatable, Sendable {
    public let name: String
    /// Entries that it has now.
    public let entries: Int
    /// Entries that it had, whole or damaged.
    public let before: Int
  }

  /// Rebuilds indexes: all records are read and verified first, nothing is written where one is
  /// damaged, and each index is replaced in one synced transaction. Interrupted, it can be
  /// repeated.
  ///
  /// - Parameters:
  ///   - names: the indexes; empty for all there are. One that no rule knows any more is emptied.
  ///   - progress: records done and records expected, now and then, from any thread.
  public static func run(
    home: String, indexes names: [String], workers: WorkerPool,
    progress: @Sendable (_ done: UInt64, _ expected: UInt64) -> Void
  ) throws(IndexRebuildError) -> [Rebuilt] {
    let read: Read
    do throws(StoreError) {
      read = try Read(StoreAudit(home: home), workers, progress)
    } catch { throw .store(error) }
    if let finding = read.finding { throw .unsound(finding, count: read.findings) }
    let known = Set(DerivedIndexes.names).union(read.before.keys).sorted()
    for name in names where !known.contains(name) {
      throw .unknownIndex(name, known: known)
    }
    let wanted = known.filter { names.isEmpty || names.contains($0) }
    do throws(StoreError) {
      if let rebuilt = try write(wanted, read, home: home) { return rebuilt }
    } catch { throw .store(error) }
    throw .changed
  }

  /// Nil, and nothing written, when the state is no longer the one that was read.
  private static func write(
    _ names: [String], _ read: Read, home: String
  ) throws(StoreError) -> [Rebuilt]? {
    let store = try NodeStore(home: home, genesis: nil)
    guard store.records.height == read.height, store.records.root == read.root else { return nil }
    var rebuilt: [Rebuilt] = []
    for name in names {
      let entries = read.entries.filter { $0.index == name }.map {
        IndexEntry(key: $0.key, value: $0.value ?? [])
      }
      try store.records.rebuildIndex(name, entries)
      rebuilt.append(Rebuilt(name: name, entries: entries.count, before: read.before[name] ?? 0))
    }
    return rebuilt
  }

  /// The records' word; the folder is closed again when it is had.
  private struct Read {
    let height: UInt64
    let root: Digest
    var entries: [DerivedEntry] = []
    /// Entries of each index in the folder.
    var before: [String: Int] = [:]
    /// The first thing that is wrong with the records.
    var finding: AuditFinding?
    var findings: UInt64 = 0

    init(
      _ store: StoreAudit, _ workers: WorkerPool, _ progress: @Sendable (UInt64, UInt64) -> Void
    ) throws(StoreError) {
      height = store.records.height
      root = store.records.root
      let walked = try store.verifyRecords(
        workers: workers, keeping: DerivedIndexes.kinds.map(\.keyPrefix), progress: progress)
      findings = UInt64(walked.damage.count) + walked.damageLeftOut
      if let damage = walked.damage.first {
        finding = .damage(damage)
      } else if let recomputed = walked.root, recomputed != root {
        finding = .root(height: height, noted: root, recomputed: recomputed)
        findings = 1
      }
      entries = walked.kept.flatMap { StateAudit.entries(of: $0, in: store) }
      var before: [String: Int] = [:]
      try store.checkIndexEntries(
        { name, _ in before[name, default: 0] += 1 },
        fault: { damage in
          if case .indexEntry(let name, _) = damage.place { before[name, default: 0] += 1 }
        })
      self.before = before
    }
  }
}
