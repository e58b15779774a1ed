import CFaultyDisk
import LedgerCore
import LedgerState
import LedgerStore

/// The disk failed in a way that a node does not go on after; what was tried again was refused.
struct Stopped: Error {
  let reason: StoreError
}

/// Something that must hold does not.
struct Broken: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  static func unless(_ holds: Bool, _ description: @autoclosure () -> String) throws(Broken) {
    if !holds { throw Broken(description()) }
  }
}

/// A run over some heights, in the order in which a node writes.
struct Run {
  let home: String
  var store: NodeStore
  let state: AuthenticatedState

  /// Makes the ledger and opens it.
  init(creating home: String) throws {
    let changes = Model.changes(0)
    try Self.attempt(again: true) { () throws(StoreError) in
      do throws(StoreError) {
        try NodeStore.create(
          home: home, genesis: Model.chain, changes: changes, indexes: Model.indexes(changes),
          root: Model.root(0), options: Model.options())
      } catch {
        guard case .alreadyCreated = error else { throw error }
      }
    }
    say("created")
    try self.init(opening: home)
  }

  init(opening home: String) throws {
    self.home = home
    store = try Self.attempt(again: true) { () throws(StoreError) in
      try NodeStore(home: home, genesis: Model.chain, options: Model.options())
    }
    state = try AuthenticatedState(reader: store.records)
  }

  /// Does one thing to the store. On a full disk, makes room and does it, or another, again, which
  /// may be refused until the next start. After any other failure, sees to it that nothing of the
  /// kind is done any more.
  @discardableResult
  static func attempt<Result>(
    again isOpening: Bool = false, withRoom: (() throws(StoreError) -> Result)? = nil,
    _ body: () throws(StoreError) -> Result
  ) throws -> Result {
    do throws(StoreError) { return try body() } catch {
      try Broken.unless(faulty_disk_has_failed() != 0, "it fails on a sound disk: \(error)")
      let isFull = if case .diskFull = error { true } else { false }
      say(isFull ? "full" : "stopped \(error)")
      faulty_disk_relieve()
      guard isFull || !isOpening else { throw Stopped(reason: error) }
      let result: Result
      do throws(StoreError) {
        result = if isFull, let withRoom { try withRoom() } else { try body() }
      } catch {
        if case .diskFull = error { throw Broken("there is room, and it is full") }
        throw Stopped(reason: error)
      }
      try Broken.unless(isFull || faulty_disk_is_sync() == 0, "after \(error) it goes on")
      return result
    }
  }

  /// One height: bundles, vote, block; then what a node does behind that.
  func add(_ height: UInt64) throws {
    try Self.attempt { () throws(StoreError) in
      try store.bundles.append(Model.bundles(height))
      try store.bundles.sync()
    }
    say("bundles \(height)")
    try Self.attempt { () throws(StoreError) in
      try store.votes.savePrepared(height: height, payload: Model.prepared(height))
    }
    say("prepared \(height)")
    let delta = try state.stage(Model.changes(height))
    let receipts = Model.receipts(height)
    // A shorter block leaves the rest of one that was half written behind it.
    let short = { () throws(StoreError) in
      try store.log.append(height: height, block: delta.root.bytes.array, receipts: receipts)
    }
    try Self.attempt(withRoom: short) { () throws(StoreError) in
      try store.log.append(
        height: height, block: Model.block(height, root: delta.root), receipts: receipts)
    }
    say("final \(height)")
    try adopt(delta, height: height)
    if height.isMultiple(of: Model.flushEvery) { try flush() }
  }

  /// Adopts a final block; flushes before where as many wait as may.
  func adopt(_ delta: StateDelta, height: UInt64) throws {
    if state.isOverlayFull { try flush() }
    try state.adopt(delta, height: height)
  }

  /// Flushes the state up to the tip and removes what is no longer needed.
  func flush() throws {
    let height = state.height
    let writes = state.writes(through: height)
    let changes = writes.map { StateChange(key: $0.key, value: $0.value) }
    let root = state.root
    try Self.attempt { () throws(StoreError) in
      try store.records.flush(
        writes: writes, indexes: Model.indexes(changes), height: height, root: root)
    }
    try state.flushed(through: height)
    say("flushed \(height)")
    try keepSetChanges()
    try Self.attempt { () throws(StoreError) in
      try store.log.removeSegments(below: height > Model.logKept ? height - Model.logKept : 0)
    }
    try Self.attempt { () throws(StoreError) in
      try store.bundles.removeSegments(
        bornBelow: height > Model.bundlesKept ? height - Model.bundlesKept : 0)
    }
  }

  /// Keeps the changes of set that the flushed state tells of, before their blocks leave the log:
  /// after each flush and at the start.
  func keepSetChanges() throws {
    while Model.setChangeHeight(store.sets.nextNumber) <= store.records.height {
      let number = store.sets.nextNumber
      guard let change = Model.setChange(number) else { throw Broken("no set") }
      try Broken.unless(
        store.log.heights?.contains(change.lastHeight) == true,
        "the block of change \(number) left the log before the change was kept")
      try Self.attempt { () throws(StoreError) in try store.sets.append(change) }
      say("changed \(number)")
    }
  }
}
