public import LedgerCore
public import LedgerState

/// A proven offence, as the chain keeps it for ever.
public struct RecordedOffence: NumberedRecord {
  public static var kind: RecordKind { .offence }

  /// The member's account.
  public let offender: AccountID
  public let offence: Offence
  /// Of the evidence: whose set has judged it.
  public let height: UInt64
  /// Of the first vote; 0 of a bundle.
  public let view: UInt64
  /// Who brought it.
  public let reporter: AccountID
  /// The block that recorded it.
  public let recordedAt: UInt64
  /// Digests of the two things signed (`Evidence.statements`).
  public let first: Digest
  public let second: Digest

  init(
    _ evidence: Evidence, by offender: AccountID, reporter: AccountID, recordedAt: UInt64,
    chain: ChainID
  ) {
    self.offender = offender
    offence = evidence.offence
    height = evidence.height
    view = evidence.view
    self.reporter = reporter
    self.recordedAt = recordedAt
    (first, second) = evidence.statements(chain)
  }

  /// Whether evidence against the same offender, of the same family, counts although this offence
  /// is the last recorded: never of votes, which exclude for ever; of a bundle that was born after
  /// the record, when the offender has paid for it and stands for election again. One jail each
  /// time bounds what the chain keeps of an offender.
  func isFollowed(by evidence: Evidence, of candidate: Candidate?) -> Bool {
    evidence.offence.family == .bundles && evidence.height > recordedAt
      && candidate?.isElectable ?? false
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    offender = try AccountID(from: &reader)
    offence = try Offence(from: &reader)
    height = try reader.u64("height")
    view = try reader.u64("view")
    reporter = try AccountID(from: &reader)
    recordedAt = try reader.u64("recorded at")
    first = try Digest(from: &reader)
    second = try Digest(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    offender.encode(into: &writer)
    offence.encode(into: &writer)
    writer.u64(height)
    writer.u64(view)
    reporter.encode(into: &writer)
    writer.u64(recordedAt)
    first.encode(into: &writer)
    second.encode(into: &writer)
  }
}

/// That an offender is recorded, and where: one entry for each family of offences.
public struct OffenderEntry: LedgerRecord {
  public static var kind: RecordKind { .offender }

  /// The number of its last `RecordedOffence`.
  public let number: UInt64

  init(number: UInt64) { self.number = number }

  public init(from reader: inout BCSReader) throws(BCSError) {
    number = try reader.u64("number")
  }

  public func encode(into writer: inout BCSWriter) { writer.u64(number) }

  /// Where the entry of an offender stands.
  public static func key(_ offender: AccountID, _ family: Offence.Family) -> StateKey {
    kind.key(offender.bytes.array + [family.rawValue])
  }
}

/// How many offences are recorded: the next one's number.
public struct OffenceCount: SingleRecord {
  public static var kind: RecordKind { .offenceCount }

  public var count: UInt64

  init(count: UInt64 = 0) { self.count = count }

  public init(from reader: inout BCSReader) throws(BCSError) { count = try reader.u64("count") }

  public func encode(into writer: inout BCSWriter) { writer.u64(count) }
}
