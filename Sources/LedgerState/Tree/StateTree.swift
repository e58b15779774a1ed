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
  fileprivate let handle: OpaquePointer

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

  /// Sets buckets from `first` on; the levels above are stale until `build`. Throws when leaves do
  /// not ascend or are not their bucket's: the store is damaged.
  func fill(from first: Int, _ buckets: BucketLeaves) throws(StateReadError) {
    let code = unsafe buckets.withPointers { leaves, starts in
      unsafe cl_state_tree_fill(handle, nil, first, buckets.count, leaves, starts)
    }
    try Self.check(code)
  }

  /// Hashes every level above the buckets.
  func build() { unsafe cl_state_tree_build(handle, nil) }

  /// Lays a delta of this depth over the tree.
  func apply(_ delta: TreeDelta) {
    precondition(delta.depth == depth, "a delta is laid over a tree of another depth")
    unsafe cl_state_tree_apply(handle, delta.handle)
  }

  /// What a batch does, with deltas and unflushed layers below it; nothing is changed.
  ///
  /// - Parameters:
  ///   - ancestors: deltas above the tree, oldest first.
  ///   - buckets: all that the batch writes in, ascending, and `leaves` what the store shows there.
  ///   - layers: over those leaves, oldest first; the last is the batch.
  /// - Throws: when leaves do not ascend or are not their bucket's: the store is damaged.
  func stage(
    above ancestors: [TreeDelta], buckets: [UInt32], _ leaves: BucketLeaves,
    layers: [StateLayer]
  ) throws(StateReadError) -> StagedTree {
    var changed = [UInt8](repeating: 0, count: layers.last?.count ?? 0)
    var added: Int64 = 0
    var made: OpaquePointer?
    let below = unsafe ancestors.map { unsafe Optional($0.handle) }
    let code = unsafe StateLayer.withPointers(layers[...], []) { layers in
      unsafe leaves.withPointers { leaves, starts in
        unsafe below.withUnsafeBufferPointer { below in
          unsafe cl_state_stage(
            handle, below.baseAddress, below.count, nil, buckets, starts, buckets.count, leaves,
            layers.baseAddress, layers.count, &changed, &added, &made)
        }
      }
    }
    try Self.check(code)
    guard let made = unsafe made else { throw .noMemoryForTree }
    return StagedTree(
      delta: unsafe TreeDelta(made), changed: changed, added: Int(added))
  }

  private static func check(_ code: Int32) throws(StateReadError) {
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

/// Leaves of several buckets, one bucket after the other.
public struct BucketLeaves: Sendable {
  /// Bucket i has `leaves[starts[i] ..< starts[i + 1]]`.
  public private(set) var starts: [UInt32] = [0]
  public private(set) var leaves: [StateLeaf] = []

  public init() {}

  public var count: Int { starts.count - 1 }

  /// Makes room.
  public mutating func reserve(buckets: Int, leaves count: Int) {
    starts.reserveCapacity(buckets + 1)
    leaves.reserveCapacity(count)
  }

  /// Appends a leaf to the bucket that is open; leaves ascend by path.
  public mutating func append(_ leaf: StateLeaf) { leaves.append(leaf) }

  /// Ends the bucket that is open.
  public mutating func endBucket() { starts.append(UInt32(leaves.count)) }

  mutating func removeAll() {
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
    leaves.removeAll(keepingCapacity: true)
  }

  fileprivate func withPointers<Result>(
    _ body: (UnsafePointer<cl_state_leaf>?, UnsafePointer<UInt32>?) -> Result
  ) -> Result {
    unsafe leaves.withUnsafeBytes { leaves in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe body(
          leaves.baseAddress?.assumingMemoryBound(to: cl_state_leaf.self), starts.baseAddress)
      }
    }
  }
}

extension StateLayer {
  /// Calls the body with layers as the engine takes them.
  fileprivate static func withPointers<Result>(
    _ layers: ArraySlice<StateLayer>, _ found: [cl_state_layer],
    _ body: (UnsafeBufferPointer<cl_state_layer>) -> Result
  ) -> Result {
    guard let layer = layers.first else {
      return unsafe found.withUnsafeBufferPointer { unsafe body($0) }
    }
    return unsafe layer.paths.withUnsafeBytes { paths in
      unsafe layer.hashes.withUnsafeBytes { hashes in
        let next = unsafe cl_state_layer(
          paths: paths.baseAddress?.assumingMemoryBound(to: UInt8.self),
          hashes: hashes.baseAddress?.assumingMemoryBound(to: UInt8.self), count: layer.count)
        return unsafe withPointers(layers.dropFirst(), found + [next], body)
      }
    }
  }
}
