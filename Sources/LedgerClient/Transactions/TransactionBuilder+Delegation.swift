public import LedgerCore

extension TransactionBuilder {
  // MARK: Votes

  /// Locks ECO2 (base units) of the sender, to vote with.
  public func lockVotes(_ amount: Amount) -> Self { adding(.lockVotes(LockVotes(amount: amount))) }

  /// Begins to unlock ECO2 (base units) that votes for nobody; it can be collected after 7 days.
  public func unlockVotes(_ amount: Amount) -> Self {
    adding(.unlockVotes(UnlockVotes(amount: amount)))
  }

  /// Takes what has been unlocked back into the balance.
  public func collectUnlocked() -> Self { adding(.collectUnlocked(CollectUnlocked())) }

  /// Gives a candidate idle votes (ECO2 base units) of the sender, in the voting window.
  public func placeVotes(_ amount: Amount, for candidate: AccountID) -> Self {
    adding(.placeVotes(PlaceVotes(candidate: candidate, amount: amount)))
  }

  /// Moves votes (ECO2 base units) of the sender to another candidate: in the voting window, or at
  /// any time from one that stands no more.
  public func moveVotes(_ amount: Amount, from: AccountID, to: AccountID) -> Self {
    adding(.moveVotes(MoveVotes(from: from, to: to, amount: amount)))
  }

  /// Takes votes (ECO2 base units) of the sender back from a candidate.
  public func withdrawVotes(_ amount: Amount, from candidate: AccountID) -> Self {
    adding(.withdrawVotes(WithdrawVotes(candidate: candidate, amount: amount)))
  }

  /// Takes what the sender's votes for a candidate have earned.
  public func claimRewards(from candidate: AccountID) -> Self {
    adding(.claimRewards(ClaimRewards(candidate: candidate)))
  }

  // MARK: Candidates

  /// Makes the sender a candidate; its bond is locked.
  ///
  /// - Parameter reserve: µg CO2e that go into its reserve: at least 30 days' due.
  public func registerCandidate(
    _ facts: CandidateFacts, key: KeyPossession, reserve: Amount
  ) -> Self {
    adding(.registerCandidate(RegisterCandidate(facts: facts, key: key, reserve: reserve)))
  }

  /// Replaces what the sender tells of itself as a candidate; its profile counts from the next term
  /// on.
  public func updateCandidate(_ facts: CandidateFacts) -> Self {
    adding(.updateCandidate(UpdateCandidate(facts: facts)))
  }

  /// Gives the sender's node another consensus key from a height on, two above its block at least.
  public func changeConsensusKey(_ key: KeyPossession, at height: UInt64) -> Self {
    adding(.changeConsensusKey(ChangeConsensusKey(key: key, height: height)))
  }

  /// The sender stands no more.
  public func resignCandidate() -> Self { adding(.resignCandidate(ResignCandidate())) }

  /// Takes the bond of the sender back, 14 days after it has left the set.
  public func collectBond() -> Self { adding(.collectBond(CollectBond())) }

  // MARK: Motions

  /// Brings a motion before the ER Nodes.
  ///
  /// - Parameter reason: a sentence or a link; 1 … `MotionLimits.reasonBytesMax` bytes.
  public func proposeMotion(_ motion: Motion, reason: String) -> Self {
    adding(.proposeMotion(ProposeMotion(motion: motion, reason: reason)))
  }

  /// Approves a motion, or takes an approval back.
  public func decideMotion(_ number: UInt64, approves: Bool) -> Self {
    adding(.decideMotion(DecideMotion(motion: number, approves: approves)))
  }

  /// Takes a motion of the sender back.
  public func cancelMotion(_ number: UInt64) -> Self {
    adding(.cancelMotion(CancelMotion(motion: number)))
  }

  /// Puts the sender's votes against a motion, or takes them back.
  public func vetoMotion(_ number: UInt64, isVeto: Bool = true) -> Self {
    adding(.vetoMotion(VetoMotion(motion: number, isVeto: isVeto)))
  }

  // MARK: Jail

  /// Ends the jail of the sender's node, for a fine in ECC.
  public func releaseNode() -> Self { adding(.releaseNode(ReleaseNode())) }
}
