/// What the signers of a transaction sign (protocol §3). Version tag 0.
public struct TransactionBody: Hashable, Sendable {
  /// The first four bytes of the genesis hash: a hint that turns "badly signed" into "wrong chain".
  public var chainTag: UInt32
  public var sender: AccountID
  /// Used once per sender; see `Limits.replayWindowBits` and `Limits.sequenceLeadMax`.
  public var sequence: UInt64
  /// The last height at which the transaction may execute.
  public var validUntil: UInt64
  /// The most ECC (µg CO2e) the payer gives for the carbon charge.
  public var chargeMax: Amount
  /// The most ECO2 (base units) the payer gives for the network fee.
  public var feeMax: Amount
  /// ECO2 (base units) for the block's author.
  public var tip: Amount
  /// Co-signs and pays everything, when there is one.
  public var sponsor: AccountID?
  /// Applied all or none, in order; 1 … `Limits.operationsMax`.
  public var operations: [Operation]

  public init(
    chain: ChainID, sender: AccountID, sequence: UInt64, validUntil: UInt64, chargeMax: Amount,
    feeMax: Amount, tip: Amount = .zero, sponsor: AccountID? = nil, operations: [Operation]
  ) {
    chainTag = chain.tag
    self.sender = sender
    self.sequence = sequence
    self.validUntil = validUntil
    self.chargeMax = chargeMax
    self.feeMax = feeMax
    self.tip = tip
    self.sponsor = sponsor
    self.operations = operations
  }

  /// Who pays charge, fee and tip.
  public var payer: AccountID { sponsor ?? sender }
}

extension TransactionBody: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let version = try reader.uleb128("transaction version")
    guard version == 0 else {
      throw BCSError(.unknownTag(UInt64(version)), field: "transaction version", offset: start)
    }
    chainTag = try reader.u32("chain tag")
    sender = try AccountID(from: &reader)
    sequence = try reader.u64("sequence")
    validUntil = try reader.u64("valid until")
    chargeMax = try Amount(from: &reader)
    feeMax = try Amount(from: &reader)
    tip = try Amount(from: &reader)
    sponsor = try reader.optional("sponsor")
    operations = try reader.list(in: 1...Limits.operationsMax, "operations")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(0)
    writer.u32(chainTag)
    sender.encode(into: &writer)
    writer.u64(sequence)
    writer.u64(validUntil)
    chargeMax.encode(into: &writer)
    feeMax.encode(into: &writer)
    tip.encode(into: &writer)
    writer.optional(sponsor)
    writer.list(operations)
  }
}
