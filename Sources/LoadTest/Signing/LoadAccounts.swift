public import LedgerCore

/// Funded accounts of a test network, derived from one seed: made anew wherever the seed is, so
/// that a million of them need no file.
public struct LoadAccounts: Sendable {
  /// 32 secret bytes.
  public let seed: [UInt8]
  public let count: Int

  public init(seed: [UInt8], count: Int) {
    self.seed = seed
    self.count = count
  }

  /// The signing key of an account, 0 ..< `count`: its seed is SHA-256 of a tag, the seed and the
  /// index.
  public func key(_ index: Int) -> SigningKey? {
    var message = BCSWriter(reserving: 40)
    message.raw(seed)
    message.u64(UInt64(index))
    let secret = SHA256.hash(
      prefix: Array("eco2/load-account/v1".utf8), message.bytes[...])
    return SigningKey(seed: secret.bytes.array)
  }

  /// The account ids, for genesis.
  public func ids() -> [AccountID] {
    (0..<count).compactMap { key($0).map { AccountID($0.publicKey) } }
  }
}
