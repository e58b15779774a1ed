public import LedgerCore

extension LedgerQueries {
  /// The sets that decide the next two heights.
  public mutating func validatorSets() throws(RecordError) -> ValidatorSets { try single() }

  /// The set that decides a height; nil when it is no longer kept: while evidence of its heights is
  /// accepted it is.
  public mutating func validatorSet(deciding height: UInt64) throws(RecordError) -> ValidatorSet? {
    try source.set(deciding: height)
  }

  /// Who an ER Node is; nil when the account is none.
  public mutating func node(_ account: AccountID) throws(RecordError) -> ERNode? {
    try find(ERNode.key(account))
  }

  /// How far an ER Node's bundles are committed.
  public mutating func bundleProgress(_ account: AccountID) throws(RecordError)
    -> BundleProgress?
  {
    try find(BundleProgress.key(account))
  }

  /// What block rewards have still to give.
  public mutating func rewardReserve() throws(RecordError) -> RewardReserve { try single() }

  /// What an account is as a candidate; nil when it never was one.
  public mutating func candidate(_ account: AccountID) throws(RecordError) -> Candidate? {
    try find(Candidate.key(account))
  }

  /// What an account has locked; nil for nothing.
  public mutating func voter(_ account: AccountID) throws(RecordError) -> Voter? {
    try find(Voter.key(account))
  }

  /// What elections count.
  public mutating func delegation() throws(RecordError) -> Delegation { try single() }
}
