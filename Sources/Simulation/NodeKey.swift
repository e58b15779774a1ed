import LedgerCore

/// The consensus keys of a node: what it signs with at each height.
struct NodeKey: Sendable {
  private struct Renewal: Sendable {
    let height: UInt64
    let key: SigningKey
  }

  private let first: SigningKey
  /// Ascending by height.
  private var renewals: [Renewal] = []

  init(_ first: SigningKey) { self.first = first }

  /// What signs at a height.
  func at(_ height: UInt64) -> SigningKey {
    renewals.last { $0.height <= height }?.key ?? first
  }

  /// Another key signs from a height on, higher than that of every renewal before; the tag makes it
  /// another one than those.
  mutating func renew(_ tag: UInt8, at height: UInt64) {
    let seed = SHA256.hash(first.publicKey.bytes.array + (tag == 0 ? [] : [tag])).bytes.array
    guard let key = SigningKey(seed: seed) else { return }
    renewals.append(Renewal(height: height, key: key))
  }
}
