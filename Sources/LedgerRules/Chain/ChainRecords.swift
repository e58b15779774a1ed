public import LedgerCore

/// What genesis fixed for ever.
public struct ChainFacts: SingleRecord {
  public static var kind: RecordKind { .chainFacts }

  /// The network's name.
  public let network: String
  /// A test network: what it shows is no environmental claim.
  public let isTest: Bool
  /// Milliseconds since 1970-01-01 UTC.
  public let genesisTime: UInt64
  /// Milliseconds between slots.
  public let interval: UInt64

  init(network: String, isTest: Bool, genesisTime: UInt64, interval: UInt64) {
    self.network = network
    self.isTest = isTest
    self.genesisTime = genesisTime
    self.interval = interval
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    network = try reader.text(max: RulesLimits.networkNameBytesMax, "network")
    isTest = try reader.bool("test")
    genesisTime = try reader.u64("genesis time")
    interval = try reader.u64("interval")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(network)
    writer.bool(isTest)
    writer.u64(genesisTime)
    writer.u64(interval)
  }
}

/// The last executed block, as the next one needs it.
public struct ChainTip: SingleRecord {
  public static var kind: RecordKind { .tip }

  public var height: UInt64
  /// Milliseconds since 1970-01-01 UTC.
  public var timestamp: UInt64
  /// The header's hash; at genesis the genesis hash.
  public var headerHash: Digest
  /// ECO2 base units per weight for the next block.
  public var baseFee: Amount

  init(height: UInt64, timestamp: UInt64, headerHash: Digest, baseFee: Amount) {
    self.height = height
    self.timestamp = timestamp
    self.headerHash = headerHash
    self.baseFee = baseFee
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
    timestamp = try reader.u64("timestamp")
    headerHash = try Digest(from: &reader)
    baseFee = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(height)
    writer.u64(timestamp)
    headerHash.encode(into: &writer)
    baseFee.encode(into: &writer)
  }
}

/// What stays of each block in state, beside its statement.
public struct BlockRecord: NumberedRecord {
  public static var kind: RecordKind { .block }

  public let headerHash: Digest
  /// Milliseconds since 1970-01-01 UTC.
  public let timestamp: UInt64
  /// RFC 6962 root over the transactions, in order of execution.
  public let transactionsRoot: Digest
  /// RFC 6962 root over the encoded receipts.
  public let receiptsRoot: Digest
  /// Energy used from block 1, fJ: of all that `CarbonStatement.footprintCumulative` counts.
  public let energyCumulative: UInt128
  /// Transactions executed from block 1, applied and failed.
  public let transactionsCumulative: UInt64

  init(
    headerHash: Digest, timestamp: UInt64, transactionsRoot: Digest, receiptsRoot: Digest,
    energyCumulative: UInt128 = 0, transactionsCumulative: UInt64 = 0
  ) {
    self.headerHash = headerHash
    self.timestamp = timestamp
    self.transactionsRoot = transactionsRoot
    self.receiptsRoot = receiptsRoot
    self.energyCumulative = energyCumulative
    self.transactionsCumulative = transactionsCumulative
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    headerHash = try Digest(from: &reader)
    timestamp = try reader.u64("timestamp")
    transactionsRoot = try Digest(from: &reader)
    receiptsRoot = try Digest(from: &reader)
    energyCumulative = try reader.u128("energy")
    transactionsCumulative = try reader.u64("transactions")
  }

  public func encode(into writer: inout BCSWriter) {
    headerHash.encode(into: &writer)
    writer.u64(timestamp)
    transactionsRoot.encode(into: &writer)
    receiptsRoot.encode(into: &writer)
    writer.u128(energyCumulative)
    writer.u64(transactionsCumulative)
  }
}

extension CarbonStatement: NumberedRecord {
  public static var kind: RecordKind { .statement }
}
