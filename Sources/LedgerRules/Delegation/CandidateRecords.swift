public import LedgerCore
import LedgerState

/// The election's side of an ER Node or of one that wants to be: its bond, votes and standing.
public struct Candidate: AccountRecord {
  public static var kind: RecordKind { .candidate }

  /// Whether a candidate can be elected.
  public enum Standing: UInt8, Sendable, CaseIterable, BCSCodable {
    case standing = 0
    case resigned = 1
    /// For an offence, for ever.
    case excluded = 2

    public init(from reader: inout BCSReader) throws(BCSError) {
      self = try reader.tag("standing")
    }

    public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
  }

  /// In the order of registration: the earlier wins where votes are equal.
  public let number: UInt64
  /// Locked, ECO2 base units.
  public var bond: Amount
  public var standing: Standing
  /// What everybody votes for it with, ECO2 base units.
  public var votes: Amount
  /// Those of them that were placed in `freshTerm`: they earn from the next term on, so that nobody
  /// moves votes from one block's author to the next.
  public var fresh: Amount
  public var freshTerm: UInt64
  /// The term for whose election its node is ready; 0 for none.
  public var readyFor: UInt64
  /// Signs from that term on.
  public var nextKey: PublicKey?
  /// What a base unit of votes has earned, in 1 / `RewardShare.unit` base units.
  public var earned: UInt128
  /// What could not be divided among its votes yet, in 1 / `RewardShare.unit` base units.
  public var undivided: UInt128
  /// When it left the set, or gave up standing outside it; milliseconds since 1970-01-01 UTC, 0
  /// while it is in the set and for one that never was.
  public var leftAt: UInt64
  /// Since when it is jailed, for debts, downtime or a bad bundle; milliseconds since 1970-01-01
  /// UTC, 0 for one that is not.
  public var jailedAt: UInt64

  init(number: UInt64, bond: Amount) {
    self.number = number
    self.bond = bond
    standing = .standing
    votes = .zero
    fresh = .zero
    freshTerm = 0
    readyFor = 0
    earned = 0
    undivided = 0
    leftAt = 0
    jailedAt = 0
  }

  /// Votes that earn now; right once the candidate has been brought to the present term.
  public var earning: Amount { votes.saturatingSubtracting(fresh) }

  /// Whether it may have a seat.
  public var isElectable: Bool { standing == .standing && jailedAt == 0 }

  public init(from reader: inout BCSReader) throws(BCSError) {
    number = try reader.u64("number")
    bond = try Amount(from: &reader)
    standing = try Standing(from: &reader)
    votes = try Amount(from: &reader)
    let start = reader.offset
    fresh = try Amount(from: &reader)
    guard fresh <= votes else {
      throw BCSError(.invalidValue, field: "fresh votes", offset: start)
    }
    freshTerm = try reader.u64("term of fresh votes")
    readyFor = try reader.u64("ready for")
    nextKey = try reader.isPresent("next key") ? try PublicKey(from: &reader) : nil
    earned = try reader.u128("earned")
    undivided = try reader.u128("undivided")
    leftAt = try reader.u64("left at")
    jailedAt = try reader.u64("jailed at")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(number)
    bond.encode(into: &writer)
    standing.encode(into: &writer)
    votes.encode(into: &writer)
    fresh.encode(into: &writer)
    writer.u64(freshTerm)
    writer.u64(readyFor)
    writer.bool(nextKey != nil)
    nextKey?.encode(into: &writer)
    writer.u128(earned)
    writer.u128(undivided)
    writer.u64(leftAt)
    writer.u64(jailedAt)
  }
}

/// Whose a consensus or transport key is or was: no key is ever used by two, no consensus key
/// twice.
public struct KeyOwner: LedgerRecord {
  public static var kind: RecordKind { .keyOwner }

  public let account: AccountID

  init(account: AccountID) { self.account = account }

  /// Where the owner of a key stands.
  static func key(_ key: PublicKey) -> StateKey { kind.key(key.bytes.array) }

  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { account.encode(into: &writer) }
}
