import CLedgerCore
import LedgerCore

/// One block's writes in the order of the tree: what lies between two states.
///
/// Invariants: paths ascend strictly; the three arrays run side by side.
struct StateLayer: Sendable {
  private(set) var paths: [Digest] = []
  /// Leaf hashes; zero where the record is removed.
  private(set) var hashes: [Digest] = []
  private(set) var changes: [StateChange] = []

  /// Sorts and hashes writes; of several to one key the last wins.
  init(_ writes: [StateChange]) {
    let hashed = SHA256.hashes(of: writes.map(\.key.bytes))
    paths.reserveCapacity(writes.count)
    changes.reserveCapacity(writes.count)
    for index in Self.order(of: hashed) {
      let path = hashed[Int(index)]
      if paths.last == path {
        paths.removeLast()
        changes.removeLast()
      }
      paths.append(path)
      changes.append(writes[Int(index)])
    }
    hashes = Self.leafHashes(paths, changes)
  }

  /// The order in which paths ascend; equal ones stay as they are.
  private static func order(of paths: [Digest]) -> [UInt32] {
    unsafe [UInt32](unsafeUninitializedCapacity: paths.count) { order, count in
      let code = unsafe paths.withUnsafeBytes { paths in
        unsafe cl_state_sort(
          paths.baseAddress?.assumingMemoryBound(to: UInt8.self), paths.count / 32,
          order.baseAddress)
      }
      precondition(code == CL_STATE_OK, "there is no memory to sort a block's writes")
      count = paths.count
    }
  }

  private static func leafHashes(_ paths: [Digest], _ changes: [StateChange]) -> [Digest] {
    var pairs: [Digest] = []
    pairs.reserveCapacity(2 * changes.count)
    let values = SHA256.hashes(of: changes.map { $0.value ?? [] })
    for (path, value) in zip(paths, values) {
      pairs.append(path)
      pairs.append(value)
    }
    unsafe pairs.withUnsafeMutableBytes { bytes in
      guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        return
      }
      unsafe cl_sha256_leaf_level(start, bytes.count / 64, start)
    }
    for (index, change) in changes.enumerated() where change.value == nil { pairs[index] = .zero }
    pairs.removeLast(pairs.count - changes.count)
    return pairs
  }

  var count: Int { paths.count }

  /// The layer without some of its writes.
  func keeping(_ isKept: [Bool]) -> StateLayer {
    var kept = self
    kept.paths = zip(paths, isKept).compactMap { $1 ? $0 : nil }
    kept.hashes = zip(hashes, isKept).compactMap { $1 ? $0 : nil }
    kept.changes = zip(changes, isKept).compactMap { $1 ? $0 : nil }
    return kept
  }

  /// The index of the first path not below `path`.
  ///
  /// Paths are SHA-256 digests, spread evenly: the search starts where the path should be.
  func lowerBound(_ path: Digest) -> Int {
    let guess = Int((path.bytes.leadingBits >> 32) * UInt64(paths.count) >> 32)
    var step = 4
    var low = guess
    while low > 0, !(paths[low - 1] < path) {
      low = Swift.max(0, low - step)
      step *= 4
    }
    step = 4
    var high = guess
    while high < paths.count, paths[high] < path {
      high = Swift.min(paths.count, high + step)
      step *= 4
    }
    while low < high {
      let middle = (low + high) / 2
      if paths[middle] < path { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The index of a path, when the layer writes it.
  func index(of path: Digest) -> Int? {
    let index = lowerBound(path)
    return index < paths.count && paths[index] == path ? index : nil
  }

  /// The indices of the paths within a range.
  func indices(in range: ClosedRange<Digest>) -> Range<Int> {
    let start = lowerBound(range.lowerBound)
    var end = start
    while end < paths.count, paths[end] <= range.upperBound { end += 1 }
    return start..<end
  }

  /// Leaves with some of the layer's writes laid over them, both ascending.
  func merge(_ indices: Range<Int>, over leaves: [StateLeaf]) -> [StateLeaf] {
    guard !indices.isEmpty else { return leaves }
    var merged: [StateLeaf] = []
    merged.reserveCapacity(leaves.count + indices.count)
    var below = leaves[...]
    for index in indices {
      while let leaf = below.first, leaf.path < paths[index] {
        merged.append(leaf)
        below.removeFirst()
      }
      if below.first?.path == paths[index] { below.removeFirst() }
      if hashes[index] != .zero {
        merged.append(StateLeaf(path: paths[index], hash: hashes[index]))
      }
    }
    merged.append(contentsOf: below)
    return merged
  }

  /// This layer with a newer one laid over it.
  func merged(with newer: StateLayer) -> StateLayer {
    var result = StateLayer([])
    var index = 0
    func take(_ layer: StateLayer, _ at: Int) {
      result.paths.append(layer.paths[at])
      result.hashes.append(layer.hashes[at])
      result.changes.append(layer.changes[at])
    }
    for at in 0..<newer.count {
      while index < count, paths[index] < newer.paths[at] {
        take(self, index)
        index += 1
      }
      if index < count, paths[index] == newer.paths[at] { index += 1 }
      take(newer, at)
    }
    while index < count {
      take(self, index)
      index += 1
    }
    return result
  }
}
