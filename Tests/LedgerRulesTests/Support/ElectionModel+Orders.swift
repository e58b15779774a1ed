import LedgerCore

@testable import LedgerRules

extension ElectionModel {
  /// A transaction, told by what it means.
  struct Order {
    enum Content {
      /// Of an account.
      case operations([LedgerCore.Operation])
      /// Of a node: its readiness, with the key that it signs with then, by the one it has.
      case declaration(term: UInt64, key: PublicKey, signer: PublicKey)
      /// Of a node: evidence of contradicting votes, or else of a bad bundle.
      case report(AccountID, isVotes: Bool, height: UInt64)
    }

    let sender: AccountID
    let content: Content
  }

  /// What must come of a transaction; where more than one reason is there, any of them is right.
  enum Verdict {
    case applied
    case failed(operation: UInt8, Set<TransactionFault>)
    case skipped(Set<TransactionFault>)

    func allows(_ outcome: Receipt.Outcome) -> Bool {
      switch (self, outcome) {
      case (.applied, .applied): true
      case (.failed(let place, let faults), .failed(let found, let fault, _)):
        place == found && faults.contains(fault)
      case (.skipped(let faults), .skipped(let fault)): faults.contains(fault)
      default: false
      }
    }
  }

  mutating func execute(_ order: Order) -> Verdict {
    switch order.content {
    case .declaration(let term, let key, let signer):
      let faults = declare(term, key, of: order.sender, signer)
      seen.declarations += faults.isEmpty ? 1 : 0
      return faults.isEmpty ? .applied : .skipped(faults)
    case .report(let offender, let isVotes, let born):
      return report(offender, isVotes: isVotes, born) ? .applied : .skipped([.offenceKnown])
    case .operations(let operations):
      let before = self
      for (place, operation) in operations.enumerated() {
        let faults = apply(operation, of: order.sender)
        guard faults.isEmpty else {
          self = before
          seen.failures.formUnion(faults)
          return .failed(operation: UInt8(place), faults)
        }
      }
      return .applied
    }
  }

  // MARK: Nodes

  private mutating func declare(
    _ term: UInt64, _ key: PublicKey, of account: AccountID, _ signer: PublicKey
  ) -> Set<TransactionFault> {
    guard let place = place(account) else { return [.unknownCandidate] }
    let person = people[place]
    var faults: Set<TransactionFault> = []
    if person.key != signer { faults.insert(.unauthorised) }
    if !person.stands { faults.insert(.candidateNotStanding) }
    if person.jailedSince != nil { faults.insert(.candidateJailed) }
    if term != self.term(at: time) + 1 || !isLast(numbers.ready, at: time) {
      faults.insert(.notDeclaring)
    }
    if person.readyFor == term { faults.insert(.alreadyReady) }
    guard faults.isEmpty else { return faults }
    people[place].readyFor = term
    people[place].nextKey = key
    return []
  }

  /// 5 % of the bond; contradicting votes exclude, a bad bundle jails: the former once, the latter
  /// again when it was born after the last was recorded and its author is out of jail.
  private mutating func report(_ offender: AccountID, isVotes: Bool, _ born: UInt64) -> Bool {
    guard let place = place(offender) else { return false }
    if isVotes, people[place].excluded { return false }
    if !isVotes, let last = reportedBundles[offender] {
      guard born > last, electableBefore.contains(offender) else { return false }
      seen.secondBundles += 1
    }
    let lost = people[place].bond * numbers.slashPercent / 100
    people[place].bond -= lost
    seen.slashes += lost > 0 ? 1 : 0
    if isVotes {
      people[place].excluded = true
      seen.exclusions += 1
    } else {
      reportedBundles[offender] = height
      seen.jailsByBundle += jail(offender) ? 1 : 0
    }
    return true
  }

  // MARK: Accounts

  private mutating func apply(_ operation: LedgerCore.Operation, of sender: AccountID)
    -> Set<TransactionFault>
  {
    switch operation {
    case .lockVotes(let lock):
      guard lock.amount.baseUnits > 0 else { return [.zeroAmount] }
      locks.append(Lock(voter: sender, amount: Int64(lock.amount.baseUnits)))
      return []
    case .unlockVotes(let unlock): return unlocked(Int64(unlock.amount.baseUnits), sender)
    case .collectUnlocked: return collect(sender)
    case .placeVotes(let vote):
      return placed(Int64(vote.amount.baseUnits), sender, vote.candidate)
    case .moveVotes(let move):
      return moved(Int64(move.amount.baseUnits), sender, from: move.from, to: move.to)
    case .withdrawVotes(let vote):
      return withdrawn(Int64(vote.amount.baseUnits), sender, vote.candidate)
    case .claimRewards(let claim): return claimed(sender, claim.candidate)
    case .registerCandidate(let registration):
      guard place(sender) == nil else { return [.alreadyCandidate] }
      people.append(
        Person(account: sender, bond: numbers.bond, key: registration.key.key))
      seen.registrations += 1
      return []
    case .resignCandidate: return resigned(sender)
    case .collectBond: return collectedBond(sender)
    case .releaseNode: return released(sender)
    default: return [.malformed]
    }
  }

  private mutating func unlocked(_ amount: Int64, _ voter: AccountID) -> Set<TransactionFault> {
    var faults: Set<TransactionFault> = []
    if amount == 0 { faults.insert(.zeroAmount) }
    if amount > idle(of: voter) { faults.insert(.votesInsufficient) }
    if unlocks.count(where: { $0.voter == voter }) >= 16 { faults.insert(.tooManyUnlocks) }
    guard faults.isEmpty else { return faults }
    unlocks.append(Unlock(voter: voter, amount: amount, readyAt: time + numbers.unlock))
    seen.unlocks += 1
    return []
  }

  private mutating func collect(_ voter: AccountID) -> Set<TransactionFault> {
    let ready = unlocks.filter { $0.voter == voter && $0.readyAt <= time }
    guard !ready.isEmpty else { return [.notUnlocked] }
    unlocks.removeAll { $0.voter == voter && $0.readyAt <= time }
    for unlock in ready { locks.append(Lock(voter: voter, amount: -unlock.amount)) }
    seen.collected += 1
    return []
  }

  private mutating func placed(_ amount: Int64, _ voter: AccountID, _ candidate: AccountID)
    -> Set<TransactionFault>
  {
    var faults = reasons(against: candidate)
    if amount == 0 { faults.insert(.zeroAmount) }
    if !isLast(numbers.window, at: time) { faults.insert(.votingClosed) }
    if amount > idle(of: voter) { faults.insert(.votesInsufficient) }
    guard faults.isEmpty else { return faults }
    add(amount, of: voter, to: candidate)
    seen.votes += 1
    return []
  }

  private mutating func moved(
    _ amount: Int64, _ voter: AccountID, from: AccountID, to: AccountID
  ) -> Set<TransactionFault> {
    var faults = reasons(against: to)
    if amount == 0 { faults.insert(.zeroAmount) }
    if from == to { faults.insert(.sameCandidate) }
    let isVoting = isLast(numbers.window, at: time)
    if let person = person(from) {
      if person.stands && !isVoting { faults.insert(.votingClosed) }
    } else {
      faults.insert(.unknownCandidate)
    }
    if amount > votes(of: voter, for: from) { faults.insert(.votesInsufficient) }
    guard faults.isEmpty else { return faults }
    add(-amount, of: voter, to: from)
    add(amount, of: voter, to: to)
    seen.moves += 1
    seen.movedAnytime += isVoting ? 0 : 1
    return []
  }

  private mutating func withdrawn(_ amount: Int64, _ voter: AccountID, _ candidate: AccountID)
    -> Set<TransactionFault>
  {
    var faults: Set<TransactionFault> = []
    if amount == 0 { faults.insert(.zeroAmount) }
    if person(candidate) == nil { faults.insert(.unknownCandidate) }
    if amount > votes(of: voter, for: candidate) { faults.insert(.votesInsufficient) }
    guard faults.isEmpty else { return faults }
    add(-amount, of: voter, to: candidate)
    seen.withdrawals += 1
    return []
  }

  /// Votes that change are paid what they have earned.
  private mutating func add(_ amount: Int64, of voter: AccountID, to candidate: AccountID) {
    ballots.append(
      Ballot(voter: voter, candidate: candidate, amount: amount, term: term(at: time)))
    earning[candidate]?.remove(voter)
  }

  private mutating func claimed(_ voter: AccountID, _ candidate: AccountID)
    -> Set<TransactionFault>
  {
    guard person(candidate) != nil else { return [.unknownCandidate] }
    guard votes(of: voter, for: candidate) > 0 else { return [.votesInsufficient] }
    guard earning[candidate]?.remove(voter) != nil else { return [.nothingEarned] }
    seen.claims += 1
    return []
  }

  private func reasons(against candidate: AccountID) -> Set<TransactionFault> {
    guard let person = person(candidate) else { return [.unknownCandidate] }
    return person.stands ? [] : [.candidateNotStanding]
  }

  // MARK: Candidates

  private mutating func resigned(_ account: AccountID) -> Set<TransactionFault> {
    guard let place = place(account) else { return [.unknownCandidate] }
    guard people[place].stands else { return [.candidateNotStanding] }
    people[place].resigned = true
    if !isSeated(account) { people[place].left = time }
    seen.resignations += 1
    return []
  }

  private mutating func collectedBond(_ account: AccountID) -> Set<TransactionFault> {
    guard let place = place(account) else { return [.unknownCandidate] }
    let person = people[place]
    var faults: Set<TransactionFault> = []
    if person.stands { faults.insert(.candidateStanding) }
    if person.bond == 0 { faults.insert(.notCollectable) }
    if isSeated(account) || person.left == 0 || time < person.left + numbers.bondTime {
      faults.insert(.bondLocked)
    }
    guard faults.isEmpty else { return faults }
    people[place].bond = 0
    seen.bonds += 1
    return []
  }

  private mutating func released(_ account: AccountID) -> Set<TransactionFault> {
    guard let place = place(account) else { return [.unknownCandidate] }
    guard people[place].stands else { return [.candidateNotStanding] }
    guard let since = people[place].jailedSince else { return [.notJailed] }
    guard time >= since + numbers.jailTime else { return [.jailTooShort] }
    people[place].jailedSince = nil
    releasedNow.insert(account)
    seen.releases += 1
    return []
  }
}
