public import LedgerCore

/// What one block does to the state: computed, but not final.
///
/// A delta knows the root it stands on; several can stand on one, and only one of them is adopted.
public struct StateDelta: Sendable {
  /// The root before.
  public let base: Digest
  /// The root after.
  public let root: Digest
  /// Records after.
  public let recordCount: Int
  let layer: StateLayer
  /// The upper nodes it changes, by level from the root down; as many levels as the tree has.
  let levels: [DeltaLevel]
  /// The deltas between the tip it was staged above and its own base, oldest first.
  let ancestors: [StateDelta]

  /// The writes that change something, ascending by path.
  public var changes: [StateChange] { layer.changes }

  /// The levels of the tree it was computed for.
  var depth: Int { levels.count - 1 }

  /// The node at a heap index, when the delta changes it.
  func node(at index: Int) -> TreeNode? {
    levels[index.bitWidth - 1 - index.leadingZeroBitCount].node(at: index)
  }
}

/// Changed nodes of one level, ascending by heap index.
struct DeltaLevel: Sendable {
  var indices: [Int] = []
  var nodes: [TreeNode] = []

  mutating func append(_ index: Int, _ node: TreeNode) {
    indices.append(index)
    nodes.append(node)
  }

  func node(at index: Int) -> TreeNode? {
    var low = 0
    var high = indices.count
    while low < high {
      let middle = (low + high) / 2
      if indices[middle] < index { low = middle + 1 } else { high = middle }
    }
    return low < indices.count && indices[low] == index ? nodes[low] : nil
  }
}

/// A write as the store keeps it.
public struct StateWrite: Hashable, Sendable {
  /// SHA-256 of the key.
  public let path: Digest
  public let key: StateKey
  /// Nil where the record is removed.
  public let value: [UInt8]?
  /// The ICS-23 leaf hash; zero where the record is removed.
  public let leafHash: Digest

  public init(path: Digest, key: StateKey, value: [UInt8]?, leafHash: Digest) {
    self.path = path
    self.key = key
    self.value = value
    self.leafHash = leafHash
  }
}

extension StateLayer {
  var writes: [StateWrite] {
    changes.indices.map {
      StateWrite(
        path: paths[$0], key: changes[$0].key, value: changes[$0].value, leafHash: hashes[$0])
    }
  }
}

extension StateDelta {
  /// The writes with their paths and leaf hashes, ascending by path.
  public var writes: [StateWrite] { layer.writes }
}
