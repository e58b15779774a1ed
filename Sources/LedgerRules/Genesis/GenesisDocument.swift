public import LedgerCore

/// Everything a chain starts from. Its bytes name the chain: `chainID` is their hash. Version tag
/// 0.
public struct GenesisDocument: Hashable, Sendable {
  /// The network's name, 1 … `RulesLimits.networkNameBytesMax` bytes of printable ASCII.
  public var network: String
  /// A test network: accounts may be funded from the operating committee's share, and nothing it
  /// shows is an environmental claim.
  public var isTest: Bool
  /// Milliseconds since 1970-01-01 UTC.
  public var genesisTime: UInt64
  /// Milliseconds between slots.
  public var interval: UInt64
  public var parameters: Parameters
  /// At least one row; for each region the latest year is in force, of one year the highest.
  public var factors: [GenesisFactor]
  /// 4…64.
  public var nodes: [GenesisNode]
  /// Receives its 20 % less what test allocations take.
  public var operatingCommittee: AccountID
  public var founders: [GenesisFounder]
  public var allocations: [GenesisAllocation]
  public var registry: GenesisRegistry
  /// Deposited the lots: holds them at their source, receives the ECC that nobody else is given.
  public var depositor: AccountID
  public var lots: [GenesisLot]

  public init(
    network: String, isTest: Bool, genesisTime: UInt64, interval: UInt64,
    parameters: Parameters = .standard, factors: [GenesisFactor], nodes: [GenesisNode],
    operatingCommittee: AccountID, founders: [GenesisFounder],
    allocations: [GenesisAllocation] = [], registry: GenesisRegistry = .standard,
    depositor: AccountID, lots: [GenesisLot]
  ) {
    self.network = network
    self.isTest = isTest
    self.genesisTime = genesisTime
    self.interval = interval
    self.parameters = parameters
    self.factors = factors
    self.nodes = nodes
    self.operatingCommittee = operatingCommittee
    self.founders = founders
    self.allocations = allocations
    self.registry = registry
    self.depositor = depositor
    self.lots = lots
  }

  /// SHA-256 of tag and document.
  public var chainID: ChainID { Self.chainID(of: bcs[...]) }

  /// The same of the bytes that a document was decoded from: it has no other encoding.
  public static func chainID(of bytes: ArraySlice<UInt8>) -> ChainID {
    ChainID(SHA256.hash(prefix: Array("eco2/genesis/v1".utf8), bytes).bytes)
  }

  /// The set that decides from height 1 on: the first *seats* nodes; nil when they do not make one.
  public var validators: ValidatorSet? {
    ValidatorSet(
      firstHeight: 1,
      members: nodes.prefix(Int(clamping: parameters.elections.seats)).map {
        Validator(account: $0.account, consensusKey: $0.consensusKey)
      })
  }
}

extension GenesisDocument: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let version = try reader.uleb128("genesis version")
    guard version == 0 else {
      throw BCSError(.unknownTag(UInt64(version)), field: "genesis version", offset: start)
    }
    network = try reader.text(max: RulesLimits.networkNameBytesMax, "network")
    isTest = try reader.bool("test")
    genesisTime = try reader.u64("genesis time")
    interval = try reader.u64("interval")
    parameters = try Parameters(from: &reader)
    factors = try reader.list(in: 0...RulesLimits.factorRowsMax, "factors")
    nodes = try reader.list(in: 0...Limits.validatorsMax, "nodes")
    operatingCommittee = try AccountID(from: &reader)
    founders = try reader.list(in: 0...RulesLimits.foundersMax, "founders")
    allocations = try reader.list(in: 0...RulesLimits.allocationsMax, "allocations")
    registry = try GenesisRegistry(from: &reader)
    depositor = try AccountID(from: &reader)
    lots = try reader.list(in: 0...RulesLimits.lotsMax, "lots")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(0)
    writer.text(network)
    writer.bool(isTest)
    writer.u64(genesisTime)
    writer.u64(interval)
    parameters.encode(into: &writer)
    writer.list(factors)
    writer.list(nodes)
    operatingCommittee.encode(into: &writer)
    writer.list(founders)
    writer.list(allocations)
    registry.encode(into: &writer)
    depositor.encode(into: &writer)
    writer.list(lots)
  }
}
