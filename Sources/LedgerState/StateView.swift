import LedgerCore

/// State as one execution sees and changes it: reads through to what lies below, keeps its own
/// writes, and can take back any of them.
///
/// Invariants:
/// - What lies below never changes while the view lives, so it is asked once for each key.
/// - `mark` and `rollback` cost what was written in between, nothing more: a journal of undo
///   entries.
/// - `changes()` holds each key at most once, ascending, and no write that left a key as it was
///   below (where the view has read what was there).
public struct StateView: RecordSource {
  /// A point in the view's writes to which they can be rolled back.
  public struct Savepoint: Hashable, Sendable {
    let writes: Int
    let epoch: Int
  }

  /// What the view knows of a key.
  private struct Entry {
    /// What lies below: asked for, or not yet.
    var below: Below
    /// The view's own write, when there is one.
    var written: Written?
  }

  private enum Below {
    case unknown
    case value([UInt8]?)
  }

  private enum Written {
    case value([UInt8])
    case removed
  }

  private struct Undo {
    let key: StateKey
    let before: Written?
  }

  private var source: any RecordSource
  private var entries: [StateKey: Entry] = [:]
  private var journal: [Undo] = []
  /// Counts `settle`: a savepoint of an earlier epoch is no longer one.
  private var epoch = 0

  /// A view without writes over a source that does not change while the view lives.
  public init(over source: any RecordSource) { self.source = source }

  /// The value of a record as of this view's writes, or nil when there is none.
  ///
  /// Below is asked at most once for each key.
  public mutating func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    if let entry = entries[key] {
      switch entry.written {
      case .value(let value): return value
      case .removed: return nil
      case nil: if case .value(let value) = entry.below { return value }
      }
    }
    let value = try source.value(of: key)
    entries[key, default: Entry(below: .unknown, written: nil)].below = .value(value)
    return value
  }

  /// The value of a record below, for a caller that remembers it: a key that is read so is neither
  /// read nor written through the view.
  public mutating func valueBelow(_ key: StateKey) throws(StateReadError) -> [UInt8]? {
    try source.value(of: key)
  }

  /// The same of many records, in the order of their keys.
  ///
  /// - Parameter often: whether most blocks read them, as `valuesReadOften` says.
  public mutating func valuesBelow(
    _ keys: [StateKey], often: Bool = false
  ) throws(StateReadError) -> [[UInt8]?] {
    try often ? source.valuesReadOften(of: keys) : source.values(of: keys)
  }

  /// Writes a record: a key of 1 … `Limits.recordKeyBytesMax` bytes, a value of 1 …
  /// `Limits.recordValueBytesMax` bytes. An empty value is no record: ICS-23 verifiers refuse it.
  public mutating func set(_ key: StateKey, _ value: [UInt8]) {
    precondition(
      (1...Limits.recordValueBytesMax).contains(value.count), "a record's value is out of bounds")
    write(key, .value(value))
  }

  /// Removes a record; no effect when there is none.
  public mutating func remove(_ key: StateKey) { write(key, .removed) }

  private mutating func write(_ key: StateKey, _ written: Written?) {
    precondition(
      (1...Limits.recordKeyBytesMax).contains(key.bytes.count), "a record's key is out of bounds")
    let before = exchange(key, written)
    journal.append(Undo(key: key, before: before))
  }

  private mutating func exchange(_ key: StateKey, _ written: Written?) -> Written? {
    var before: Written?
    func swap(_ entry: inout Entry) {
      before = entry.written
      entry.written = written
    }
    swap(&entries[key, default: Entry(below: .unknown, written: nil)])
    return before
  }

  /// A point to return to. Savepoints nest: rolling back to an outer one ends the inner ones.
  public func mark() -> Savepoint { Savepoint(writes: journal.count, epoch: epoch) }

  /// Takes back every write since the savepoint, which stays valid.
  public mutating func rollback(to savepoint: Savepoint) {
    precondition(
      savepoint.epoch == epoch && savepoint.writes <= journal.count,
      "a savepoint is used after it ended")
    while journal.count > savepoint.writes {
      let undo = journal.removeLast()
      _ = exchange(undo.key, undo.before)
    }
  }

  /// Makes every write so far stay and ends all savepoints: called between transactions, so that
  /// the journal does not grow with the block.
  public mutating func settle() {
    if !journal.isEmpty { journal.removeAll(keepingCapacity: true) }
    epoch += 1
  }

  /// The keys asked for below so far, by `value(of:)`, ascending.
  public var keysRead: [StateKey] {
    entries.compactMap { key, entry in
      if case .value = entry.below { key } else { nil }
    }.sorted()
  }

  /// The writes, each key once, ascending by key.
  public func changes() -> [StateChange] {
    var changes: [StateChange] = []
    for (key, entry) in entries {
      let value: [UInt8]?
      switch entry.written {
      case nil: continue
      case .value(let written): value = written
      case .removed: value = nil
      }
      if case .value(let below) = entry.below, below == value { continue }
      changes.append(StateChange(key: key, value: value))
    }
    return StateChange.sorted(changes)
  }
}
