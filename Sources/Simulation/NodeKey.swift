import LedgerCore

/// The consensus keys of a node: one signs for height 1, and for every later height either the same
/// or, in a network whose keys change, another.
///
/// The set that decides height 1 and the next one are the only two that a simulation has.
struct NodeKey: Sendable {
  let first: SigningKey
  let later: SigningKey

  init(_ first: SigningKey, changes: Bool = false) {
    self.first = first
    later =
      changes
      ? SigningKey(seed: SHA256.hash(first.publicKey.bytes.array).bytes.array) ?? first : first
  }

  /// What signs at a height.
  func at(_ height: UInt64) -> SigningKey { height < Self.changeHeight ? first : later }

  /// The first height of the second set.
  static let changeHeight: UInt64 = 2
}
