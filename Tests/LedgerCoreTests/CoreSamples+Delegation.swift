import LedgerCore

/// Operations of candidates and voters, drawn at random.
extension CoreSamples {
  mutating func delegationOperation() -> Operation {
    switch next(below: 14) {
    case 0: .lockVotes(LockVotes(amount: amount()))
    case 1: .unlockVotes(UnlockVotes(amount: amount()))
    case 2: .collectUnlocked(CollectUnlocked())
    case 3: .placeVotes(PlaceVotes(candidate: id(), amount: amount()))
    case 4: .moveVotes(MoveVotes(from: id(), to: id(), amount: amount()))
    case 5: .withdrawVotes(WithdrawVotes(candidate: id(), amount: amount()))
    case 6: .claimRewards(ClaimRewards(candidate: id()))
    case 7:
      .registerCandidate(
        RegisterCandidate(facts: candidateFacts(), key: possession(), reserve: amount()))
    case 8: .updateCandidate(UpdateCandidate(facts: candidateFacts()))
    case 9: .changeConsensusKey(ChangeConsensusKey(key: possession(), height: u64()))
    case 10: .declareReady(DeclareReady(term: u64(), key: possession()))
    case 11: .resignCandidate(ResignCandidate())
    case 12: .collectBond(CollectBond())
    default: .releaseNode(ReleaseNode())
    }
  }

  private mutating func possession() -> KeyPossession {
    KeyPossession(key: id(), signature: signature())
  }

  private mutating func candidateFacts() -> CandidateFacts {
    CandidateFacts(
      name: text(64), transportKey: id(), endpoint: text(99),
      profile: EnergyProfile(
        tier: pick(SiteTier.allCases), region: text(32), idleMilliwatts: u64(),
        millijoulesPerCPUSecond: u64(), puePermille: u64()))
  }
}
