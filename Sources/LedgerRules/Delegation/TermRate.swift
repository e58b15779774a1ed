public import LedgerCore
import LedgerState

/// What a base unit of votes for a candidate had earned when a term was over: votes that were
/// placed in it earn from there on. Kept for ever, as voters come back when they like; one for each
/// candidate and term with such votes.
public struct TermRate: LedgerRecord {
  public static var kind: RecordKind { .termRate }

  /// The candidate's `earned` then.
  public let earned: UInt128

  init(earned: UInt128) { self.earned = earned }

  /// Where it stands.
  static func key(_ candidate: AccountID, _ term: UInt64) -> StateKey {
    kind.key(candidate.bytes.array + [UInt8](bigEndian: term))
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    earned = try reader.u128("earned")
  }

  public func encode(into writer: inout BCSWriter) { writer.u128(earned) }
}

extension Candidate {
  /// Brings it to a term: what was placed in an earlier one earns from now on. Nothing was earned
  /// since that term's end, or this would have been done then.
  ///
  /// - Returns: What votes placed in `freshTerm` need to know; nil where there are none, or they
  ///   are of this term.
  mutating func begin(_ term: UInt64) -> (term: UInt64, rate: TermRate)? {
    guard !fresh.isZero, freshTerm < term else { return nil }
    fresh = .zero
    return (freshTerm, TermRate(earned: earned))
  }
}
