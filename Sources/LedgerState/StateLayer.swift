import LedgerCore

/// One block's writes in the order of the tree: what lies between two states.
///
/// Invariants: paths ascend strictly; the three arrays run side by side. The writes themselves stay
/// where they came: to move so many would cost more than to hash them.
struct StateLayer: Sendable {
  private(set) var paths: [Digest] = []
  /// Leaf hashes; zero where the record is removed.
  private(set) var hashes: [Digest] = []
  /// Where in `source` each write stands.
  private var places: [UInt32] = []
  private var source: [StateChange] = []

  /// Sorts and hashes writes; of several to one key the last wins.
  init(_ writes: [StateChange], workers: WorkerPool? = nil) {
    let found = WriteHash.all(of: writes, workers: workers)
    let order = WriteHash.order(of: found)
    source = writes
    places = order
    (paths, hashes) = Self.sorted(found, order, workers)
    guard zip(paths, paths.dropFirst()).contains(where: { $0 == $1 }) else { return }
    let next = paths.dropFirst().map { $0 } + [.zero]
    self = keeping(zip(paths, next).map { $0 != $1 })
  }

  /// Writes that one worker puts in order at a time.
  private static let sortedPiece = 8192

  /// Paths and leaf hashes in an order: both at once, since what is found lies anywhere.
  private static func sorted(
    _ found: [WriteHash], _ order: [UInt32], _ workers: WorkerPool?
  ) -> (paths: [Digest], hashes: [Digest]) {
    guard let workers else {
      return (order.map { found[Int($0)].path }, order.map { found[Int($0)].leaf })
    }
    return unsafe workers.fill(order.count, pieces: sortedPiece) { range, paths, hashes in
      for (place, index) in order[range].enumerated() {
        let write = found[Int(index)]
        unsafe paths.initializeElement(at: place, to: write.path)
        unsafe hashes.initializeElement(at: place, to: write.leaf)
      }
    }
  }

  /// The writes, ascending by path.
  var changes: [StateChange] { places.map { source[Int($0)] } }

  var count: Int { paths.count }

  /// The write at a place in the order of paths.
  func change(at index: Int) -> StateChange { source[Int(places[index])] }

  /// The layer without some of its writes.
  func keeping(_ isKept: [Bool]) -> StateLayer {
    var kept = self
    kept.paths = zip(paths, isKept).compactMap { $1 ? $0 : nil }
    kept.hashes = zip(hashes, isKept).compactMap { $1 ? $0 : nil }
    kept.places = zip(places, isKept).compactMap { $1 ? $0 : nil }
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
    if count == 0 { return newer }
    var result = StateLayer([])
    var index = 0
    func take(_ layer: StateLayer, _ at: Int) {
      result.paths.append(layer.paths[at])
      result.hashes.append(layer.hashes[at])
      result.places.append(UInt32(result.source.count))
      result.source.append(layer.change(at: at))
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
