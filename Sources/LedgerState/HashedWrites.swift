import CLedgerCore
import LedgerCore

/// Writes in the order of the tree, hashed by the workers: their paths are hashed first, then
/// sorted, then their leaves are hashed in that order.
struct HashedWrites {
  /// Ascending; equal ones are in the order of their writes.
  let paths: [Digest]
  /// Leaf hashes; zero where the record is removed.
  let leaves: [Digest]
  /// Which write each is.
  let places: [UInt32]

  /// Writes hashed in one go, while they are near.
  private static let pieceWrites = 1024

  init(_ writes: [StateChange], workers: WorkerPool?) {
    let unsorted = unsafe Self.fill(writes.count, workers) { range, out in
      var gathered = GatheredBytes(count: range.count)
      Self.fetching(writes, range.map { $0 }) { gathered.add($0.key.bytes) }
      unsafe gathered.hash(into: out)
    }
    let places = Self.order(of: unsorted)
    let paths = unsafe Self.fill(writes.count, workers) { range, out in
      for (place, write) in places[range].enumerated() {
        unsafe out.initializeElement(at: place, to: unsorted[Int(write)])
      }
    }
    leaves = unsafe Self.fill(writes.count, workers) { range, out in
      unsafe Self.hash(writes, places[range].map { Int($0) }, paths[range], into: out)
    }
    self.paths = paths
    self.places = places
  }

  private static func fill(
    _ count: Int, _ workers: WorkerPool?,
    _ body: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Digest>) -> Void
  ) -> [Digest] {
    if let workers { return unsafe workers.fill(count, pieces: pieceWrites, body) }
    return unsafe [Digest](unsafeUninitializedCapacity: count) { all, initialized in
      for first in stride(from: 0, to: count, by: pieceWrites) {
        let range = first..<min(first + pieceWrites, count)
        unsafe body(range, UnsafeMutableBufferPointer(rebasing: all[range]))
      }
      initialized = count
    }
  }

  /// The leaf hashes of some writes, whose paths are given.
  private static func hash(
    _ writes: [StateChange], _ places: [Int], _ paths: ArraySlice<Digest>,
    into out: UnsafeMutableBufferPointer<Digest>
  ) {
    var gathered = GatheredBytes(count: places.count)
    fetching(writes, places) { gathered.add($0.value ?? []) }
    unsafe gathered.hash(into: out)
    var pairs: [Digest] = []
    pairs.reserveCapacity(2 * places.count)
    for (index, path) in paths.enumerated() {
      pairs.append(path)
      unsafe pairs.append(out[index])
    }
    unsafe pairs.withUnsafeBytes { pairs in
      unsafe cl_sha256_leaf_level(
        pairs.baseAddress?.assumingMemoryBound(to: UInt8.self), places.count,
        UnsafeMutableRawPointer(out.baseAddress)?.assumingMemoryBound(to: UInt8.self))
    }
    for (index, place) in places.enumerated() where writes[place].value == nil {
      unsafe out[index] = .zero
    }
  }

  /// Writes ahead of which keys and values are fetched into the cache: they lie anywhere.
  private static let ahead = 8

  /// Calls the body with some writes, one after the other, fetching those that come later.
  private static func fetching(
    _ writes: [StateChange], _ places: [Int], _ body: (StateChange) -> Void
  ) {
    let stride = MemoryLayout<StateChange>.stride
    unsafe writes.withUnsafeBytes { words in
      for (index, place) in places.enumerated() {
        if index + Self.ahead < places.count, let start = words.baseAddress {
          // A write's words point to its key's bytes and its value's.
          unsafe cl_fetch(
            start + places[index + Self.ahead] * stride, stride / MemoryLayout<Int>.stride)
        }
        body(writes[place])
      }
    }
  }

  /// The order in which paths ascend; equal ones stay as they are.
  static func order(of paths: [Digest]) -> [UInt32] {
    guard !paths.isEmpty else { return [] }
    return unsafe [UInt32](unsafeUninitializedCapacity: paths.count) { order, count in
      let code = unsafe paths.withUnsafeBytes { bytes in
        unsafe cl_state_sort(
          bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), paths.count, order.baseAddress)
      }
      precondition(code == CL_STATE_OK, "there is no memory to sort a block's writes")
      count = paths.count
    }
  }
}

/// Keys, or values, one after the other: they lie anywhere, and the hash's lanes take them from one
/// buffer.
private struct GatheredBytes {
  private var bytes: [UInt8] = []
  private var ranges: [cl_sha256_range] = []

  init(count: Int) { ranges.reserveCapacity(count) }

  mutating func add(_ more: [UInt8]) {
    ranges.append(cl_sha256_range(offset: UInt32(bytes.count), length: UInt32(more.count)))
    bytes.append(contentsOf: more)
  }

  func hash(into out: UnsafeMutableBufferPointer<Digest>) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe cl_sha256_messages(
        nil, 0, bytes.baseAddress, ranges, ranges.count,
        UnsafeMutableRawPointer(out.baseAddress)?.assumingMemoryBound(to: UInt8.self))
    }
  }
}
