import LedgerCore

extension AuthenticatedState {
  /// Computes what writes do to the tip, or to a staged delta, and changes nothing.
  ///
  /// Of several writes to one key the last wins; writes that change nothing are left out. Cost: the
  /// leaves of each bucket touched, and the hashes above.
  ///
  /// - Parameter reads: what the execution has read through `view(on:reads:)`.
  public func stage(
    _ changes: [StateChange], on parent: StateDelta? = nil, reads: ExecutionReads? = nil
  ) throws(StateError) -> StateDelta {
    let ancestors = try chain(to: parent)
    var layer = StateLayer(changes, workers: workers)
    let staged: StagedTree
    do throws(StateReadError) {
      staged = try tree.stage(
        above: ancestors.map(\.tree), buckets: tree.buckets(of: layer.paths), of: reader,
        reads: reads.flatMap { $0.flushes == flushes ? $0.below : nil },
        under: layers.map(\.layer) + ancestors.map(\.layer) + [layer], workers: workers)
    } catch { throw .read(error) }
    if staged.changed.contains(0) { layer = layer.keeping(staged.changed.map { $0 == 1 }) }
    return StateDelta(
      base: ancestors.last?.root ?? root, root: staged.delta.root,
      recordCount: (ancestors.last?.recordCount ?? recordCount) + staged.added, layer: layer,
      tree: staged.delta, ancestors: ancestors)
  }

  /// What an execution is about to read, to be given to `view` and to `stage`; not kept longer.
  public func executionReads() throws(StateReadError) -> ExecutionReads {
    ExecutionReads(below: try reader.reads(depth: tree.depth), flushes: flushes)
  }

  /// A view for execution above the tip, or above a staged delta. The state must not adopt while
  /// the view lives.
  public func view(
    on parent: StateDelta? = nil, reads: ExecutionReads? = nil
  ) throws(StateError) -> StateView {
    StateView(
      over: StagedState(
        state: self, deltas: try chain(to: parent),
        reads: reads.flatMap { $0.flushes == flushes ? $0.below : nil }, flushes: flushes))
  }

  /// The deltas from the tip to one staged above it, oldest first, all of the tree's depth.
  func chain(to delta: StateDelta?) throws(StateError) -> [StateDelta] {
    guard let delta, delta.root != root else { return [] }
    let all = delta.ancestors + [delta]
    guard let first = all.lastIndex(where: { $0.base == root }) else {
      throw .staleDelta(base: delta.base, tip: root)
    }
    let deltas = Array(all[first...])
    guard deltas.count < StateLimits.stagedDepthMax else {
      throw .stagedTooDeep(max: StateLimits.stagedDepthMax)
    }
    guard deltas.contains(where: { $0.depth != tree.depth }) else { return deltas }
    // The tree was built anew since: compute them again for its depth.
    var renewed: StateDelta?
    for delta in deltas { renewed = try stage(delta.changes, on: renewed) }
    return renewed.map { $0.ancestors + [$0] } ?? []
  }
}

extension StateTree {
  /// The buckets of paths, which ascend; each once, ascending.
  func buckets(of paths: [Digest]) -> [UInt32] {
    var buckets: [UInt32] = []
    buckets.reserveCapacity(paths.count)
    for path in paths {
      let bucket = UInt32(bucket(of: path))
      if buckets.last != bucket { buckets.append(bucket) }
    }
    return buckets
  }
}

/// What one execution reads, so that staging its writes need not read it again. It holds the
/// store's state of one moment: keep it for the execution and its staging, not longer.
public final class ExecutionReads {
  let below: (any StateReads)?
  /// The state's flushes when it was made.
  let flushes: Int

  init(below: (any StateReads)?, flushes: Int) {
    self.below = below
    self.flushes = flushes
  }
}

/// The tip with staged deltas above it, as a view reads it.
private struct StagedState: RecordSource {
  let state: AuthenticatedState
  /// Oldest first.
  let deltas: [StateDelta]
  let reads: (any StateReads)?
  /// The state's flushes when it was made.
  let flushes: Int

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try value(of: key, path: key.hash)
  }

  /// Hashed in lanes, and sought side by side by the store.
  func values(of keys: [StateKey]) throws(StateReadError) -> [[UInt8]?] {
    let paths = SHA256.hashes(of: keys.map(\.bytes))
    guard deltas.isEmpty, state.layers.isEmpty, let reads else {
      // Some may lie above the store: the others find what they look at fetched.
      reads?.expect(paths)
      var values: [[UInt8]?] = []
      values.reserveCapacity(keys.count)
      for (key, path) in zip(keys, paths) { values.append(try value(of: key, path: path)) }
      return values
    }
    return try reads.values(of: keys, paths: paths)
  }

  /// What is not kept is read, and kept unless something above the store has it.
  func valuesReadOften(of keys: [StateKey]) throws(StateReadError) -> [[UInt8]?] {
    guard flushes == state.flushes else { return try values(of: keys) }
    var values = [[UInt8]?](repeating: nil, count: keys.count)
    var missing: [Int] = []
    let isCovered = !deltas.isEmpty || !state.layers.isEmpty
    for (place, key) in keys.enumerated() {
      if let kept = state.often.value(key) { values[place] = kept } else { missing.append(place) }
    }
    if isCovered {
      // Whatever is kept, a newer block may have written it.
      for place in keys.indices where values[place] != nil {
        if let change = above(keys[place].hash) { values[place] = change.value }
      }
    }
    let read = try self.values(of: missing.map { keys[$0] })
    for (place, value) in zip(missing, read) {
      values[place] = value
      guard let value, !isCovered || above(keys[place].hash) == nil else { continue }
      state.often.keep(keys[place], value)
    }
    return values
  }

  /// What a delta or a layer writes at a path; nil when none does.
  private func above(_ path: Digest) -> StateChange? {
    for delta in deltas.reversed() {
      if let index = delta.layer.index(of: path) { return delta.layer.change(at: index) }
    }
    return state.change(at: path)
  }

  private func value(of key: StateKey, path: Digest) throws(StateReadError) -> [UInt8]? {
    for delta in deltas.reversed() {
      if let index = delta.layer.index(of: path) { return delta.layer.change(at: index).value }
    }
    return try state.value(of: key, path: path, reads)
  }
}
