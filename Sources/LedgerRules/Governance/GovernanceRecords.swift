public import LedgerCore
public import LedgerState

/// A motion, and what became of it.
public struct MotionRecord: NumberedRecord {
  public static var kind: RecordKind { .motion }

  /// How a motion stands.
  public enum Standing: UInt8, Sendable, CaseIterable, BCSCodable {
    case pending = 0
    /// Waits for its time.
    case approved = 1
    case executed = 2
    /// Could not be executed when its time had come.
    case failed = 3
    case cancelled = 4
    case vetoed = 5
    case expired = 6

    /// The name in JSON and tables.
    public var name: String { "\(self)" }

    /// Whether nothing can happen to it any more.
    public var isOver: Bool { self != .pending && self != .approved }

    public init(from reader: inout BCSReader) throws(BCSError) {
      self = try reader.tag("standing")
    }

    public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
  }

  public let motion: Motion
  public let reason: String
  public let proposer: AccountID
  /// Milliseconds since 1970-01-01 UTC.
  public let proposedAt: UInt64
  public var standing: Standing
  /// While it is pending when it expires, then when it is executed; milliseconds since 1970-01-01
  /// UTC.
  public var dueAt: UInt64
  /// When it was approved, milliseconds since 1970-01-01 UTC; 0 while it has not been, or is no
  /// more.
  public var approvedAt: UInt64
  /// In the order of their approvals; registrars too.
  public var approvals: [AccountID]
  /// Votes against it when it ended, ECO2 base units; kept in `MotionVetoes` before.
  public var vetoes: Amount
  /// The height at which it ended; nil while it is not over.
  public var endedAt: UInt64?

  init(_ motion: Motion, reason: String, proposer: AccountID, at time: UInt64, dueAt: UInt64) {
    self.motion = motion
    self.reason = reason
    self.proposer = proposer
    proposedAt = time
    standing = .pending
    self.dueAt = dueAt
    approvedAt = 0
    approvals = []
    vetoes = .zero
    endedAt = nil
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    motion = try Motion(from: &reader)
    reason = try reader.text(max: MotionLimits.reasonBytesMax, "reason")
    proposer = try AccountID(from: &reader)
    proposedAt = try reader.u64("proposed at")
    standing = try Standing(from: &reader)
    dueAt = try reader.u64("due at")
    approvedAt = try reader.u64("approved at")
    approvals = try reader.list(in: 0...RulesLimits.decisionsMax, "approvals")
    vetoes = try Amount(from: &reader)
    endedAt = try reader.isPresent("ended at") ? try reader.u64("ended at") : nil
  }

  public func encode(into writer: inout BCSWriter) {
    motion.encode(into: &writer)
    writer.text(reason)
    proposer.encode(into: &writer)
    writer.u64(proposedAt)
    standing.encode(into: &writer)
    writer.u64(dueAt)
    writer.u64(approvedAt)
    writer.list(approvals)
    vetoes.encode(into: &writer)
    writer.bool(endedAt != nil)
    if let endedAt { writer.u64(endedAt) }
  }
}

/// Votes against a motion that is open; there is none without any. Apart from the motion: each
/// change of votes that are against it writes this.
public struct MotionVetoes: NumberedRecord {
  public static var kind: RecordKind { .motionVetoes }

  /// ECO2 base units; above zero.
  public let votes: Amount

  init(votes: Amount) { self.votes = votes }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    votes = try Amount(from: &reader)
    guard !votes.isZero else {
      throw BCSError(.invalidValue, field: "votes against", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) { votes.encode(into: &writer) }
}

/// What governance counts, and what it has to look at in a block.
public struct GovernanceBook: SingleRecord {
  public static var kind: RecordKind { .governanceBook }

  /// A motion that is not over.
  public struct Open: Hashable, Sendable, BCSCodable {
    public let number: UInt64
    public let proposer: AccountID
    /// Of its record; milliseconds since 1970-01-01 UTC.
    public var dueAt: UInt64
    /// A pause that an ER Node has asked for: it takes none of the places of motions.
    public let isUrgent: Bool

    init(number: UInt64, proposer: AccountID, dueAt: UInt64, isUrgent: Bool) {
      self.number = number
      self.proposer = proposer
      self.dueAt = dueAt
      self.isUrgent = isUrgent
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      number = try reader.u64("number")
      proposer = try AccountID(from: &reader)
      dueAt = try reader.u64("due at")
      isUrgent = try reader.bool("urgent")
    }

    public func encode(into writer: inout BCSWriter) {
      writer.u64(number)
      proposer.encode(into: &writer)
      writer.u64(dueAt)
      writer.bool(isUrgent)
    }
  }

  /// A kind of operation that is not executed for a time.
  public struct Pause: Hashable, Sendable, BCSCodable {
    public let kind: OperationKind
    /// Milliseconds since 1970-01-01 UTC.
    public let until: UInt64

    init(kind: OperationKind, until: UInt64) {
      self.kind = kind
      self.until = until
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      kind = try reader.tag("operation kind")
      until = try reader.u64("until")
    }

    public func encode(into writer: inout BCSWriter) {
      writer.uleb128(UInt32(kind.rawValue))
      writer.u64(until)
    }
  }

  /// Motions so far: the next one's number.
  public var motions: UInt64
  /// Ascending by number.
  public var open: [Open]
  /// Those that are over are dropped with the next motion.
  public var pauses: [Pause]

  init() {
    motions = 0
    open = []
    pauses = []
  }

  /// Whether operations of a kind are paused at a time.
  public func isPaused(_ kind: OperationKind, at time: UInt64) -> Bool {
    pauses.contains { $0.kind == kind && time < $0.until }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    motions = try reader.u64("motions")
    let openMax = MotionLimits.openMax + MotionLimits.pausesOpenMax
    open = try reader.list(in: 0...openMax, "open motions")
    pauses = try reader.list(in: 0...OperationKind.allCases.count, "pauses")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(motions)
    writer.list(open)
    writer.list(pauses)
  }
}

/// A rule change that governance has decided on: by its name.
public struct FeatureRecord: LedgerRecord {
  public static var kind: RecordKind { .feature }

  /// The first height that it holds for.
  public let height: UInt64

  init(height: UInt64) { self.height = height }

  /// Where the feature of a name stands.
  public static func key(_ name: String) -> StateKey { kind.key(name.utf8) }

  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
  }

  public func encode(into writer: inout BCSWriter) { writer.u64(height) }
}
