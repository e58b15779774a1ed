/// The present term, and the election at its end. Times are milliseconds since 1970-01-01 UTC.
public struct ElectionAnswer: Codable, Equatable, Sendable {
  /// Its number, from 0.
  public var term: UInt64
  /// The height whose state is shown.
  public var height: UInt64
  /// Of its block.
  public var time: UInt64
  public var startedAt: UInt64
  /// The first block at or after it holds the election.
  public var endsAt: UInt64
  /// Votes are placed and moved after this.
  public var votingFrom: UInt64
  /// Whether they are now.
  public var isVoting: Bool
  /// Nodes declare themselves ready after this.
  public var readyFrom: UInt64
  /// Members of a full set.
  public var seats: Int
  /// Addresses of the set that decides the next height.
  public var members: [String]
  /// Addresses, in the order in which they take seats.
  public var standbys: [String]
  /// Registered so far.
  public var candidates: UInt64
  /// ECO2 base units of all voters, decimal.
  public var locked: String
  /// Votes for candidates, ECO2 base units, decimal.
  public var placed: String

  public init(
    term: UInt64, height: UInt64, time: UInt64, startedAt: UInt64, endsAt: UInt64,
    votingFrom: UInt64, isVoting: Bool, readyFrom: UInt64, seats: Int, members: [String],
    standbys: [String], candidates: UInt64, locked: String, placed: String
  ) {
    self.term = term
    self.height = height
    self.time = time
    self.startedAt = startedAt
    self.endsAt = endsAt
    self.votingFrom = votingFrom
    self.isVoting = isVoting
    self.readyFrom = readyFrom
    self.seats = seats
    self.members = members
    self.standbys = standbys
    self.candidates = candidates
    self.locked = locked
    self.placed = placed
  }
}
