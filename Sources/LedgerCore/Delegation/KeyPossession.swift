/// A consensus key, and the proof that who names it holds it (protocol §2): its signature over
/// account and key.
public struct KeyPossession: Hashable, Sendable, BCSCodable {
  public let key: PublicKey
  public let signature: Signature

  public init(key: PublicKey, signature: Signature) {
    self.key = key
    self.signature = signature
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    key = try PublicKey(from: &reader)
    signature = try Signature(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    key.encode(into: &writer)
    signature.encode(into: &writer)
  }

  /// What the key signs, in the domain `possession`.
  public static func message(of account: AccountID, _ key: PublicKey) -> [UInt8] {
    account.bytes.array + key.bytes.array
  }

  /// Whether the key is one that can sign votes, and its owner names the account.
  public func isValid(for account: AccountID, chain: ChainID) -> Bool {
    Ed25519.isCanonicalPrimeOrder(key)
      && Ed25519.verify(
        signature: signature, key: key, prefix: SigningDomain.possession.prefix(chain),
        message: Self.message(of: account, key)[...])
  }

  /// The proof of a key for an account.
  public static func prove(_ key: SigningKey, for account: AccountID, chain: ChainID)
    -> KeyPossession
  {
    let message = message(of: account, key.publicKey)
    return KeyPossession(
      key: key.publicKey,
      signature: key.sign(domain: .possession, chain: chain, message: message[...]))
  }
}
