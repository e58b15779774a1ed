/// What an account has locked to vote with. Amounts are ECO2 base units, decimal.
public struct VoterAnswer: Codable, Equatable, Sendable {
  /// Address.
  public var account: String
  /// What votes or can.
  public var locked: String
  /// What votes for candidates.
  public var placed: String
  /// What can be placed or unlocked.
  public var idle: String
  /// What is on its way back.
  public var unlocks: [UnlockAnswer]
  /// Motions that its votes are against.
  public var vetoes: [UInt64]

  public init(
    account: String, locked: String, placed: String, idle: String, unlocks: [UnlockAnswer],
    vetoes: [UInt64]
  ) {
    self.account = account
    self.locked = locked
    self.placed = placed
    self.idle = idle
    self.unlocks = unlocks
    self.vetoes = vetoes
  }
}

/// ECO2 on its way back.
public struct UnlockAnswer: Codable, Equatable, Sendable {
  /// ECO2 base units, decimal.
  public var amount: String
  /// When it can be collected; milliseconds since 1970-01-01 UTC.
  public var readyAt: UInt64

  public init(
    amount: String, readyAt: UInt64
  ) {
    self.amount = amount
    self.readyAt = readyAt
  }
}

/// An account's votes for a candidate.
public struct StakeAnswer: Codable, Equatable, Sendable {
  /// Address.
  public var voter: String
  /// Address.
  public var candidate: String
  /// The candidate's.
  public var name: String
  /// The candidate's: `standing`, `resigned` or `excluded`.
  public var standing: String
  /// ECO2 base units, decimal.
  public var amount: String
  /// What can be claimed, ECO2 base units, decimal.
  public var earned: String

  public init(
    voter: String, candidate: String, name: String, standing: String, amount: String, earned: String
  ) {
    self.voter = voter
    self.candidate = candidate
    self.name = name
    self.standing = standing
    self.amount = amount
    self.earned = earned
  }
}
