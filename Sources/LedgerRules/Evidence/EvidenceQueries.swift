public import LedgerCore
import LedgerState

extension LedgerQueries {
  /// How many offences the chain has recorded.
  public mutating func offenceCount() throws(RecordError) -> UInt64 {
    let total: OffenceCount? = try find(OffenceCount.key)
    return total?.count ?? 0
  }

  /// A recorded offence by its number, from 0 in the order of recording; nil when there is none.
  public mutating func offence(_ number: UInt64) throws(RecordError) -> RecordedOffence? {
    try find(RecordedOffence.key(number))
  }

  /// The offence for which an account was recorded last; nil when it is not.
  public mutating func offence(of offender: AccountID, _ family: Offence.Family)
    throws(RecordError) -> RecordedOffence?
  {
    try source.lastOffence(of: offender, family)
  }

  /// Whether evidence brings nothing new of its offender: a report of it would be skipped.
  public mutating func isKnown(_ evidence: Evidence, of offender: AccountID)
    throws(RecordError) -> Bool
  {
    try source.isKnown(evidence, of: offender)
  }

  /// Whether an account is recorded for any offence; nobody is not.
  public mutating func isOffender(_ account: AccountID?) throws(RecordError) -> Bool {
    guard let account, try offenceCount() > 0 else { return false }
    for family in Offence.Family.allCases {
      if try offence(of: account, family) != nil { return true }
    }
    return false
  }

  /// Whom evidence accuses, by the set that decides its height; nil when that is not known, or the
  /// accused is no member of it.
  public mutating func accused(by evidence: Evidence) throws(RecordError) -> Validator? {
    try source.set(deciding: evidence.height).flatMap(evidence.offender)
  }
}

extension RecordSource {
  /// The offence for which an account was recorded last; nil when it is not.
  mutating func lastOffence(of offender: AccountID, _ family: Offence.Family)
    throws(RecordError) -> RecordedOffence?
  {
    let entry: OffenderEntry? = try find(OffenderEntry.key(offender, family))
    guard let entry else { return nil }
    return try required(RecordedOffence.key(entry.number))
  }

  /// Whether evidence brings nothing new of its offender.
  mutating func isKnown(_ evidence: Evidence, of offender: AccountID) throws(RecordError) -> Bool {
    guard let last = try lastOffence(of: offender, evidence.offence.family) else { return false }
    let candidate: Candidate? = try find(Candidate.key(offender))
    return !last.isFollowed(by: evidence, of: candidate)
  }
}
