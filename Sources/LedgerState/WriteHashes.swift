import CLedgerCore
import LedgerCore

/// Where a write stands, and the leaf it leaves.
struct WriteHash {
  var path: Digest
  /// Zero where the record is removed.
  var leaf: Digest

  /// Writes hashed in one go, while they are near.
  private static let pieceWrites = 1024

  /// Those of writes, in their order; workers share them.
  static func all(of writes: [StateChange], workers: WorkerPool?) -> [WriteHash] {
    guard !writes.isEmpty else { return [] }
    if let workers {
      return unsafe workers.fill(writes.count, pieces: pieceWrites) {
        unsafe hash(writes[$0], into: $1)
      }
    }
    return unsafe [WriteHash](unsafeUninitializedCapacity: writes.count) { all, count in
      for first in stride(from: 0, to: writes.count, by: pieceWrites) {
        let range = first..<min(first + pieceWrites, writes.count)
        unsafe hash(writes[range], into: UnsafeMutableBufferPointer(rebasing: all[range]))
      }
      count = writes.count
    }
  }

  /// Keys and values lie anywhere, so they are copied side by side for the hash's lanes.
  private static func hash(
    _ writes: ArraySlice<StateChange>, into out: UnsafeMutableBufferPointer<WriteHash>
  ) {
    let gathered = GatheredWrites(writes)
    for (index, path) in gathered.hashes(of: gathered.keys).enumerated() {
      unsafe out.initializeElement(at: index, to: WriteHash(path: path, leaf: .zero))
    }
    var leaves = gathered.hashes(of: gathered.values)
    for index in leaves.indices { unsafe out[index].leaf = leaves[index] }
    unsafe leaves.withUnsafeMutableBytes { leaves in
      unsafe cl_sha256_leaf_level(
        UnsafeRawBufferPointer(out).baseAddress?.assumingMemoryBound(to: UInt8.self), out.count,
        leaves.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    for index in leaves.indices {
      unsafe out[index].leaf = gathered.isRemoved[index] ? .zero : leaves[index]
    }
  }

  /// The order in which paths ascend; equal ones stay as they are.
  static func order(of hashes: [WriteHash]) -> [UInt32] {
    guard !hashes.isEmpty else { return [] }
    return unsafe [UInt32](unsafeUninitializedCapacity: hashes.count) { order, count in
      let code = unsafe hashes.withUnsafeBytes { hashes in
        unsafe cl_state_sort(
          hashes.baseAddress?.assumingMemoryBound(to: UInt8.self),
          MemoryLayout<WriteHash>.stride, hashes.count / MemoryLayout<WriteHash>.stride,
          order.baseAddress)
      }
      precondition(code == CL_STATE_OK, "there is no memory to sort a block's writes")
      count = hashes.count
    }
  }
}

/// The keys and values of some writes, one after the other.
private struct GatheredWrites {
  private var bytes: [UInt8] = []
  private(set) var keys: [cl_sha256_range] = []
  /// Empty where the record is removed.
  private(set) var values: [cl_sha256_range] = []
  private(set) var isRemoved: [Bool] = []

  init(_ writes: ArraySlice<StateChange>) {
    keys.reserveCapacity(writes.count)
    values.reserveCapacity(writes.count)
    isRemoved.reserveCapacity(writes.count)
    bytes.reserveCapacity(writes.count * Self.usualBytes)
    unsafe writes.withUnsafeBytes { words in
      for (place, write) in writes.enumerated() {
        if place + Self.ahead < writes.count { unsafe Self.fetch(words, place + Self.ahead) }
        keys.append(add(write.key.bytes))
        values.append(add(write.value ?? []))
        isRemoved.append(write.value == nil)
      }
    }
  }

  /// Of a write's key and value.
  private static let usualBytes = 160

  /// Writes ahead of which keys and values are fetched into the cache: they lie anywhere.
  private static let ahead = 8

  /// A write's words point to its key's bytes and its value's.
  private static func fetch(_ words: UnsafeRawBufferPointer, _ place: Int) {
    let stride = MemoryLayout<StateChange>.stride
    guard let start = words.baseAddress else { return }
    unsafe cl_fetch(start + place * stride, stride / MemoryLayout<Int>.stride)
  }

  private mutating func add(_ more: [UInt8]) -> cl_sha256_range {
    let range = cl_sha256_range(offset: UInt32(bytes.count), length: UInt32(more.count))
    bytes.append(contentsOf: more)
    return range
  }

  func hashes(of ranges: [cl_sha256_range]) -> [Digest] {
    unsafe [Digest](unsafeUninitializedCapacity: ranges.count) { out, count in
      unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe cl_sha256_messages(
          nil, 0, bytes.baseAddress, ranges, ranges.count,
          UnsafeMutableRawPointer(out.baseAddress)?.assumingMemoryBound(to: UInt8.self))
      }
      count = ranges.count
    }
  }
}
