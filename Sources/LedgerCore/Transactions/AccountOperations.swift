/// Moves `amount` of `token` from the sender to `recipient`.
public struct Transfer: Hashable, Sendable, BCSCodable {
  public let token: Token
  public let recipient: AccountID
  /// Base units of the token.
  public let amount: Amount

  public init(token: Token, recipient: AccountID, amount: Amount) {
    self.token = token
    self.recipient = recipient
    self.amount = amount
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    token = try Token(from: &reader)
    recipient = try AccountID(from: &reader)
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    token.encode(into: &writer)
    recipient.encode(into: &writer)
    amount.encode(into: &writer)
  }
}

/// Replaces the sender's keys: from the next block on, `threshold` of `keys` must sign.
public struct SetAuthority: Hashable, Sendable, BCSCodable {
  public let authority: Authority

  public init(authority: Authority) { self.authority = authority }

  public init(from reader: inout BCSReader) throws(BCSError) {
    authority = try Authority(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { authority.encode(into: &writer) }
}

/// Who may act for an account: any `threshold` of `keys` (k of n).
public struct Authority: Hashable, Sendable, BCSCodable {
  /// How many of the keys must sign: 1 … `keys.count`.
  public let threshold: UInt8
  /// Strictly ascending, 1 … `Limits.keysMax`.
  public let keys: [PublicKey]

  /// Nil when threshold or keys are out of range or the keys are not strictly ascending.
  public init?(threshold: UInt8, keys: [PublicKey]) {
    guard (1...Limits.keysMax).contains(keys.count), threshold >= 1,
      Int(threshold) <= keys.count, Self.isAscending(keys)
    else { return nil }
    self.threshold = threshold
    self.keys = keys
  }

  /// The authority of an account that has never set one: its own id as its only key.
  public init(simple account: AccountID) {
    threshold = 1
    keys = [PublicKey(account.bytes)]
  }

  /// Whether these keys, each of which has signed, may act for the account.
  public func isSatisfied(by signers: [PublicKey]) -> Bool {
    signers.count >= Int(threshold) && signers.allSatisfy(keys.contains)
  }

  private static func isAscending(_ keys: [PublicKey]) -> Bool {
    zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    threshold = try reader.u8("threshold")
    keys = try reader.list(in: 1...Limits.keysMax, "keys")
    guard Self.isAscending(keys) else {
      throw BCSError(.unsorted, field: "keys", offset: start)
    }
    guard threshold >= 1, Int(threshold) <= keys.count else {
      throw BCSError(.invalidValue, field: "threshold", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u8(threshold)
    writer.list(keys)
  }
}
