import LedgerCore
import LedgerState

// What a candidate does between its registration and its bond's return.

extension ExecutionContext {
  /// Replaces what a candidate tells of itself. Its energy profile counts from the next term on.
  mutating func apply(_ operation: UpdateCandidate, of sender: AccountID)
    throws(OperationFailure)
  {
    guard try candidate(sender).standing == .standing else {
      throw .fault(.candidateNotStanding)
    }
    try checkFacts(operation.facts)
    try claimTransport(operation.facts.transportKey, for: sender)
    guard let begin = terms.start(of: terms.term(at: header.timestamp) &+ 1) else {
      throw .fault(.overflow)
    }
    try checkReserve(of: sender, for: operation.facts.profile)
    do throws(ExecutionError) {
      let slot = try self.node(sender)
      guard var carbon = nodes.entries[slot].current else { return }
      carbon.takeProfile(at: tip.timestamp)
      let isNew = operation.facts.profile != carbon.profile
      carbon.nextProfile = isNew ? operation.facts.profile : nil
      carbon.nextProfileFrom = isNew ? begin : 0
      nodes.set(slot, carbon)
      var node: ERNode = try required(ERNode.key(sender))
      node.name = operation.facts.name
      node.transportKey = operation.facts.transportKey
      node.endpoint = operation.facts.endpoint
      view.set(ERNode.key(sender), node.bcs)
    } catch { throw .fatal(error) }
  }

  /// A profile that comes to more than the one before needs the reserve that registering with it
  /// would: of standbys the fund pays what they declare.
  private mutating func checkReserve(of account: AccountID, for profile: EnergyProfile)
    throws(OperationFailure)
  {
    let days = parameters.elections.reserveDays
    let isEnough: Bool
    do throws(ExecutionError) {
      let slot = try self.node(account)
      guard var carbon = nodes.entries[slot].current else { return }
      let before = try due(of: carbon, days: days)
      carbon.nextProfile = profile
      carbon.nextProfileFrom = 0
      carbon.takeProfile(at: tip.timestamp)
      let needed = try due(of: carbon, days: days)
      isEnough = needed <= before || carbon.reserve >= needed
    } catch { throw .fatal(error) }
    guard isEnough else { throw .fault(.reserveTooLow) }
  }

  /// Gives a candidate another consensus key: at once outside the set, at the stated height in it.
  mutating func apply(_ operation: ChangeConsensusKey, of sender: AccountID)
    throws(OperationFailure)
  {
    guard try candidate(sender).standing == .standing else {
      throw .fault(.candidateNotStanding)
    }
    guard !now.delegation.keyChanges.contains(where: { $0.account == sender }) else {
      throw .fault(.keyChangePending)
    }
    guard operation.height >= height + 2,
      operation.height - height <= RulesLimits.keyChangeHeightsMax
    else { throw .fault(.invalidHeight) }
    guard now.delegation.keyChanges.count < RulesLimits.keyChangesMax else {
      throw .fault(.keyChangePending)
    }
    try claim(operation.key, for: sender)
    // What the key before has declared may be its thief's.
    do {
      try change(sender) { record in
        record.readyFor = 0
        record.nextKey = nil
      }
    } catch { throw .fatal(error) }
    if isSeated(sender) {
      now.delegation.keyChanges.append(
        KeyChange(account: sender, key: operation.key.key, height: operation.height))
      return
    }
    do throws(ExecutionError) {
      var node: ERNode = try required(ERNode.key(sender))
      node.consensusKey = operation.key.key
      view.set(ERNode.key(sender), node.bcs)
    } catch { throw .fatal(error) }
  }

  /// The sender stands no more.
  mutating func apply(_ operation: ResignCandidate, of sender: AccountID)
    throws(OperationFailure)
  {
    guard try candidate(sender).standing == .standing else {
      throw .fault(.candidateNotStanding)
    }
    let (isSeated, time) = (isSeated(sender), header.timestamp)
    do {
      try change(sender) { record in
        record.standing = .resigned
        if !isSeated { record.leftAt = max(record.leftAt, time) }
      }
    } catch { throw .fatal(error) }
  }

  /// Takes a bond back, when the time for evidence is long over.
  mutating func apply(_ operation: CollectBond, of sender: AccountID)
    throws(OperationFailure)
  {
    let record = try candidate(sender)
    guard record.standing != .standing else { throw .fault(.candidateStanding) }
    guard !record.bond.isZero else { throw .fault(.notCollectable) }
    guard !isSeated(sender), record.leftAt > 0,
      header.timestamp - min(record.leftAt, header.timestamp)
        >= parameters.elections.bondMilliseconds
    else { throw .fault(.bondLocked) }
    do throws(ExecutionError) {
      let slot = try self.node(sender)
      guard nodes.entries[slot].current?.owes == false else { throw .overflow }
    } catch { throw .fault(.owesDues) }
    do throws(ExecutionError) {
      now.delegation.bonds = try now.delegation.bonds.less(record.bond)
      try pay(record.bond, to: sender)
      try change(sender) { $0.bond = .zero }
    } catch { throw .fatal(error) }
  }

  /// Whether an account is a member of a set that decides now, or the heights after.
  func isSeated(_ account: AccountID) -> Bool {
    sets.current.index(of: account) != nil || sets.following.index(of: account) != nil
      || nextSets.following.index(of: account) != nil
  }

  private mutating func required<Record: LedgerRecord>(_ key: StateKey) throws(ExecutionError)
    -> Record
  {
    do { return try view.required(key) } catch { throw .record(error) }
  }
}
