import LedgerCore
import LedgerState

/// Recorded offences: numbered without gaps, and each offender once for each family.
extension StateInvariants {
  mutating func addOffence(_ key: StateKey, _ value: [UInt8]) throws(BCSError) {
    let offence = try RecordedOffence(bcs: value)
    guard let number = key.number else { return note(.unknownKind(key)) }
    totals.offences += 1
    offences[number] = offence
  }

  mutating func checkOffences(_ source: inout some RecordSource) throws(RecordError) {
    let kept = try source.find(OffenceCount.key, as: OffenceCount.self)?.count ?? 0
    if kept != totals.offences {
      note(
        .total(
          OffenceCount.key, what: "offences", kept: Amount(UInt128(kept)),
          counted: Amount(UInt128(totals.offences))))
    }
    var entries: Set<UInt64> = []
    for (key, number) in offenders {
      guard let offence = offences[number], number < kept,
        offence.recordedAt <= totals.height, offence.height <= offence.recordedAt,
        key == OffenderEntry.key(offence.offender, offence.offence.family)
      else {
        note(.offence(key))
        continue
      }
      entries.insert(number)
    }
    for number in offences.keys.sorted() where !entries.contains(number) {
      note(.offence(RecordedOffence.key(number)))
    }
  }
}
