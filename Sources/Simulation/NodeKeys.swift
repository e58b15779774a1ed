import LedgerCore

/// The consensus keys of a node: the one of genesis, and those that it makes for terms. A node
/// whose disk is set back keeps them: its operator has copies.
final class NodeKeys {
  let first: SigningKey
  private var keys: [PublicKey: SigningKey]

  init(_ first: SigningKey) {
    self.first = first
    keys = [first.publicKey: first]
  }

  /// The key of a name; nil where it is another node's.
  subscript(name: PublicKey) -> SigningKey? { keys[name] }

  /// The key for a term, always the same.
  func key(for term: UInt64) -> SigningKey? {
    let seed = SHA256.hash(first.publicKey.bytes.array + term.bigEndianBytes)
    guard let key = SigningKey(seed: seed.bytes.array) else { return nil }
    keys[key.publicKey] = key
    return key
  }
}

extension UInt64 {
  fileprivate var bigEndianBytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * UInt64($0))) }
  }
}
