/// `GET /v1/mempool`: what waits on this node.
public struct MempoolAnswer: Codable, Equatable, Sendable {
  /// Waiting for a bundle of this node.
  public var transactions: Int
  public var bytes: Int
  /// Bundles held that no final block names yet.
  public var bundles: Int
  /// Transactions in them.
  public var bundledTransactions: Int
  /// Bound of `transactions`.
  public var transactionsMax: Int
  public var bytesMax: Int

  public init(
    transactions: Int, bytes: Int, bundles: Int, bundledTransactions: Int, transactionsMax: Int,
    bytesMax: Int
  ) {
    self.transactions = transactions
    self.bytes = bytes
    self.bundles = bundles
    self.bundledTransactions = bundledTransactions
    self.transactionsMax = transactionsMax
    self.bytesMax = bytesMax
  }
}

/// `GET /v1/genesis`: what the chain began with.
public struct GenesisAnswer: Codable, Equatable, Sendable {
  public var network: String
  public var isTest: Bool
  /// Genesis hash, hexadecimal.
  public var chain: String
  /// Milliseconds since 1970.
  public var time: UInt64
  public var intervalMilliseconds: UInt64
  /// Root of the state at height 0.
  public var stateRoot: String
  /// The set of height 1 in BCS, hexadecimal.
  public var validators: String
  /// Length of the document; its bytes are `GET /v1/genesis` with
  /// `Accept: application/vnd.eco2.genesis+bcs`.
  public var bytes: Int

  public init(
    network: String, isTest: Bool, chain: String, time: UInt64, intervalMilliseconds: UInt64,
    stateRoot: String, validators: String, bytes: Int
  ) {
    self.network = network
    self.isTest = isTest
    self.chain = chain
    self.time = time
    self.intervalMilliseconds = intervalMilliseconds
    self.stateRoot = stateRoot
    self.validators = validators
    self.bytes = bytes
  }
}

/// `GET /v1/parameters`: what the rules count with now, by name; numbers as decimal strings.
public struct ParametersAnswer: Codable, Equatable, Sendable {
  public var height: UInt64
  public var values: [String: String]
  /// ECO2 base units per unit of weight in the next block, decimal.
  public var baseFee: String

  public init(height: UInt64, values: [String: String], baseFee: String) {
    self.height = height
    self.values = values
    self.baseFee = baseFee
  }
}

/// A block's carbon statement with its place.
public struct StatementAtHeight: Codable, Equatable, Sendable {
  public var height: UInt64
  public var timestamp: UInt64
  public var statement: StatementAnswer

  public init(height: UInt64, timestamp: UInt64, statement: StatementAnswer) {
    self.height = height
    self.timestamp = timestamp
    self.statement = statement
  }
}
