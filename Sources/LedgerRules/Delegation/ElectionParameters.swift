public import LedgerCore

/// The numbers of elections that governance can change (carbon rules, "Elections").
public struct ElectionParameters: Hashable, Sendable, BCSCodable {
  /// ER Nodes of a full set, and standbys behind them.
  public var seats: UInt64
  /// From election to election, ms.
  public var termMilliseconds: UInt64
  /// Votes are placed and moved so long before a term ends, ms.
  public var windowMilliseconds: UInt64
  /// Nodes declare themselves ready so long before a term ends, ms.
  public var readyMilliseconds: UInt64
  /// How long it takes to unlock votes, ms.
  public var unlockMilliseconds: UInt64
  /// ECO2 base units that a candidate locks.
  public var bond: Amount
  /// How long after it left the set a candidate that resigned gets its bond back, ms.
  public var bondMilliseconds: UInt64
  /// How many days' due a candidate brings in ECC.
  public var reserveDays: UInt64
  /// Blocks over which a member's signatures are counted.
  public var downtimeBlocks: UInt64
  /// A member that has signed fewer of them is jailed, per cent.
  public var signedPercentMin: UInt64
  /// How long a jail lasts at least, ms.
  public var jailMilliseconds: UInt64
  /// What release costs, µg CO2e.
  public var releaseFine: Amount
  /// What an offence costs of the offender's bond, per cent.
  public var slashPercent: UInt64

  /// The defaults of the carbon rules.
  public static let standard = ElectionParameters(
    seats: 21, termMilliseconds: 30 * Supply.millisecondsPerDay,
    windowMilliseconds: 3 * Supply.millisecondsPerDay,
    readyMilliseconds: Supply.millisecondsPerDay,
    unlockMilliseconds: 7 * Supply.millisecondsPerDay,
    bond: Amount(10_000 * Token.eco2.baseUnitsPerToken),
    bondMilliseconds: 14 * Supply.millisecondsPerDay, reserveDays: 30, downtimeBlocks: 1_000,
    signedPercentMin: 50, jailMilliseconds: 600_000,
    releaseFine: Amount(1_000 * Token.ecc.baseUnitsPerToken), slashPercent: 5)

  init(
    seats: UInt64, termMilliseconds: UInt64, windowMilliseconds: UInt64, readyMilliseconds: UInt64,
    unlockMilliseconds: UInt64, bond: Amount, bondMilliseconds: UInt64, reserveDays: UInt64,
    downtimeBlocks: UInt64, signedPercentMin: UInt64, jailMilliseconds: UInt64,
    releaseFine: Amount, slashPercent: UInt64
  ) {
    self.seats = seats
    self.termMilliseconds = termMilliseconds
    self.windowMilliseconds = windowMilliseconds
    self.readyMilliseconds = readyMilliseconds
    self.unlockMilliseconds = unlockMilliseconds
    self.bond = bond
    self.bondMilliseconds = bondMilliseconds
    self.reserveDays = reserveDays
    self.downtimeBlocks = downtimeBlocks
    self.signedPercentMin = signedPercentMin
    self.jailMilliseconds = jailMilliseconds
    self.releaseFine = releaseFine
    self.slashPercent = slashPercent
  }

  /// The checks of genesis, by name.
  var checks: [(String, Bool)] {
    let spans = 1...RulesLimits.spanMillisecondsMax
    // A term of no time fails by its own row.
    let term = 1...max(1, termMilliseconds)
    let seatsRange = UInt64(Limits.validatorsMin)...UInt64(Limits.validatorsMax)
    return [
      ("seats", seatsRange.contains(seats)),
      ("term", spans.contains(termMilliseconds)),
      ("voting window", term.contains(windowMilliseconds)),
      ("ready time", term.contains(readyMilliseconds)),
      ("unlock time", spans.contains(unlockMilliseconds)),
      ("candidate's bond", bond <= Supply.total),
      ("bond time", spans.contains(bondMilliseconds)),
      ("candidate's reserve", reserveDays <= 3_650),
      ("downtime blocks", (1...RulesLimits.downtimeBlocksMax).contains(downtimeBlocks)),
      ("signed blocks", signedPercentMin <= 100),
      ("jail time", spans.contains(jailMilliseconds)),
      ("release fine", releaseFine <= RulesLimits.releaseFineMax),
      ("slash", slashPercent <= 100),
    ]
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    seats = try reader.u64("seats")
    termMilliseconds = try reader.u64("term")
    windowMilliseconds = try reader.u64("voting window")
    readyMilliseconds = try reader.u64("ready time")
    unlockMilliseconds = try reader.u64("unlock time")
    bond = try Amount(from: &reader)
    bondMilliseconds = try reader.u64("bond time")
    reserveDays = try reader.u64("candidate's reserve")
    downtimeBlocks = try reader.u64("downtime blocks")
    signedPercentMin = try reader.u64("signed blocks")
    jailMilliseconds = try reader.u64("jail time")
    releaseFine = try Amount(from: &reader)
    slashPercent = try reader.u64("slash")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(seats)
    writer.u64(termMilliseconds)
    writer.u64(windowMilliseconds)
    writer.u64(readyMilliseconds)
    writer.u64(unlockMilliseconds)
    bond.encode(into: &writer)
    writer.u64(bondMilliseconds)
    writer.u64(reserveDays)
    writer.u64(downtimeBlocks)
    writer.u64(signedPercentMin)
    writer.u64(jailMilliseconds)
    releaseFine.encode(into: &writer)
    writer.u64(slashPercent)
  }
}

/// A term; times are milliseconds since 1970-01-01 UTC.
public struct TermSpan: Hashable, Sendable {
  /// Its number, from 0.
  public let term: UInt64
  public let start: UInt64
  /// The first block at or after it holds the next election.
  public let end: UInt64
  /// Votes are placed and moved after this.
  public let votingFrom: UInt64
  /// Nodes declare themselves ready after this.
  public let readyFrom: UInt64
}

/// Where a time lies among terms, counted from genesis.
struct TermClock {
  let genesisTime: UInt64
  let parameters: ElectionParameters

  /// The number of the term that a time lies in, from 0.
  func term(at time: UInt64) -> UInt64 {
    (time - min(time, genesisTime)) / parameters.termMilliseconds
  }

  /// When a term begins; nil beyond the end of time.
  func start(of term: UInt64) -> UInt64? {
    let (span, overflow) = term.multipliedReportingOverflow(by: parameters.termMilliseconds)
    let (start, beyond) = genesisTime.addingReportingOverflow(span)
    return overflow || beyond ? nil : start
  }

  /// How long the term that a time lies in still lasts, ms; above zero.
  private func left(at time: UInt64) -> UInt64 {
    parameters.termMilliseconds
      - (time - min(time, genesisTime)) % parameters.termMilliseconds
  }

  /// Whether votes are placed and moved at a time.
  func isVoting(at time: UInt64) -> Bool { left(at: time) <= parameters.windowMilliseconds }

  /// Whether nodes declare themselves ready at a time.
  func isDeclaring(at time: UInt64) -> Bool { left(at: time) <= parameters.readyMilliseconds }
}
