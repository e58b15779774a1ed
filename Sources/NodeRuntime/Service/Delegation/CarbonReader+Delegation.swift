import LedgerCore
import LedgerRules
import NodeAnswers

/// Elections and governance, as the API says them.
extension CarbonReader {
  mutating func election() throws(RecordError) -> ElectionAnswer {
    let (tip, span) = (try queries.tip(), try queries.termSpan())
    let delegation = try queries.delegation()
    let sets = try queries.validatorSets()
    let seats = try queries.parameters().elections.seats
    return ElectionAnswer(
      term: span.term, height: tip.height, time: tip.timestamp, startedAt: span.start,
      endsAt: span.end, votingFrom: span.votingFrom, isVoting: tip.timestamp >= span.votingFrom,
      readyFrom: span.readyFrom, seats: Int(seats),
      members: sets.current.members.map { address($0.account) },
      standbys: delegation.standbys.map(address), candidates: delegation.candidates,
      locked: "\(delegation.locked)", placed: "\(delegation.placed)")
  }

  /// A candidate; nil for an account that never was one.
  mutating func candidate(_ account: AccountID) throws(RecordError) -> CandidateAnswer? {
    guard let record = try queries.candidate(account), let node = try queries.node(account),
      let carbon = try queries.nodeCarbon(account)
    else { return nil }
    let debts = try? carbon.arrears.adding(carbon.fundDebt)
    return CandidateAnswer(
      account: address(account), name: node.name, number: record.number,
      standing: "\(record.standing)", role: try role(of: account), votes: "\(record.votes)",
      bond: "\(record.bond)", isReady: record.readyFor == (try queries.termSpan().term) &+ 1,
      jailedAt: record.jailedAt == 0 ? nil : record.jailedAt,
      leftAt: record.leftAt == 0 ? nil : record.leftAt, missedBlocks: try missed(by: account),
      consensusKey: node.consensusKey.hex, transportKey: node.transportKey.hex,
      endpoint: node.endpoint, profile: EnergyProfileContents(carbon.profile),
      nextProfile: carbon.nextProfile.map(EnergyProfileContents.init),
      reserve: "\(carbon.reserve)", debts: "\(debts ?? .max)")
  }

  private mutating func role(of account: AccountID) throws(RecordError) -> String {
    if try queries.validatorSets().current.index(of: account) != nil { return "member" }
    return try queries.delegation().standbys.contains(account) ? "standby" : "candidate"
  }

  private mutating func missed(by account: AccountID) throws(RecordError) -> UInt64? {
    guard let signed = try queries.signedBlocks(account) else { return nil }
    let blocks = try queries.parameters().elections.downtimeBlocks
    return signed.missed(at: try queries.tip().height, blocks: blocks)
  }

  mutating func voter(_ account: AccountID) throws(RecordError) -> VoterAnswer {
    let record = try queries.voter(account)
    func text(_ amount: Amount?) -> String { "\(amount ?? .zero)" }
    return VoterAnswer(
      account: address(account), locked: text(record?.locked), placed: text(record?.placed),
      idle: text(record?.idle),
      unlocks: (record?.unlocks ?? []).map {
        UnlockAnswer(amount: "\($0.amount)", readyAt: $0.readyAt)
      }, vetoes: record?.vetoes ?? [])
  }

  /// Votes of an account for a candidate; nil for none.
  mutating func stake(of voter: AccountID, for candidate: AccountID) throws(RecordError)
    -> StakeAnswer?
  {
    guard let stake = try queries.votes(of: voter, for: candidate),
      let record = try queries.candidate(candidate)
    else { return nil }
    return StakeAnswer(
      voter: address(voter), candidate: address(candidate),
      name: try queries.node(candidate)?.name ?? "", standing: "\(record.standing)",
      amount: "\(stake.amount)", earned: "\(try queries.earned(stake, from: candidate))")
  }

  /// A motion; nil when there is none of this number.
  mutating func motion(_ number: UInt64) throws(RecordError) -> MotionAnswer? {
    guard let record = try queries.motion(number) else { return nil }
    return MotionAnswer(
      number: number, motion: MotionContents(record.motion, network: network),
      reason: record.reason, proposer: address(record.proposer), proposedAt: record.proposedAt,
      standing: record.standing.name, dueAt: record.dueAt,
      approvals: record.approvals.map(address), vetoes: "\(record.vetoes)",
      endedAt: record.endedAt)
  }
}
