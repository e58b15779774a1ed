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

  /// Builds the tree over what the reader shows: one scan.
  public convenience init(reader: any StateReader) throws(StateReadError) {
    try self.init(reader: reader, leavesPerBucket: StateLimits.leavesPerBucket)
  }

  init(reader: any StateReader, leavesPerBucket: Int) throws(StateReadError) {
    self.reader = reader
    self.leavesPerBucket = leavesPerBucket
    height = reader.height
    (tree, recordCount) = try Self.build(reader, under: nil, leavesPerBucket)
  }

  /// The root of a state that holds what these writes leave: the root of genesis.
  public static func root(of changes: [StateChange]) -> Digest {
    let layer = StateLayer(changes)
    return TreeNode.subtree(layer.merge(0..<layer.count, over: [])[...], depth: 0).hash
  }

  /// The root at the tip; zero for a state without records.
  public var root: Digest { tree.root.hash }

  /// The record's value at the tip, or nil when there is none.
  public func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try value(of: key, path: layers.isEmpty ? .zero : key.hash)
  }

  func value(of key: StateKey, path: Digest) throws(StateReadError) -> [UInt8]? {
    for (_, layer) in layers.reversed() {
      if let index = layer.index(of: path) { return layer.changes[index].value }
    }
    return try reader.value(of: key)
  }

  /// The record at a path at the tip, or nil when there is none.
  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    for (_, layer) in layers.reversed() {
      guard let index = layer.index(of: path) else { continue }
      let change = layer.changes[index]
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
    layers.removeAll { $0.height <= written }
  }

  /// Whether another block can be adopted only after a flush.
  public var isOverlayFull: Bool { layers.count >= StateLimits.overlayLayersMax }

  /// The heights whose blocks the store has yet to write.
  public var unflushedHeights: [UInt64] { layers.map(\.height) }

  /// A block's writes that the store has yet to write, ascending by path; nil when it has them.
  public func writes(at height: UInt64) -> [StateWrite]? {
    layers.first { $0.height == height }?.layer.writes
  }

  /// All writes of the blocks up to a height that the store has yet to write: one for each key, the
  /// newest, ascending by path. What one flush puts into one transaction of the store.
  public func writes(through height: UInt64) -> [StateWrite] {
    layers.prefix { $0.height <= height }.reduce(StateLayer([])) { $0.merged(with: $1.layer) }
      .writes
  }

  /// The leaves in a range at the tip, ascending.
  func leaves(in range: ClosedRange<Digest>) throws(StateReadError) -> [StateLeaf] {
    var leaves = try reader.leaves(in: range)
    for (_, layer) in layers { leaves = layer.merge(layer.indices(in: range), over: leaves) }
    return leaves
  }

  /// Builds the tree anew when its buckets have become too full or too empty.
  private func fitDepth() throws(StateError) {
    let tooFull = recordCount > 2 * leavesPerBucket << tree.depth
    let tooEmpty = tree.depth > 0 && recordCount < (leavesPerBucket << tree.depth) / 8
    guard tooFull && tree.depth < StateLimits.bucketDepthMax || tooEmpty else { return }
    let over = layers.reduce(StateLayer([])) { $0.merged(with: $1.layer) }
    let (built, count): (StateTree, Int)
    do {
      (built, count) = try Self.build(reader, under: over, leavesPerBucket)
    } catch { throw .read(error) }
    precondition(
      built.root == tree.root && count == recordCount, "a rebuilt tree has another root")
    tree = built
  }

  /// The tree over what a reader shows with a layer laid over it, and its number of leaves.
  private static func build(
    _ reader: any StateReader, under layer: StateLayer?, _ leavesPerBucket: Int
  ) throws(StateReadError) -> (StateTree, Int) {
    var builder = TreeBuilder(leavesPerBucket: leavesPerBucket)
    let over = layer ?? StateLayer([])
    var next = 0
    func takeOver(_ index: Int) {
      guard over.hashes[index] != .zero else { return }
      builder.add(StateLeaf(path: over.paths[index], hash: over.hashes[index]))
    }
    try reader.forEachLeaf { leaf in
      while next < over.count, over.paths[next] < leaf.path {
        takeOver(next)
        next += 1
      }
      if next < over.count, over.paths[next] == leaf.path {
        takeOver(next)
        next += 1
      } else {
        builder.add(leaf)
      }
    }
    for index in next..<over.count { takeOver(index) }
    let tree = try builder.finish()
    return (tree, builder.count)
  }
}
