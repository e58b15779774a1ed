/// An ER Node, or one who wants to be.
public struct CandidateAnswer: Codable, Equatable, Sendable {
  /// Address.
  public var account: String
  public var name: String
  /// In the order of registration.
  public var number: UInt64
  /// `standing`, `resigned` or `excluded`.
  public var standing: String
  /// `member` of the set, `standby`, or `candidate`.
  public var role: String
  /// ECO2 base units, decimal.
  public var votes: String
  /// ECO2 base units, decimal.
  public var bond: String
  /// Whether its node is ready for the next term.
  public var isReady: Bool
  /// Milliseconds since 1970-01-01 UTC; absent for one that is not jailed.
  public var jailedAt: UInt64?
  /// When it left the set; absent while it is in it.
  public var leftAt: UInt64?
  /// Of a member: of the last `downtimeBlocks` blocks those that it has not signed.
  public var missedBlocks: UInt64?
  /// Hexadecimal.
  public var consensusKey: String
  /// Hexadecimal.
  public var transportKey: String
  /// May be empty.
  public var endpoint: String
  public var profile: EnergyProfileContents
  /// Declared for a later term.
  public var nextProfile: EnergyProfileContents?
  /// ECC for its dues, µg CO2e, decimal.
  public var reserve: String
  /// Dues that it owes, µg CO2e, decimal.
  public var debts: String

  public init(
    account: String, name: String, number: UInt64, standing: String, role: String, votes: String,
    bond: String, isReady: Bool, jailedAt: UInt64? = nil, leftAt: UInt64? = nil,
    missedBlocks: UInt64? = nil, consensusKey: String, transportKey: String, endpoint: String,
    profile: EnergyProfileContents, nextProfile: EnergyProfileContents? = nil, reserve: String,
    debts: String
  ) {
    self.account = account
    self.name = name
    self.number = number
    self.standing = standing
    self.role = role
    self.votes = votes
    self.bond = bond
    self.isReady = isReady
    self.jailedAt = jailedAt
    self.leftAt = leftAt
    self.missedBlocks = missedBlocks
    self.consensusKey = consensusKey
    self.transportKey = transportKey
    self.endpoint = endpoint
    self.profile = profile
    self.nextProfile = nextProfile
    self.reserve = reserve
    self.debts = debts
  }
}
