public import LedgerCore

extension LedgerQueries {
  /// The sets that decide the next two heights.
  public mutating func validatorSets() throws(RecordError) -> ValidatorSets { try single() }

  /// The set that decides a height; nil when it is no longer kept: while evidence of its heights is
  /// accepted it is.
  public mutating func validatorSet(deciding height: UInt64) throws(RecordError) -> ValidatorSet? {
    try source.set(deciding: height)
  }

  /// Which earlier sets state still has, by their number in the order of sets; below the upper
  /// bound lie all that were followed by another.
  public mutating func pastSetNumbers() throws(RecordError) -> Range<UInt64> {
    guard let kept = try find(PastSets.key, as: PastSets.self) else { return 0..<0 }
    return kept.first..<kept.next
  }

  /// How a set was followed by the next; nil when state does not have it, or no longer.
  public mutating func setEnd(_ number: UInt64) throws(RecordError) -> SetEnd? {
    guard try pastSetNumbers().contains(number),
      let past = try find(PastSet.key(number), as: PastSet.self)
    else { return nil }
    let next: ValidatorSet
    if let past = try find(PastSet.key(number + 1), as: PastSet.self) {
      next = past.set
    } else {
      next = try validatorSets().current
    }
    return SetEnd(number: number, set: past.set, lastHeight: past.lastHeight, next: next)
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

  /// An account's votes for a candidate; nil for none.
  public mutating func votes(of voter: AccountID, for candidate: AccountID)
    throws(RecordError) -> VoteStake?
  {
    try find(VotePair(voter: voter, candidate: candidate).key)
  }

  /// What votes have earned and can be claimed, ECO2 base units.
  public mutating func earned(_ stake: VoteStake, from candidate: AccountID)
    throws(RecordError) -> Amount
  {
    guard var record = try self.candidate(candidate) else { return .zero }
    let term = try termSpan().term
    var stake = stake
    var rate = record.begin(term)?.rate
    if !stake.fresh.isZero, stake.freshTerm < term {
      rate = try find(TermRate.key(candidate, stake.freshTerm)) ?? rate
    } else {
      rate = nil
    }
    return RewardShare.pay(&stake, of: record, from: rate)
  }

  /// Which blocks a member of the set has signed; nil for an account that is none.
  public mutating func signedBlocks(_ account: AccountID) throws(RecordError) -> SignedBlocks? {
    try find(SignedBlocks.key(account))
  }

  /// Where the last block's time lies among terms.
  public mutating func termSpan() throws(RecordError) -> TermSpan {
    let (facts, tip, parameters) = (try chainFacts(), try tip(), try parameters())
    let terms = TermClock(genesisTime: facts.genesisTime, parameters: parameters.elections)
    let term = terms.term(at: tip.timestamp)
    let end = terms.start(of: term &+ 1) ?? .max
    return TermSpan(
      term: term, start: terms.start(of: term) ?? 0, end: end,
      votingFrom: end - min(parameters.elections.windowMilliseconds, end),
      readyFrom: end - min(parameters.elections.readyMilliseconds, end))
  }

  /// What elections count.
  public mutating func delegation() throws(RecordError) -> Delegation { try single() }
}

/// A set that decides no more heights, and the one that followed it.
public struct SetEnd: Hashable, Sendable {
  /// Counts the chain's sets from 0.
  public let number: UInt64
  public let set: ValidatorSet
  /// The last height it decided.
  public let lastHeight: UInt64
  /// Decides from the height after that on.
  public let next: ValidatorSet
}
