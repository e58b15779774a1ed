public import LedgerCore
public import LedgerState
import Synchronization

/// What a walk over all records of a state has found.
public struct StateVerification: Sendable {
  /// Damaged places kept; more are only counted.
  public static let damageMax = 100

  /// Records walked, damaged ones included.
  public internal(set) var records: UInt64 = 0
  /// The root of the tree over them, recomputed; nil when a record is damaged.
  public internal(set) var root: Digest?
  public internal(set) var damage: [StoreDamage] = []
  /// Damaged places beyond `damageMax`.
  public internal(set) var damageLeftOut: UInt64 = 0
  /// The undamaged records whose keys start as was asked for, in the order of paths.
  public internal(set) var kept: [StateRecord] = []

  mutating func note(_ damage: StoreDamage) {
    if self.damage.count < Self.damageMax {
      self.damage.append(damage)
    } else {
      damageLeftOut += 1
    }
  }
}

extension StoreAudit {
  /// Recomputes the whole tree from the records: every key's hash, every leaf's hash, every node.
  ///
  /// - Parameters:
  ///   - workers: the threads that share it.
  ///   - prefixes: records whose keys start with one of these are kept, in memory.
  ///   - progress: records done and records expected, now and then.
  /// - Throws: where there is nothing to walk; damage is in the result.
  public func verifyRecords(
    workers: WorkerPool, keeping prefixes: [[UInt8]] = [],
    progress: (_ done: UInt64, _ expected: UInt64) -> Void
  ) throws(StoreError) -> StateVerification {
    let expected = try expectedRecords()
    let found = Mutex(StateVerification())
    var checked = records.live
    checked.damaged = { damage in found.withLock { $0.note(damage) } }
    progress(0, expected)
    do throws(StateReadError) {
      let tree = try WholeTree.root(of: checked, workers: workers) {
        progress(UInt64($0), expected)
      }
      found.withLock {
        $0.records = UInt64(tree.records)
        $0.root = $0.damage.isEmpty ? tree.root : nil
      }
    } catch {
      // What keeps the tree from being computed is damage too, to the order of the records.
      if found.withLock({ $0.damage.isEmpty }) {
        throw .unreadable(path: records.file.path, reason: "\(error)")
      }
    }
    if !prefixes.isEmpty {
      try records.file.beginRead().walkRecords(records.databases, prefixes: prefixes) { record in
        found.withLock { $0.kept.append(record) }
      }
    }
    return found.withLock { $0 }
  }

  /// How many records LMDB counts: those that stand at one place are counted once.
  func expectedRecords() throws(StoreError) -> UInt64 {
    UInt64(try records.file.beginRead().entries(records.databases.records))
  }

  /// The block log beside the state, for reading only: nothing is cut off or repaired.
  ///
  /// Throws `damaged` where its segments do not follow each other or frames cannot be walked.
  public func blockLog() throws(StoreError) -> BlockLog {
    var options = StoreOptions()
    options.readOnly = true
    return try BlockLog(StorePaths(home: home).log, chain: chain, options: options)
  }
}
