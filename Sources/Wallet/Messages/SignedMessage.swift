public import LedgerCore

/// Texts and files that a person signs with an account's key, outside of any transaction.
///
/// Signed are the tag `eco2/message/v1`, a genesis hash and the bytes: no message, whatever it
/// holds, is a transaction or a vote, since no tag begins another. A message that belongs to no
/// chain has 32 zero bytes for the genesis hash.
public enum SignedMessage {
  /// The genesis hash of messages that belong to no chain.
  public static let noChain = ChainID(.zero)

  /// Signs bytes, of a chain or of none.
  public static func sign(
    _ message: [UInt8], key: SigningKey, chain: ChainID = noChain
  ) -> Signature {
    key.sign(domain: .message, chain: chain, message: message[...])
  }

  /// Whether this key signed these bytes for this chain, or for none (ZIP-215).
  public static func isSigned(
    _ message: [UInt8], by key: PublicKey, signature: Signature, chain: ChainID = noChain
  ) -> Bool {
    Ed25519.verify(
      signature: signature, key: key, domain: .message, chain: chain, message: message[...])
  }
}
