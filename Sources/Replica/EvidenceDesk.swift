import LedgerCore

/// Offences this node has seen that the chain has not recorded yet. Each is reported through this
/// node's own bundles until a final block records it, from whomever.
///
/// Bounded, and one for each offender and family of offences. Not on disk: a report that is in a
/// bundle is as durable as every transaction, and what is lost before was seen by others too.
struct EvidenceDesk {
  /// Offences that wait.
  static let casesMax = 128
  /// For how many heights a report is valid: it is made anew when it has not ended in a block.
  static let validityHeights: UInt64 = 64

  private struct Case {
    let evidence: Evidence
    let offender: AccountID
    /// The last height at which the report under way may execute; nil when there is none.
    var validUntil: UInt64?
  }

  /// In the order in which they were found.
  private var cases: [Case] = []

  var count: Int { cases.count }

  /// Takes an offence; false when the offender is known for such a one, or there is no room.
  mutating func take(_ evidence: Evidence, by offender: AccountID) -> Bool {
    guard cases.count < Self.casesMax, index(of: offender, evidence.offence.family) == nil
    else { return false }
    cases.append(Case(evidence: evidence, offender: offender))
    return true
  }

  private func index(of offender: AccountID, _ family: Offence.Family) -> Int? {
    cases.firstIndex { $0.offender == offender && $0.evidence.offence.family == family }
  }

  /// The chain has recorded an offender: nothing is left to report.
  mutating func recorded(_ offender: AccountID, _ family: Offence.Family) {
    cases.removeAll { $0.offender == offender && $0.evidence.offence.family == family }
  }

  /// Drops what the chain would not take.
  mutating func drop<E: Error>(_ isKnown: (Evidence, AccountID) throws(E) -> Bool) throws(E) {
    var kept: [Case] = []
    for open in cases where try !isKnown(open.evidence, open.offender) { kept.append(open) }
    cases = kept
  }

  /// This node signs with another key from now on, or is a member again: reports under way are not
  /// taken any more.
  mutating func beginAnew() {
    for index in cases.indices { cases[index].validUntil = nil }
  }

  /// The reports to send now, before this height is decided: no more at a time than a block looks
  /// at.
  mutating func due(at height: UInt64, by member: AccountID, chain: ChainID) -> [TransactionBody] {
    for index in cases.indices where cases[index].validUntil.map({ $0 < height }) ?? false {
      cases[index].validUntil = nil
    }
    var room = Limits.reportsPerMemberMax - cases.count { $0.validUntil != nil }
    var bodies: [TransactionBody] = []
    for index in cases.indices
    where room > 0 && cases[index].validUntil == nil && cases[index].evidence.height <= height {
      room -= 1
      let validUntil = height + Self.validityHeights
      cases[index].validUntil = validUntil
      bodies.append(
        .report(cases[index].evidence, by: member, validUntil: validUntil, chain: chain))
    }
    return bodies
  }
}
