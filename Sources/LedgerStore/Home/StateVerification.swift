import CLedgerCore
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
  ///   - workers: the threads it may use.
  ///   - prefixes: records whose keys start with one of these are kept, in memory.
  ///   - progress: records done and records expected, now and then, from any thread.
  /// - Throws: where there is nothing to walk; damage is in the result.
  public func verifyRecords(
    workers: WorkerPool, keeping prefixes: [[UInt8]] = [],
    progress: @Sendable (_ done: UInt64, _ expected: UInt64) -> Void
  ) throws(StoreError) -> StateVerification {
    let walked = Mutex<Result<StateVerification, StoreError>?>(nil)
    let built = Mutex<Digest?>(nil)
    // The tree is built of the leaf hashes that are stored, beside the walk that recomputes each.
    workers.run(2) { index in
      if index == 0 {
        let result = Result { () throws(StoreError) in
          try walk(keeping: prefixes, progress: progress)
        }
        walked.withLock { $0 = result }
      } else {
        let root = (try? AuthenticatedState(reader: records))?.root
        built.withLock { $0 = root }
      }
    }
    guard var found = try walked.withLock({ $0 })?.get() else { return StateVerification() }
    if found.damage.isEmpty { found.root = built.withLock { $0 } }
    return found
  }

  private func walk(
    keeping prefixes: [[UInt8]], progress: (UInt64, UInt64) -> Void
  ) throws(StoreError) -> StateVerification {
    let expected = try expectedRecords()
    var found = StateVerification()
    var faults: [StoreDamage] = []
    progress(0, expected)
    try checkRecords(
      { record, _ in
        found.records += 1
        if prefixes.contains(where: { record.key.bytes.starts(with: $0) }) {
          found.kept.append(record)
        }
        if found.records.isMultiple(of: Self.progressStep) { progress(found.records, expected) }
      },
      fault: { faults.append($0) })
    for fault in faults { found.note(fault) }
    found.records += UInt64(faults.count)
    progress(found.records, expected)
    return found
  }

  /// Records between two reports of progress.
  static let progressStep: UInt64 = 16_384

  /// How many records LMDB counts.
  func expectedRecords() throws(StoreError) -> UInt64 {
    UInt64(try records.file.beginRead().stat(records.databases.records).entries)
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
