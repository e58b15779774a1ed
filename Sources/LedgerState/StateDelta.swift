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
  /// The nodes it changes.
  let tree: TreeDelta
  /// The deltas between the tip it was staged above and its own base, oldest first.
  let ancestors: [StateDelta]

  /// The writes that change something, ascending by path.
  public var changes: [StateChange] { layer.changes }

  /// The depth of the tree it was computed for.
  var depth: Int { tree.depth }
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

extension StateWrite {
  /// What changes leave, ascending by path; of several to one key the last.
  public static func all(of changes: [StateChange]) -> [StateWrite] { StateLayer(changes).writes }

  public var change: StateChange { StateChange(key: key, value: value) }
}

extension StateLayer {
  var writes: [StateWrite] {
    (0..<count).map {
      let change = change(at: $0)
      return StateWrite(
        path: paths[$0], key: change.key, value: change.value, leafHash: hashes[$0])
    }
  }
}

extension StateDelta {
  /// The writes with their paths and leaf hashes, ascending by path.
  public var writes: [StateWrite] { layer.writes }
}
