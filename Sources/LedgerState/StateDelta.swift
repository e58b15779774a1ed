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
  public var change: StateChange { StateChange(key: key, value: value) }
}

/// Writes as the store takes them, ascending by path, each key once. They are put together one by
/// one, from where they came.
public struct StateWrites: RandomAccessCollection, Sendable {
  private let layer: StateLayer

  init(_ layer: StateLayer) { self.layer = layer }

  /// What changes leave; of several to one key the last.
  public init(of changes: [StateChange], workers: WorkerPool? = nil) {
    layer = StateLayer(changes, workers: workers)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { layer.count }

  public subscript(index: Int) -> StateWrite {
    let change = layer.change(at: index)
    return StateWrite(
      path: layer.paths[index], key: change.key, value: change.value,
      leafHash: layer.hashes[index])
  }

  public var changes: [StateChange] { layer.changes }

  /// The paths of some of them.
  public func paths(_ range: Range<Int>) -> ArraySlice<Digest> { layer.paths[range] }
}

extension StateDelta {
  /// The writes with their paths and leaf hashes.
  public var writes: StateWrites { StateWrites(layer) }
}
