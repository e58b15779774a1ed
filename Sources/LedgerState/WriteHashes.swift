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

  private static func hash(
    _ writes: ArraySlice<StateChange>, into out: UnsafeMutableBufferPointer<WriteHash>
  ) {
    let paths = SHA256.hashes(of: writes.lazy.map(\.key.bytes))
    var leaves = SHA256.hashes(of: writes.lazy.map { $0.value ?? [] })
    for (index, path) in paths.enumerated() {
      unsafe out.initializeElement(at: index, to: WriteHash(path: path, leaf: leaves[index]))
    }
    unsafe leaves.withUnsafeMutableBytes { leaves in
      unsafe cl_sha256_leaf_level(
        UnsafeRawBufferPointer(out).baseAddress?.assumingMemoryBound(to: UInt8.self), writes.count,
        leaves.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    for (index, write) in writes.enumerated() {
      unsafe out[index].leaf = write.value == nil ? .zero : leaves[index]
    }
  }

  /// The order in which paths ascend; equal ones stay as they are.
  static func order(of hashes: [WriteHash]) -> [UInt32] {
    unsafe [UInt32](unsafeUninitializedCapacity: hashes.count) { order, count in
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
