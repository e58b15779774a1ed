/// `GET /v1/status`: what a node is and where it stands.
///
/// Operators ask it of nodes of other releases, above all while they upgrade. What it says may
/// grow: readers skip names they do not know, and each name added since the first of these answers
/// is read as a default where an older node leaves it out.
public struct StatusAnswer: Codable, Equatable, Sendable {
  /// The network's name from genesis.
  public var network: String
  /// True on test networks: nothing there is a claim.
  public var isTest: Bool
  /// Genesis hash, hexadecimal.
  public var chain: String
  /// Block interval in milliseconds.
  public var intervalMilliseconds: UInt64
  /// `validator`, or `full` for a node that follows, verifies, serves and relays without a vote.
  public var role: String
  /// The node's account, as an address; a full node's is made of its transport key.
  public var node: String
  /// An ER Node's name in genesis; empty for others.
  public var name: String
  /// Height of the last final block.
  public var height: UInt64
  /// Hash of the last final block, hexadecimal.
  public var block: String
  public var stateRoot: String
  /// Timestamp of the last final block, milliseconds since 1970.
  public var timestamp: UInt64
  /// `following`, `catching-up` or `halted`.
  public var mode: String
  /// Why the node does not vote, when it does not.
  public var notVotingBecause: String?
  /// Until when the node gives its turns as primary away, milliseconds since 1970; absent when it
  /// is not paused.
  public var pausedUntil: UInt64?
  /// View of the height being decided.
  public var view: UInt64
  public var peersConnected: Int
  public var peersKnown: Int
  /// Full nodes that follow this node now.
  public var followers: Int
  public var pendingTransactions: Int
  public var unflushedBlocks: Int
  /// Transactions final since the node's start.
  public var transactionsFinal: UInt64
  /// View changes this node voted for since its start.
  public var viewChanges: UInt64
  /// CPU-µs since the node's start, by stage.
  public var stages: [StageAnswer]
  /// CPU-µs since the node's start, of the whole process.
  public var processMicroseconds: UInt64
  /// What a transfer costs now.
  public var transferEstimate: EstimateAnswer
  /// What computes signatures and hashes; nil from nodes of older releases, which do not say.
  public var engines: EnginesAnswer?

  public init(
    network: String, isTest: Bool, chain: String, intervalMilliseconds: UInt64,
    role: String = "validator", node: String, name: String, height: UInt64, block: String,
    stateRoot: String, timestamp: UInt64, mode: String, notVotingBecause: String?,
    pausedUntil: UInt64? = nil, view: UInt64, peersConnected: Int, peersKnown: Int,
    followers: Int = 0, pendingTransactions: Int, unflushedBlocks: Int, transactionsFinal: UInt64,
    viewChanges: UInt64, stages: [StageAnswer], processMicroseconds: UInt64,
    transferEstimate: EstimateAnswer, engines: EnginesAnswer? = nil
  ) {
    self.network = network
    self.isTest = isTest
    self.chain = chain
    self.intervalMilliseconds = intervalMilliseconds
    self.role = role
    self.node = node
    self.name = name
    self.height = height
    self.block = block
    self.stateRoot = stateRoot
    self.timestamp = timestamp
    self.mode = mode
    self.notVotingBecause = notVotingBecause
    self.pausedUntil = pausedUntil
    self.view = view
    self.peersConnected = peersConnected
    self.peersKnown = peersKnown
    self.followers = followers
    self.pendingTransactions = pendingTransactions
    self.unflushedBlocks = unflushedBlocks
    self.transactionsFinal = transactionsFinal
    self.viewChanges = viewChanges
    self.stages = stages
    self.processMicroseconds = processMicroseconds
    self.transferEstimate = transferEstimate
    self.engines = engines
  }
}

extension StatusAnswer {
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    network = try values.decode(String.self, forKey: .network)
    isTest = try values.decode(Bool.self, forKey: .isTest)
    chain = try values.decode(String.self, forKey: .chain)
    intervalMilliseconds = try values.decode(UInt64.self, forKey: .intervalMilliseconds)
    role = try values.decodeIfPresent(String.self, forKey: .role) ?? "validator"
    node = try values.decode(String.self, forKey: .node)
    name = try values.decode(String.self, forKey: .name)
    height = try values.decode(UInt64.self, forKey: .height)
    block = try values.decode(String.self, forKey: .block)
    stateRoot = try values.decode(String.self, forKey: .stateRoot)
    timestamp = try values.decode(UInt64.self, forKey: .timestamp)
    mode = try values.decode(String.self, forKey: .mode)
    notVotingBecause = try values.decodeIfPresent(String.self, forKey: .notVotingBecause)
    pausedUntil = try values.decodeIfPresent(UInt64.self, forKey: .pausedUntil)
    view = try values.decode(UInt64.self, forKey: .view)
    peersConnected = try values.decode(Int.self, forKey: .peersConnected)
    peersKnown = try values.decode(Int.self, forKey: .peersKnown)
    followers = try values.decodeIfPresent(Int.self, forKey: .followers) ?? 0
    pendingTransactions = try values.decode(Int.self, forKey: .pendingTransactions)
    unflushedBlocks = try values.decode(Int.self, forKey: .unflushedBlocks)
    transactionsFinal = try values.decode(UInt64.self, forKey: .transactionsFinal)
    viewChanges = try values.decode(UInt64.self, forKey: .viewChanges)
    stages = try values.decode([StageAnswer].self, forKey: .stages)
    processMicroseconds = try values.decode(UInt64.self, forKey: .processMicroseconds)
    transferEstimate = try values.decode(EstimateAnswer.self, forKey: .transferEstimate)
    engines = try values.decodeIfPresent(EnginesAnswer.self, forKey: .engines)
  }
}

/// The implementations that a node uses, by name: they differ in speed only.
public struct EnginesAnswer: Codable, Equatable, Sendable {
  public var ed25519: String
  public var sha256: String
  public var sha512: String

  public init(ed25519: String, sha256: String, sha512: String) {
    self.ed25519 = ed25519
    self.sha256 = sha256
    self.sha512 = sha512
  }
}

/// CPU time of one stage.
public struct StageAnswer: Codable, Equatable, Sendable {
  public var stage: String
  public var microseconds: UInt64

  public init(stage: String, microseconds: UInt64) {
    self.stage = stage
    self.microseconds = microseconds
  }
}

/// What a transaction would be charged in the next block.
public struct EstimateAnswer: Codable, Equatable, Sendable {
  /// µg CO2e, decimal.
  public var charge: String
  /// ECO2 base units, decimal; without the fee for a recipient's first record.
  public var fee: String
  /// ECO2 base units, decimal: what an account's first record costs.
  public var creationFee: String

  public init(charge: String, fee: String, creationFee: String) {
    self.charge = charge
    self.fee = fee
    self.creationFee = creationFee
  }
}
