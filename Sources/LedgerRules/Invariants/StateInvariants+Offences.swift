import LedgerCore
import LedgerState

/// Recorded offences: numbered without gaps; each offender once for its votes, and for bundles each
/// time for one that was born after the record before; its entries name the last of each.
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
    var entries: [StateKey: UInt64] = [:]
    for (key, number) in offenders {
      guard let offence = offences[number], number < kept,
        offence.recordedAt <= totals.height, offence.height <= offence.recordedAt,
        key == OffenderEntry.key(offence.offender, offence.offence.family)
      else {
        note(.offence(key))
        continue
      }
      entries[key] = number
    }
    // From the last to the first: of each offender and family, the one that comes after.
    var next: [StateKey: RecordedOffence] = [:]
    for (number, offence) in offences.sorted(by: { $0.key > $1.key }) {
      let key = OffenderEntry.key(offence.offender, offence.offence.family)
      let isSound =
        if let next = next.updateValue(offence, forKey: key) {
          offence.offence.family == .bundles && next.height > offence.recordedAt
        } else {
          entries[key] == number
        }
      if !isSound { note(.offence(RecordedOffence.key(number))) }
    }
  }
}
