import CLedgerCore
import LedgerCore

/// The levels of the state tree that stay in memory: the root down to the buckets.
///
/// Nodes have heap indices: the root is 1, the children of i are 2i and 2i + 1, bucket b of the
/// lowest level is 2^depth + b, where b is the first `depth` bits of its leaves' paths. One thread
/// owns it.
@safe final class StateTree {
  /// Bits of a path that name its bucket: 0 … `StateLimits.bucketDepthMax`.
  let depth: Int
  let handle: OpaquePointer

  /// A tree without leaves. Throws when there is no memory for it.
  init(depth: Int) throws(StateReadError) {
    precondition(
      (0...StateLimits.bucketDepthMax).contains(depth), "a tree's depth is out of bounds")
    guard let made = unsafe cl_state_tree_new(UInt32(depth)) else { throw .noMemoryForTree }
    self.depth = depth
    unsafe handle = made
  }

  deinit { unsafe cl_state_tree_free(handle) }

  /// The smallest depth at which buckets hold at most `leavesPerBucket` leaves on average.
  static func depth(forLeaves count: Int, leavesPerBucket: Int) -> Int {
    var depth = 0
    while depth < StateLimits.bucketDepthMax, count > leavesPerBucket << depth { depth += 1 }
    return depth
  }

  var bucketCount: Int { 1 << depth }
  var root: TreeNode { self[1] }

  /// The bucket that a path falls in: 0 ..< `bucketCount`.
  func bucket(of path: Digest) -> Int { Int(path.prefix(depth)) }

  /// The node at a heap index.
  subscript(index: Int) -> TreeNode {
    var hash = Bytes32.zero
    let many = unsafe withUnsafeMutableBytes(of: &hash) { bytes in
      unsafe cl_state_tree_node(handle, UInt32(index), bytes.baseAddress)
    }
    return TreeNode(hash: Digest(hash), isMany: many != 0)
  }

  /// Sets buckets from a reader's leaves, with layers laid over them, oldest first; the levels
  /// above are stale until `build`. Throws when leaves do not ascend or are not their bucket's: the
  /// store is damaged.
  ///
  /// - Returns: how many leaves there are.
  func load(
    _ buckets: Range<Int>, of reader: any StateReader, under layers: [StateLayer],
    workers: WorkerPool?
  ) throws(StateReadError) -> Int {
    var count: UInt64 = 0
    var code = CL_STATE_NO_MEMORY
    try unsafe withLeafSource(
      of: reader, nil, buckets: buckets.map { UInt32($0) }, depth: depth
    ) { source in
      unsafe StateLayer.withPointers(layers[...], []) { layers in
        unsafe code = cl_state_tree_load(
          handle, workers?.handle, source, layers.baseAddress, layers.count, buckets.lowerBound,
          buckets.count, &count)
      }
    }
    try Self.check(code)
    return Int(count)
  }

  /// Hashes every level above the buckets.
  func build(workers: WorkerPool?) { unsafe cl_state_tree_build(handle, workers?.handle) }

  /// Lays a delta of this depth over the tree.
  func apply(_ delta: TreeDelta) {
    precondition(delta.depth == depth, "a delta is laid over a tree of another depth")
    unsafe cl_state_tree_apply(handle, delta.handle)
  }

  /// What a batch does, with deltas and unflushed layers below it; nothing is changed.
  ///
  /// - Parameters:
  ///   - ancestors: deltas above the tree, oldest first.
  ///   - buckets: all that the batch writes in, ascending.
  ///   - reads: what the reader's own gave, when leaves may be taken from it.
  ///   - layers: over the reader's leaves, oldest first; the last is the batch.
  /// - Throws: when leaves do not ascend or are not their bucket's: the store is damaged.
  func stage(
    above ancestors: [TreeDelta], buckets: [UInt32], of reader: any StateReader,
    reads: (any StateReads)?, under layers: [StateLayer], workers: WorkerPool?
  ) throws(StateReadError) -> StagedTree {
    var changed = [UInt8](repeating: 0, count: layers.last?.count ?? 0)
    var added: Int64 = 0
    var made: OpaquePointer?
    var code = CL_STATE_NO_MEMORY
    let below = unsafe ancestors.map { unsafe Optional($0.handle) }
    try unsafe withLeafSource(of: reader, reads, buckets: buckets, depth: depth) { source in
      unsafe StateLayer.withPointers(layers[...], []) { layers in
        unsafe below.withUnsafeBufferPointer { below in
          unsafe code = cl_state_stage(
            handle, below.baseAddress, below.count, workers?.handle, source, buckets,
            buckets.count, layers.baseAddress, layers.count, &changed, &added, &made)
        }
      }
    }
    try Self.check(code)
    guard let made = unsafe made else { throw .noMemoryForTree }
    return StagedTree(
      delta: unsafe TreeDelta(made), changed: changed, added: Int(added))
  }

  static func check(_ code: Int32) throws(StateReadError) {
    switch code {
    case CL_STATE_OK: return
    case CL_STATE_NO_MEMORY: throw .noMemoryForTree
    default: throw .storeFailed("the store's leaves are out of order")
    }
  }
}

extension StateReadError {
  fileprivate static let noMemoryForTree =
    StateReadError.storeFailed("there is no memory for the state's tree")
}

/// A node of the state tree: its ICS-23 hash, and what stands below it.
///
/// `SmtSpec` hashes an empty subtree as 32 zero bytes and a subtree with one leaf as that leaf; so
/// how a parent is hashed depends on how many leaves its children hold: none, one or many.
struct TreeNode: Hashable, Sendable {
  var hash: Digest
  /// Two leaves or more stand below.
  var isMany: Bool

  var isEmpty: Bool { hash == .zero }
}

/// The changed nodes of all levels of a tree; they never change themselves.
@safe final class TreeDelta: Sendable {
  nonisolated(unsafe) fileprivate let handle: OpaquePointer

  fileprivate init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe cl_state_delta_free(handle) }

  /// The root above it.
  var root: Digest {
    var hash = Bytes32.zero
    unsafe withUnsafeMutableBytes(of: &hash) { bytes in
      unsafe cl_state_delta_root(handle, bytes.baseAddress)
    }
    return Digest(hash)
  }

  /// The depth of the tree it was made for.
  var depth: Int { unsafe Int(cl_state_delta_depth(handle)) }
}

/// What staging a batch finds out.
struct StagedTree {
  let delta: TreeDelta
  /// For each write of the batch: 1 when it changes something.
  let changed: [UInt8]
  /// Leaves more, or fewer, afterwards.
  let added: Int
}
