/// `GET /v1/validators`: the ER Nodes that decide blocks now.
public struct ValidatorsAnswer: Codable, Equatable, Sendable {
  /// The height the set decides next.
  public var height: UInt64
  /// The set's first height.
  public var firstHeight: UInt64
  public var hash: String
  public var quorum: Int
  /// Members that may be faulty.
  public var faultyMax: Int
  public var members: [ValidatorAnswer]

  public init(
    height: UInt64, firstHeight: UInt64, hash: String, quorum: Int, faultyMax: Int,
    members: [ValidatorAnswer]
  ) {
    self.height = height
    self.firstHeight = firstHeight
    self.hash = hash
    self.quorum = quorum
    self.faultyMax = faultyMax
    self.members = members
  }
}

/// One member of the set.
public struct ValidatorAnswer: Codable, Equatable, Sendable {
  public var index: Int
  /// Address.
  public var account: String
  /// Account id, hexadecimal.
  public var id: String
  public var name: String
  public var consensusKey: String
  /// Carbon dues not paid, µg CO2e, decimal; above 0 it is passed over as primary.
  public var arrears: String
  /// ECC held for its dues, µg CO2e, decimal.
  public var reserve: String

  public init(
    index: Int, account: String, id: String, name: String, consensusKey: String, arrears: String,
    reserve: String
  ) {
    self.index = index
    self.account = account
    self.id = id
    self.name = name
    self.consensusKey = consensusKey
    self.arrears = arrears
    self.reserve = reserve
  }
}

/// `GET /v1/schedule`: whose turn it is.
public struct ScheduleAnswer: Codable, Equatable, Sendable {
  /// The height being decided.
  public var height: UInt64
  public var roundFirstHeight: UInt64
  /// From that height on.
  public var turns: [TurnAnswer]

  public init(height: UInt64, roundFirstHeight: UInt64, turns: [TurnAnswer]) {
    self.height = height
    self.roundFirstHeight = roundFirstHeight
    self.turns = turns
  }
}

/// A height and the ER Node that proposes it in view 0, as dues stand now.
public struct TurnAnswer: Codable, Equatable, Sendable {
  public var height: UInt64
  public var account: String
  public var name: String
  /// The earliest timestamp the block can have, milliseconds since 1970.
  public var earliest: UInt64

  public init(height: UInt64, account: String, name: String, earliest: UInt64) {
    self.height = height
    self.account = account
    self.name = name
    self.earliest = earliest
  }
}

/// Bounds of `GET /v1/schedule`.
public enum ScheduleFormat {
  public static let turnsDefault = 21
  public static let turnsMax = 210
}
