import LedgerCore
import LedgerState
import LedgerStore

/// Starts from what a crash left, as a node does, and holds it against the model.
struct Recovery {
  /// What was said to be durable before the crash: the last height of each, 0 when none was.
  let final: UInt64
  let bundles: UInt64
  let prepared: UInt64

  /// - Returns: the height recovered.
  func run(_ home: String) throws -> UInt64 {
    if !NodeStore.exists(home: home) || isCutShort(home) { _ = try Run(creating: home) }
    let run = try Run(opening: home)
    try run.keepSetChanges()
    try replay(run)
    let height = run.state.height
    try Broken.unless(
      height == final || height == final + 1,
      "recovered height \(height), said to be final was \(final)")
    try check(run)
    // And it goes on, over a flush, and starts again.
    for next in height + 1...height + Model.flushEvery { try run.add(next) }
    return height
  }

  /// A second start after the recovery's own blocks.
  func again(_ home: String, from height: UInt64) throws {
    let run = try Run(opening: home)
    try replay(run)
    try checkSetChanges(run)
    try Broken.unless(
      run.state.height == height + Model.flushEvery
        && run.state.root == Model.root(run.state.height),
      "started again, it is at height \(run.state.height)")
  }

  /// Whether the ledger's creation may not have ended: nothing but the state has a file.
  private func isCutShort(_ home: String) -> Bool {
    ["log/000000000001.log", "bundles/000000000001.bundles", "votes/prepared-0"].allSatisfy {
      !isThere(home + "/data/" + $0)
    } && !isThere(home + "/data/log/000000000002.log")
  }

  private func replay(_ run: Run) throws {
    for height in run.store.replayHeights {
      guard let entry = try run.store.log.read(height),
        let root = Model.root(of: entry.block, height),
        Array(entry.receipts) == Model.receipts(height)
      else { throw Broken("block \(height) is not what was appended") }
      let delta = try run.state.stage(Model.changes(height))
      try Broken.unless(delta.root == root, "replay of \(height) gives another root")
      try run.adopt(delta, height: height)
    }
  }

  private func check(_ run: Run) throws {
    let height = run.state.height
    try Broken.unless(
      run.state.root == Model.root(height),
      "the root of \(height) is another")
    let records = Model.records(height)
    try Broken.unless(
      run.state.recordCount == records.count, "\(run.state.recordCount) records")
    for number in 0..<Model.keyCount {
      let key = Model.key(number)
      try Broken.unless(
        try run.state.value(of: key) == records[key], "record \(number) is another")
    }
    try checkFlushed(run)
    try checkSetChanges(run)
    if let heights = run.store.log.heights {
      for height in heights {
        let entry = try run.store.log.read(height)
        try Broken.unless(
          entry.flatMap { Model.root(of: $0.block, height) } != nil,
          "block \(height) cannot be read")
      }
    }
    let oldest = height > Model.bundlesKept ? height - Model.bundlesKept : 1
    for height in stride(from: oldest, through: bundles, by: 1) {
      for bundle in Model.bundles(height) {
        try Broken.unless(
          try run.store.bundles.read(bundle.digest) == bundle, "a bundle of \(height) is missing")
      }
    }
    let loaded = try run.store.votes.loadPrepared()
    try Broken.unless(
      loaded?.height ?? 0 >= prepared, "what was prepared is \(loaded?.height ?? 0)")
    if let loaded {
      try Broken.unless(
        loaded.payload == Model.prepared(loaded.height), "what was prepared is another")
    }
  }

  /// Every change of set up to the flushed height is kept, and no other.
  private func checkSetChanges(_ run: Run) throws {
    let kept = try run.store.sets.read(after: 0, limit: 1_000)
    let count = run.store.records.height / Model.flushEvery
    try Broken.unless(
      kept == (0..<count).compactMap { Model.setChange($0) },
      "changes of set \(kept.map(\.number)), not \(count) of them")
  }

  /// State and index in LMDB are of one height.
  private func checkFlushed(_ run: Run) throws {
    let records = run.store.records
    try Broken.unless(records.root == Model.root(records.height), "the flushed root is another")
    let found = try records.index(Model.index).range(from: [], below: nil, limit: 1_000)
    try Broken.unless(found == Model.indexEntries(records.height), "the index is another")
  }
}
