import LedgerCore

/// Operations of candidates and voters, drawn at random.
extension CoreSamples {
  mutating func delegationOperation() -> Operation {
    switch next(below: 18) {
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
    case 13: .releaseNode(ReleaseNode())
    case 14: .decideMotion(DecideMotion(motion: u64(), approves: flag()))
    case 15: .cancelMotion(CancelMotion(motion: u64()))
    case 16: .vetoMotion(VetoMotion(motion: u64(), isVeto: flag()))
    default: .proposeMotion(ProposeMotion(motion: motion(), reason: text(200)))
    }
  }

  private mutating func motion() -> Motion {
    switch next(below: 11) {
    case 0:
      .setParameters(
        list(1...4) {
          ParameterChange(parameter: $0.pick(ParameterID.allCases), value: $0.amount().baseUnits)
        })
    case 1:
      .setOperationCost(
        OperationCostChange(
          kind: pick(OperationKind.allCases), cpuNanoseconds: u64(), bytes: u64()))
    case 2:
      .setFloor(
        FloorChange(
          tier: optional { $0.pick(SiteTier.allCases) }, idleMilliwatts: u64(),
          puePermille: u64()))
    case 3:
      .addFactor(
        FactorFacts(
          regionCode: text(32), region: text(99), year: UInt16(truncatingIfNeeded: next()),
          microgramsPerKilowattHour: u64(), source: text(99), licence: text(99)))
    case 4:
      .appointRegistrars(
        RegistrarsChange(
          threshold: UInt8(truncatingIfNeeded: next()), seats: list(1...4) { $0.id() }))
    case 5:
      .appointCustodian(CustodianChange(account: id(), name: text(64), limit: amount()))
    case 6: .dismissCustodian(id())
    case 7: .activateFeature(FeatureActivation(name: text(64), height: u64()))
    case 8:
      .setBaseCost(
        BaseCostChange(
          subject: pick(BaseCostChange.Subject.allCases), cpuNanoseconds: u64(), bytes: u64()))
    case 9:
      .setReserveRules(
        ReserveRulesChange(registries: [text(20)], products: [pick(CreditProduct.allCases)]))
    default: .pause(pick(OperationKind.allCases))
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
