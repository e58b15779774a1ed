import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Where this chain's times lie among terms.
  var terms: TermClock {
    TermClock(genesisTime: facts.genesisTime, parameters: parameters.elections)
  }

  /// Elects the set of a new term in its first block: of those that are ready for it the ones with
  /// the most votes, from the second height after this one on. With too few of them the sitting set
  /// stays, and its standbys with it. Where several terms have ended since the parent, the last
  /// election alone counts.
  mutating func holdElection() throws(ExecutionError) {
    let term = terms.term(at: header.timestamp)
    guard term > terms.term(at: tip.timestamp) else { return }
    let seats = Int(parameters.elections.seats)
    let ready = try readyCandidates(for: term, max: 2 * seats)
    guard ready.count >= Limits.validatorsMin else { return }
    var members: [Validator] = []
    for account in ready.prefix(seats) { members.append(try seat(account)) }
    let standbys = Array(ready.dropFirst(seats))
    for account in standbys { _ = try seat(account) }
    now.delegation.standbys = standbys
    try follow(with: members)
  }

  /// Accounts of those that are ready for a term, by votes.
  private mutating func readyCandidates(for term: UInt64, max: Int) throws(ExecutionError)
    -> [AccountID]
  {
    let (after, overflow) = term.addingReportingOverflow(1)
    guard !overflow else { throw .overflow }
    do throws(RecordError) {
      let entries = try ordered.entries(
        .tally, from: [UInt8](bigEndian: term), through: [UInt8](bigEndian: after), max: max,
        in: &view)
      return entries.compactMap { AccountID($0.value) }
    } catch { throw .record(error) }
  }

  /// Gives a candidate the key that it declared for the term: as a member, or as a standby.
  private mutating func seat(_ account: AccountID) throws(ExecutionError) -> Validator {
    do throws(RecordError) {
      let place = try candidates.slot(of: account, in: &view)
      guard var record = candidates.entries[place].current, let key = record.nextKey else {
        throw .missing(key: Candidate.key(account))
      }
      var node: ERNode = try view.required(ERNode.key(account))
      node.consensusKey = key
      view.set(ERNode.key(account), node.bcs)
      record.nextKey = nil
      candidates.set(place, record)
      return Validator(account: account, consensusKey: key)
    } catch { throw .record(error) }
  }
}
