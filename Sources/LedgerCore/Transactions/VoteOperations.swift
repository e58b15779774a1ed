/// Locks ECO2 of the sender: 1 locked ECO2 is 1 vote (carbon rules, "Elections").
public struct LockVotes: Hashable, Sendable, BCSCodable {
  /// ECO2 base units.
  public let amount: Amount

  public init(amount: Amount) { self.amount = amount }

  public init(from reader: inout BCSReader) throws(BCSError) {
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { amount.encode(into: &writer) }
}

/// Begins to unlock ECO2 that votes for nobody; it can be collected after 7 days.
public struct UnlockVotes: Hashable, Sendable, BCSCodable {
  /// ECO2 base units.
  public let amount: Amount

  public init(amount: Amount) { self.amount = amount }

  public init(from reader: inout BCSReader) throws(BCSError) {
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { amount.encode(into: &writer) }
}

/// Takes what has been unlocked back into the balance.
public struct CollectUnlocked: Hashable, Sendable, BCSCodable {
  public init() {}

  public init(from reader: inout BCSReader) throws(BCSError) {}

  public func encode(into writer: inout BCSWriter) {}
}

/// Gives a candidate votes of the sender that no one has yet; in the voting window.
public struct PlaceVotes: Hashable, Sendable, BCSCodable {
  /// The candidate's account.
  public let candidate: AccountID
  /// ECO2 base units.
  public let amount: Amount

  public init(candidate: AccountID, amount: Amount) {
    self.candidate = candidate
    self.amount = amount
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    candidate = try AccountID(from: &reader)
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    candidate.encode(into: &writer)
    amount.encode(into: &writer)
  }
}

/// Moves votes of the sender from one candidate to another: in the voting window, or at any time
/// away from one that stands no more.
public struct MoveVotes: Hashable, Sendable, BCSCodable {
  /// The candidate that loses them.
  public let from: AccountID
  /// The candidate that gets them.
  public let to: AccountID
  /// ECO2 base units.
  public let amount: Amount

  public init(from: AccountID, to: AccountID, amount: Amount) {
    self.from = from
    self.to = to
    self.amount = amount
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    from = try AccountID(from: &reader)
    to = try AccountID(from: &reader)
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    from.encode(into: &writer)
    to.encode(into: &writer)
    amount.encode(into: &writer)
  }
}

/// Takes votes of the sender back from a candidate, at any time; the ECO2 stays locked.
public struct WithdrawVotes: Hashable, Sendable, BCSCodable {
  /// The candidate's account.
  public let candidate: AccountID
  /// ECO2 base units.
  public let amount: Amount

  public init(candidate: AccountID, amount: Amount) {
    self.candidate = candidate
    self.amount = amount
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    candidate = try AccountID(from: &reader)
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    candidate.encode(into: &writer)
    amount.encode(into: &writer)
  }
}

/// Takes what a candidate's blocks have earned the sender's votes into the balance.
public struct ClaimRewards: Hashable, Sendable, BCSCodable {
  /// The candidate's account.
  public let candidate: AccountID

  public init(candidate: AccountID) { self.candidate = candidate }

  public init(from reader: inout BCSReader) throws(BCSError) {
    candidate = try AccountID(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { candidate.encode(into: &writer) }
}
