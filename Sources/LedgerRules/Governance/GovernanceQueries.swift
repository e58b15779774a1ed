public import LedgerCore

extension LedgerQueries {
  /// A motion by its number, from 0 in the order of proposal, with the votes against it now; nil
  /// when there is none.
  public mutating func motion(_ number: UInt64) throws(RecordError) -> MotionRecord? {
    guard var record: MotionRecord = try find(MotionRecord.key(number)) else { return nil }
    let against: MotionVetoes? = try find(MotionVetoes.key(number))
    if let against { record.vetoes = against.votes }
    return record
  }

  /// What governance counts, and what is open.
  public mutating func governance() throws(RecordError) -> GovernanceBook { try single() }

  /// Every rule change that was decided on, and those of them that this release does not know.
  public mutating func features() throws(RecordError)
    -> (all: [FeatureActivation], unknown: [FeatureActivation])
  {
    let all = try find(FeatureList.key, as: FeatureList.self)?.features ?? []
    return (all, all.filter { !Features.known.contains($0.name) })
  }

  /// A rule change that was decided on, by its name; nil when there is none.
  public mutating func feature(_ name: String) throws(RecordError) -> FeatureRecord? {
    try find(FeatureRecord.key(name))
  }
}
