import LedgerCore
import LedgerState

/// The two ends of a block's execution.
enum Moment {
  case before
  case after
}

/// Records of one kind as an execution uses them: decoded once, encoded once, each change undoable.
///
/// Slots are handed out in order of first touch, so walking them is deterministic; the dictionary
/// is only ever asked, never walked.
struct RecordCache<ID: Hashable, Record: LedgerRecord> {
  struct Entry {
    let id: ID
    /// As of the parent's state.
    let original: Record?
    var current: Record?

    /// The record at one end of the block.
    func record(_ moment: Moment) -> Record? { moment == .before ? original : current }
  }

  private(set) var entries: [Entry] = []
  private var slots: [ID: Int] = [:]
  private var journal: [(slot: Int, before: Record?)] = []
  private let key: (ID) -> StateKey

  init(key: @escaping (ID) -> StateKey) { self.key = key }

  /// The slot of a record, read on first touch.
  mutating func slot(of id: ID, in view: inout StateView) throws(RecordError) -> Int {
    if let slot = slots[id] { return slot }
    let record = try view.find(key(id), as: Record.self)
    let slot = entries.count
    entries.append(Entry(id: id, original: record, current: record))
    slots[id] = slot
    return slot
  }

  /// Changes, makes or (nil) removes a record, remembering what it was.
  mutating func set(_ slot: Int, _ record: Record?) {
    journal.append((slot, entries[slot].current))
    entries[slot].current = record
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
  mutating func settle() { journal.removeAll(keepingCapacity: true) }

  /// Writes what has changed.
  func flush(into view: inout StateView) {
    for entry in entries where entry.current != entry.original {
      if let record = entry.current {
        view.set(key(entry.id), record.bcs)
      } else {
        view.remove(key(entry.id))
      }
    }
  }
}

extension RecordCache where Record: AccountRecord, ID == AccountID {
  init() { self.init(key: Record.key) }
}

extension RecordCache where Record: NumberedRecord, ID == UInt64 {
  init() { self.init(key: Record.key) }
}
