import LedgerCore
import LedgerState

/// The ICS-23 `SmtSpec` root, written down as the specification says it and nothing more: the
/// reference for the tree under test.
func modelRoot(_ records: [StateKey: [UInt8]]) -> [UInt8] {
  let leaves = records.map { key, value in
    let path = sha256(key.bytes)
    return (path: path, hash: sha256([0] + path + sha256(value)))
  }
  return modelNode(leaves, depth: 0)
}

private func modelNode(_ leaves: [(path: [UInt8], hash: [UInt8])], depth: Int) -> [UInt8] {
  if leaves.isEmpty { return Array(repeating: 0, count: 32) }
  if leaves.count == 1 { return leaves[0].hash }
  func isRight(_ path: [UInt8]) -> Bool { path[depth / 8] & (0x80 >> UInt8(depth % 8)) != 0 }
  let left = modelNode(leaves.filter { !isRight($0.path) }, depth: depth + 1)
  let right = modelNode(leaves.filter { isRight($0.path) }, depth: depth + 1)
  return sha256([1] + left + right)
}

private func sha256(_ bytes: [UInt8]) -> [UInt8] { SHA256.hash(bytes).bytes.array }
