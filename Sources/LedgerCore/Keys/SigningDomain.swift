/// The ASCII tag every signed or hashed byte string starts with, before the 32-byte genesis hash:
/// nothing valid for one chain, kind or view is valid for another (protocol §1).
public enum SigningDomain: String, Sendable, CaseIterable {
  /// A transaction's body: its id and its signatures.
  case transaction = "eco2/tx/v1"
  /// A bundle's header: its digest and its author's signature.
  case bundle = "eco2/bundle/v1"
  /// A block's header: the block hash.
  case block = "eco2/block/v1"
  case prePrepare = "eco2/pre-prepare/v1"
  case prepare = "eco2/prepare/v1"
  case commit = "eco2/commit/v1"
  case viewChange = "eco2/view-change/v1"
  case newView = "eco2/new-view/v1"
  /// A validator set: the hash a header names.
  case validatorSet = "eco2/set/v1"
  /// The order of a schedule round.
  case schedule = "eco2/schedule/v1"
  /// What a node tells a new peer of itself.
  case hello = "eco2/hello/v1"
  /// A consensus key proves that an account names it.
  case possession = "eco2/key-possession/v1"
  /// A text or file that a person signs with an account's key: never a transaction or a vote,
  /// whatever it holds.
  case message = "eco2/message/v1"

  /// Tag and genesis hash: what precedes the message.
  public func prefix(_ chain: ChainID) -> [UInt8] { Array(rawValue.utf8) + chain.bytes.array }

  /// SHA-256 of tag, genesis hash and message.
  public func digest(_ chain: ChainID, _ message: ArraySlice<UInt8>) -> Digest {
    SHA256.hash(prefix: prefix(chain), message)
  }

  /// SHA-256 of tag, genesis hash and message.
  public func digest(_ chain: ChainID, _ message: [UInt8]) -> Digest {
    digest(chain, message[...])
  }
}
