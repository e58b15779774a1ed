import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Registers the sender as a candidate.
  mutating func apply(_ operation: RegisterCandidate, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    let place = try candidateSlot(sender)
    guard candidates.entries[place].current == nil else { throw .fault(.alreadyCandidate) }
    try checkFacts(operation.facts)
    // Whoever judges factors and credits is none of those who are charged by them.
    guard try !registrarsNow().seats.contains(sender) else { throw .fault(.notEntitled) }
    try claim(operation.key, for: sender)
    try claimTransport(operation.facts.transportKey, for: sender)
    try take(parameters.elections.bond, of: .eco2, from: slot)
    try take(operation.reserve, of: .ecc, from: slot)
    do throws(ExecutionError) {
      let carbon = try node(sender)
      nodes.set(
        carbon,
        NodeCarbon(
          profile: operation.facts.profile, attestedUntil: 0, reserve: operation.reserve))
      let needed = try due(of: sender, days: parameters.elections.reserveDays)
      guard operation.reserve >= needed else { throw .overflow }
    } catch {
      // A due beyond all numbers is one that no reserve has.
      throw error == .overflow ? .fault(.reserveTooLow) : .fatal(error)
    }
    view.set(
      ERNode.key(sender),
      ERNode(
        name: operation.facts.name, consensusKey: operation.key.key,
        transportKey: operation.facts.transportKey, endpoint: operation.facts.endpoint
      ).bcs)
    view.set(BundleProgress.key(sender), BundleProgress().bcs)
    now.delegation.bonds = try now.delegation.bonds.added(parameters.elections.bond)
    candidates.set(
      place, Candidate(number: now.delegation.candidates, bond: parameters.elections.bond))
    now.delegation.candidates += 1
  }

  /// A name that can be read, and a region of the factor table.
  mutating func checkFacts(_ facts: CandidateFacts) throws(OperationFailure) {
    guard facts.name.isText(max: CandidateLimits.nameBytesMax),
      Ed25519.isCanonicalPrimeOrder(facts.transportKey),
      facts.profile.idleMilliwatts <= RulesLimits.idleMilliwattsMax,
      facts.profile.millijoulesPerCPUSecond <= RulesLimits.cpuSecondMillijoulesMax,
      facts.profile.puePermille <= RulesLimits.puePermilleMax
    else { throw .fault(.invalidCandidate) }
  }

  /// Takes a consensus key for an account: nobody has ever had it.
  mutating func claim(_ key: KeyPossession, for account: AccountID)
    throws(OperationFailure)
  {
    try checkClaim(key, for: account)
    view.set(KeyOwner.key(key.key), KeyOwner(account: account).bcs)
  }

  /// Whether an account may take a consensus key.
  mutating func checkClaim(_ key: KeyPossession, for account: AccountID) throws(OperationFailure) {
    guard try owner(of: key.key) == nil else { throw .fault(.keyTaken) }
    guard !judgesSignatures || key.isValid(for: account, chain: chain) else {
      throw .fault(.possessionInvalid)
    }
  }

  /// Takes a transport key for an account: no other has ever had it, for consensus or transport.
  mutating func claimTransport(_ key: PublicKey, for account: AccountID)
    throws(OperationFailure)
  {
    let owner = try owner(of: key)
    guard owner == nil || owner == account else { throw .fault(.keyTaken) }
    view.set(KeyOwner.key(key), KeyOwner(account: account).bcs)
  }

  private mutating func owner(of key: PublicKey) throws(OperationFailure) -> AccountID? {
    do { return try view.find(KeyOwner.key(key), as: KeyOwner.self)?.account } catch {
      throw OperationFailure(error)
    }
  }

  // MARK: Records

  /// A candidate's record; fails where the account is none.
  mutating func candidate(_ account: AccountID) throws(OperationFailure) -> Candidate {
    let place = try candidateSlot(account)
    guard let found = candidates.entries[place].current else {
      throw .fault(.unknownCandidate)
    }
    return found
  }

  mutating func candidateSlot(_ account: AccountID) throws(OperationFailure) -> Int {
    do { return try candidates.slot(of: account, in: &view) } catch {
      throw OperationFailure(error)
    }
  }

  /// Writes a changed candidate, and moves it in the tally.
  mutating func replace(_ account: AccountID, _ before: Candidate, with after: Candidate)
    throws(ExecutionError)
  {
    do throws(RecordError) {
      let place = try candidates.slot(of: account, in: &view)
      candidates.set(place, after)
      let (old, new) = (before.tallyKey, after.tallyKey)
      guard old != new else { return }
      if let old { _ = try ordered.remove(.tally, old, in: &view) }
      if let new { _ = try ordered.set(.tally, new, account.bytes.array, in: &view) }
    } catch { throw .record(error) }
  }
}

extension Candidate {
  /// Where it stands in the tally of the election it is ready for: most votes first, then the
  /// earlier registration. Nil for one that cannot be elected.
  var tallyKey: [UInt8]? {
    guard isElectable, readyFor > 0 else { return nil }
    var key: [UInt8] = []
    key.append(bigEndian: readyFor)
    let rest = UInt128.max - votes.baseUnits
    key.append(bigEndian: UInt64(truncatingIfNeeded: rest >> 64))
    key.append(bigEndian: UInt64(truncatingIfNeeded: rest))
    key.append(bigEndian: number)
    return key
  }
}
