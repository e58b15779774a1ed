public import LedgerCore
import LedgerState

/// What an account has locked to vote with.
///
/// Invariant: what votes for candidates is at most `locked`; the rest of `locked` is idle.
public struct Voter: AccountRecord {
  public static var kind: RecordKind { .voter }

  /// ECO2 that is on its way back.
  public struct Unlock: Hashable, Sendable, BCSCodable {
    /// ECO2 base units.
    public let amount: Amount
    /// When it can be collected; milliseconds since 1970-01-01 UTC.
    public let readyAt: UInt64

    init(amount: Amount, readyAt: UInt64) {
      self.amount = amount
      self.readyAt = readyAt
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      amount = try Amount(from: &reader)
      readyAt = try reader.u64("ready at")
    }

    public func encode(into writer: inout BCSWriter) {
      amount.encode(into: &writer)
      writer.u64(readyAt)
    }
  }

  /// ECO2 base units that vote or can; without those on their way back.
  public var locked: Amount
  /// Those of them that vote for somebody.
  public var placed: Amount
  /// In the order in which they were begun.
  public var unlocks: [Unlock]
  /// Motions that the placed votes are against; those that are over are forgotten by and by.
  public var vetoes: [UInt64]

  init() {
    locked = .zero
    placed = .zero
    unlocks = []
    vetoes = []
  }

  /// What can be placed or unlocked.
  public var idle: Amount { locked.saturatingSubtracting(placed) }

  /// Nothing is left to remember.
  var isEmpty: Bool { locked.isZero && unlocks.isEmpty }

  public init(from reader: inout BCSReader) throws(BCSError) {
    locked = try Amount(from: &reader)
    let start = reader.offset
    placed = try Amount(from: &reader)
    guard placed <= locked else {
      throw BCSError(.invalidValue, field: "placed", offset: start)
    }
    unlocks = try reader.list(in: 0...CandidateLimits.unlocksMax, "unlocks")
    let count = try reader.length(in: 0...CandidateLimits.vetoesMax, "vetoes")
    var vetoes: [UInt64] = []
    for _ in 0..<count { vetoes.append(try reader.u64("veto")) }
    self.vetoes = vetoes
  }

  public func encode(into writer: inout BCSWriter) {
    locked.encode(into: &writer)
    placed.encode(into: &writer)
    writer.list(unlocks)
    writer.length(vetoes.count)
    for motion in vetoes { writer.u64(motion) }
  }
}

/// An account's votes for a candidate.
public struct VoteStake: LedgerRecord {
  public static var kind: RecordKind { .voteStake }

  /// ECO2 base units; above zero.
  public var amount: Amount
  /// Those of them that were placed in `freshTerm`: they earn from the next term on.
  public var fresh: Amount
  public var freshTerm: UInt64
  /// The candidate's `earned` up to which those that earn have been paid.
  public var paidTo: UInt128
  /// What they have earned beyond whole base units, in 1 / `RewardShare.unit` base units.
  public var fraction: UInt128

  /// None yet.
  init(paidTo: UInt128) {
    amount = .zero
    fresh = .zero
    freshTerm = 0
    self.paidTo = paidTo
    fraction = 0
  }

  /// Those that earn.
  var earning: Amount { amount.saturatingSubtracting(fresh) }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    amount = try Amount(from: &reader)
    guard !amount.isZero else {
      throw BCSError(.invalidValue, field: "votes", offset: start)
    }
    fresh = try Amount(from: &reader)
    guard fresh <= amount else {
      throw BCSError(.invalidValue, field: "fresh votes", offset: start)
    }
    freshTerm = try reader.u64("term of fresh votes")
    paidTo = try reader.u128("paid to")
    fraction = try reader.u128("fraction")
  }

  public func encode(into writer: inout BCSWriter) {
    amount.encode(into: &writer)
    fresh.encode(into: &writer)
    writer.u64(freshTerm)
    writer.u128(paidTo)
    writer.u128(fraction)
  }
}

/// Whose votes for whom.
struct VotePair: Hashable {
  let voter: AccountID
  let candidate: AccountID

  /// Where the votes stand.
  var key: StateKey { VoteStake.kind.key(voter.bytes.array + candidate.bytes.array) }
}

/// What elections count.
public struct Delegation: SingleRecord {
  public static var kind: RecordKind { .delegation }

  /// Registered so far, ER Nodes of genesis included.
  public var candidates: UInt64
  /// ECO2 base units that are locked by voters, those on their way back included.
  public var locked: Amount
  /// Votes for candidates, ECO2 base units.
  public var placed: Amount
  /// Bonds of candidates, ECO2 base units.
  public var bonds: Amount
  /// What votes have earned and nobody has taken yet, ECO2 base units.
  public var unclaimed: Amount
  /// Who takes a seat that becomes free, in this order.
  public var standbys: [AccountID]
  /// Heights whose blocks took members out of the set between elections, one for each member;
  /// ascending, those of the last `departureHeights`.
  ///
  /// Fewer than there is room for: of n members at most ⌊(n − 1)/3⌋ leave in 2 n heights.
  public var departures: [UInt64]
  /// Two rounds of the largest set.
  static let departureHeights = 2 * UInt64(Limits.validatorsMax)
  /// Consensus keys that replace a member's at a height to come.
  public var keyChanges: [KeyChange]

  init(candidates: UInt64, bonds: Amount) {
    self.candidates = candidates
    locked = .zero
    placed = .zero
    self.bonds = bonds
    unclaimed = .zero
    standbys = []
    departures = []
    keyChanges = []
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    candidates = try reader.u64("candidates")
    locked = try Amount(from: &reader)
    placed = try Amount(from: &reader)
    bonds = try Amount(from: &reader)
    unclaimed = try Amount(from: &reader)
    standbys = try reader.list(in: 0...Limits.validatorsMax, "standbys")
    let departed = try reader.length(in: 0...Limits.validatorsMax, "departures")
    var heights: [UInt64] = []
    for _ in 0..<departed { heights.append(try reader.u64("departure")) }
    departures = heights
    keyChanges = try reader.list(in: 0...RulesLimits.keyChangesMax, "key changes")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(candidates)
    locked.encode(into: &writer)
    placed.encode(into: &writer)
    bonds.encode(into: &writer)
    unclaimed.encode(into: &writer)
    writer.list(standbys)
    writer.length(departures.count)
    for height in departures { writer.u64(height) }
    writer.list(keyChanges)
  }
}
