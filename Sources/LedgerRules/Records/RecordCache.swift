import LedgerCore
import LedgerState

/// The two ends of a block's execution.
enum Moment {
  case before
  case after
}

/// Records of one kind as an execution uses them: decoded once, encoded once, each change undoable.
/// They are read and written here alone, not through the view.
///
/// Slots are handed out in order of first touch, so walking them is deterministic; the table of
/// them is only ever asked, never walked.
struct RecordCache<ID: RecordID, Record: LedgerRecord> {
  struct Entry {
    let id: ID
    /// As of the parent's state.
    let original: Record?
    /// Its bytes: what counts as a change is decided by them, not by `==`, which takes texts for
    /// the same that are only canonically equivalent.
    fileprivate let originalBytes: [UInt8]?
    var current: Record?
    fileprivate var isTouched = false

    /// The record at one end of the block.
    func record(_ moment: Moment) -> Record? { moment == .before ? original : current }
  }

  /// Bytes by which a record grows, at most as a rule.
  private static var usualGrowth: Int { 64 }

  private(set) var entries: [Entry] = []
  private var slots = RecordSlots()
  private let mixer = IdentifierMixer.process
  private var journal: [(slot: Int, before: Record?)] = []
  private let key: (ID) -> StateKey

  init(key: @escaping (ID) -> StateKey) { self.key = key }

  // MARK: Reading

  /// The slot of a record, read on first touch.
  mutating func slot(of id: ID, in view: inout StateView) throws(RecordError) -> Int {
    if let slot = known(id) { return slot }
    let key = key(id)
    let bytes: [UInt8]?
    do { bytes = try view.valueBelow(key) } catch { throw .unreadable(error) }
    return append(try entry(id, key, bytes))
  }

  /// The slot of a record that was read or made; nil for another.
  @inline(__always)
  private func known(_ id: ID) -> Int? {
    let entries = entries.span
    return slots.place(id.mixed(mixer)) { entries[$0].id == id }
  }

  /// Whether a record was read or made, or is about to be read.
  @inline(__always)
  private func isKnown(_ id: ID, _ mixed: UInt64, or missing: [ID]) -> Bool {
    let entries = entries.span
    return slots.place(mixed) {
      $0 < entries.count ? entries[$0].id == id : missing[$0 - entries.count] == id
    } != nil
  }

  /// Reads records together that are about to be used one by one.
  ///
  /// - Parameter often: whether most blocks read them.
  mutating func load(
    _ ids: some Sequence<ID>, often: Bool = false, in view: inout StateView
  ) throws(RecordError) {
    var missing: [ID] = []
    for id in ids {
      let mixed = id.mixed(mixer)
      guard !isKnown(id, mixed, or: missing) else { continue }
      // So that it is asked for once. When anything below fails, the execution ends.
      slots.add(mixed, entries.count + missing.count)
      missing.append(id)
    }
    guard !missing.isEmpty else { return }
    let keys = missing.map(key)
    let values: [[UInt8]?]
    do { values = try view.valuesBelow(keys, often: often) } catch { throw .unreadable(error) }
    let needed = entries.count + missing.count
    if entries.capacity < needed { entries.reserveCapacity(max(needed, 2 * entries.count)) }
    for (place, id) in missing.enumerated() {
      entries.append(try entry(id, keys[place], values[place]))
    }
  }

  /// The record of an id, read on first touch; nil when there is none.
  mutating func record(of id: ID, in view: inout StateView) throws(RecordError) -> Record? {
    // One after the other: in one expression, `self` is taken before the slot is made.
    let slot = try slot(of: id, in: &view)
    return current(slot)
  }

  /// The record in a slot; nil when there is none. By its place: a copy of the whole entry would
  /// touch all that it holds.
  func current(_ slot: Int) -> Record? { entries.span[slot].current }

  /// The record of an id as far as it was read or made; nothing is read.
  func loaded(_ id: ID) -> Record? { known(id).flatMap { current($0) } }

  private func entry(_ id: ID, _ key: StateKey, _ bytes: [UInt8]?) throws(RecordError) -> Entry {
    var record: Record?
    if let bytes {
      do { record = try Record(stored: bytes) } catch { throw .malformed(key: key, error) }
    }
    return Entry(id: id, original: record, originalBytes: bytes, current: record)
  }

  private mutating func append(_ entry: Entry) -> Int {
    slots.add(entry.id.mixed(mixer), entries.count)
    entries.append(entry)
    return entries.count - 1
  }

  // MARK: Writing

  /// Changes, makes or (nil) removes a record, remembering what it was.
  mutating func set(_ slot: Int, _ record: Record?) {
    journal.append((slot, current(slot)))
    entries[slot].current = record
    entries[slot].isTouched = true
  }

  /// Changes or makes the record of an id, which is read on first touch.
  mutating func put(_ id: ID, _ record: Record, in view: inout StateView) throws(RecordError) {
    set(try slot(of: id, in: &view), record)
  }

  /// Makes the record of an id that no state has given yet: there is nothing to read.
  mutating func make(_ id: ID, _ record: Record) {
    let slot =
      known(id) ?? append(Entry(id: id, original: nil, originalBytes: nil, current: nil))
    set(slot, record)
  }

  /// A point to which changes can be taken back.
  var mark: Int { journal.count }

  /// Takes back every change since `mark`.
  mutating func rollback(to mark: Int) {
    while journal.count > mark {
      let (slot, before) = journal.removeLast()
      entries[slot].current = before
    }
  }

  /// Makes every change so far stay.
  mutating func settle() {
    // Most caches are not touched by most transactions.
    if !journal.isEmpty { journal.removeAll(keepingCapacity: true) }
  }

  /// Adds what has changed to a block's writes.
  func add(to changes: inout [StateChange]) {
    let entries = entries.span
    for slot in entries.indices where entries[slot].isTouched {
      let before = entries[slot].originalBytes
      let bytes = entries[slot].current?.stored(
        reserving: (before?.count ?? 0) + Self.usualGrowth)
      guard bytes != before else { continue }
      changes.append(StateChange(key: key(entries[slot].id), value: bytes))
    }
  }
}

extension RecordCache where Record: AccountRecord, ID == AccountID {
  init() { self.init(key: Record.key) }
}

extension RecordCache where Record: NumberedRecord, ID == UInt64 {
  init() { self.init(key: Record.key) }
}

extension RecordCache where ID == StateKey {
  /// Of records whose key is made of texts.
  init() { self.init { $0 } }
}
