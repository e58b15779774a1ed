public import LedgerCore

/// The ledger's state under one root: what the store shows, the final blocks it has not written
/// yet, and the ICS-23 `SmtSpec` tree over both (protocol §6). No I/O but reading through the
/// reader.
///
/// One thread owns it. A block is staged into a delta, which changes nothing; adopted when it is
/// final; and dropped from the overlay when the store has written it.
///
/// Invariants:
/// - The tree is that of the tip: reader and overlay together.
/// - Layers have consecutive heights and end at the tip; the reader shows at least the height
///   before the first of them.
public final class AuthenticatedState: RecordSource {
  private(set) var reader: any StateReader
  private(set) var tree: StateTree
  /// Final blocks the store has not written, oldest first.
  private(set) var layers: [(height: UInt64, layer: StateLayer)] = []
  /// The last final block's height; 0 is genesis.
  public private(set) var height: UInt64
  /// Records at the tip.
  public private(set) var recordCount: Int
  private let leavesPerBucket: Int
  let workers: WorkerPool?
  /// Counts flushes: what was read below the layers of an earlier one is too old.
  private(set) var flushes = 0
  /// Records below the layers that most blocks read.
  var often = OftenRead()

  /// Builds the tree over what the reader shows: one scan.
  ///
  /// - Parameter workers: those who share reading and hashing; nil where the caller does it.
  public convenience init(
    reader: any StateReader, workers: WorkerPool? = nil
  ) throws(StateReadError) {
    try self.init(
      reader: reader, workers: workers, leavesPerBucket: StateLimits.leavesPerBucket)
  }

  init(
    reader: any StateReader, workers: WorkerPool? = nil, leavesPerBucket: Int
  ) throws(StateReadError) {
    self.reader = reader
    self.workers = workers
    self.leavesPerBucket = leavesPerBucket
    height = reader.height
    (tree, recordCount) = try Self.build(
      reader, under: [], count: try reader.recordCountEstimate(), leavesPerBucket, workers)
  }

  /// The root of a state that holds what these writes leave: the root of genesis.
  public static func root(of changes: [StateChange]) throws(StateReadError) -> Digest {
    let layer = StateLayer(changes)
    return try build(
      EmptyReader(), under: [layer], count: layer.count, StateLimits.leavesPerBucket, nil
    ).tree.root.hash
  }

  /// The root at the tip; zero for a state without records.
  public var root: Digest { tree.root.hash }

  /// The record's value at the tip, or nil when there is none.
  public func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try value(of: key, path: layers.isEmpty ? .zero : key.hash, nil)
  }

  func value(
    of key: StateKey, path: Digest, _ reads: (any StateReads)?
  ) throws(StateReadError) -> [UInt8]? {
    for (_, layer) in layers.reversed() {
      if let index = layer.index(of: path) { return layer.change(at: index).value }
    }
    if let reads { return try reads.value(of: key, path: path) }
    return try reader.value(of: key)
  }

  /// What the newest layer that writes at a path writes there; nil when none does.
  func change(at path: Digest) -> StateChange? {
    for (_, layer) in layers.reversed() {
      if let index = layer.index(of: path) { return layer.change(at: index) }
    }
    return nil
  }

  /// The record at a path at the tip, or nil when there is none.
  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    for (_, layer) in layers.reversed() {
      guard let index = layer.index(of: path) else { continue }
      let change = layer.change(at: index)
      return change.value.map { StateRecord(key: change.key, value: $0) }
    }
    return try reader.record(at: path)
  }

  /// Makes a delta that stands on the tip the new tip: its block is final.
  ///
  /// Throws `wrongHeight`, `staleDelta` or `overlayFull`, changing nothing; or `read`, when the
  /// tree has to be built anew and cannot be.
  public func adopt(_ delta: StateDelta, height next: UInt64) throws(StateError) {
    guard next > height, next - height == 1 else {
      throw .wrongHeight(expected: height &+ 1, given: next)
    }
    guard delta.base == root else { throw .staleDelta(base: delta.base, tip: root) }
    guard layers.count < StateLimits.overlayLayersMax else {
      throw .overlayFull(max: StateLimits.overlayLayersMax)
    }
    let fitting = delta.depth == tree.depth ? delta : try stage(delta.changes)
    tree.apply(fitting.tree)
    precondition(root == delta.root, "an adopted delta gives another root than when it was staged")
    layers.append((next, fitting.layer))
    height = next
    recordCount = fitting.recordCount
    try fitDepth()
  }

  /// Drops the blocks that the store has written, and reads through a newer reader when one is
  /// given.
  ///
  /// The reader must show `written` or a later final height. Throws `readerBehind` or
  /// `flushedAhead`, changing nothing.
  public func flushed(
    through written: UInt64, reader newer: (any StateReader)? = nil
  ) throws(StateError) {
    guard written <= height else { throw .flushedAhead(flushed: written, tip: height) }
    let next = newer ?? reader
    let shown = next.height
    // Blocks the reader has not got must still be in the overlay.
    let firstKept = layers.first { $0.height > written }?.height ?? height &+ 1
    guard shown >= written, shown &+ 1 >= firstKept else {
      throw .readerBehind(flushed: written, reader: shown)
    }
    guard shown <= height else { throw .flushedAhead(flushed: shown, tip: height) }
    reader = next
    flushes += 1
    for (height, layer) in layers where height <= written { often.forget(layer) }
    layers.removeAll { $0.height <= written }
  }

  /// Whether another block can be adopted only after a flush.
  public var isOverlayFull: Bool { layers.count >= StateLimits.overlayLayersMax }

  /// The heights whose blocks the store has yet to write.
  public var unflushedHeights: [UInt64] { layers.map(\.height) }

  /// A block's writes that the store has yet to write, ascending by path; nil when it has them.
  public func writes(at height: UInt64) -> StateWrites? {
    layers.first { $0.height == height }.map { StateWrites($0.layer) }
  }

  /// All writes of the blocks up to a height that the store has yet to write: one for each key, the
  /// newest, ascending by path. What one flush puts into one transaction of the store.
  public func writes(through height: UInt64) -> StateWrites {
    StateWrites(
      layers.prefix { $0.height <= height }.reduce(StateLayer([])) { $0.merged(with: $1.layer) })
  }

  /// The leaves of a bucket at the tip, ascending.
  func leaves(inBucket bucket: Int) throws(StateReadError) -> [StateLeaf] {
    let range = Digest.range(prefix: bucket, depth: tree.depth)
    var leaves = try reader.leaves(inBuckets: [UInt32(bucket)], depth: tree.depth).leaves
    for (_, layer) in layers { leaves = layer.merge(layer.indices(in: range), over: leaves) }
    return leaves
  }

  /// Builds the tree anew when its buckets have become too full or too empty.
  private func fitDepth() throws(StateError) {
    let tooFull = recordCount > 2 * leavesPerBucket << tree.depth
    let tooEmpty = tree.depth > 0 && recordCount < (leavesPerBucket << tree.depth) / 8
    guard tooFull && tree.depth < StateLimits.bucketDepthMax || tooEmpty else { return }
    let built: (tree: StateTree, count: Int)
    do {
      built = try Self.build(
        reader, under: layers.map(\.layer), count: recordCount, leavesPerBucket, workers)
    } catch { throw .read(error) }
    precondition(
      built.tree.root == tree.root && built.count == recordCount,
      "a rebuilt tree has another root")
    tree = built.tree
  }

  /// The tree over what a reader shows with layers laid over it, and its number of leaves, of
  /// which there are about `count`.
  private static func build(
    _ reader: any StateReader, under layers: [StateLayer], count: Int, _ leavesPerBucket: Int,
    _ workers: WorkerPool?
  ) throws(StateReadError) -> (tree: StateTree, count: Int) {
    let tree = try StateTree(
      depth: StateTree.depth(forLeaves: count, leavesPerBucket: leavesPerBucket))
    return (tree, try WholeTree.load(tree, of: reader, under: layers, workers: workers))
  }
}

/// A state without records.
private struct EmptyReader: StateReader {
  var height: UInt64 { 0 }
  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { nil }
  func record(at path: Digest) throws(StateReadError) -> StateRecord? { nil }
  func recordCountEstimate() throws(StateReadError) -> Int { 0 }
  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    BucketLeaves(starts: Array(repeating: 0, count: buckets.count + 1), leaves: [])
  }
}
