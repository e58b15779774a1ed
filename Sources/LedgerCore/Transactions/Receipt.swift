/// What became of one transaction in a block.
public struct Receipt: Hashable, Sendable, BCSCodable {
  /// The end of a transaction's execution.
  public enum Outcome: Hashable, Sendable {
    /// Every operation was applied.
    case applied
    /// An operation failed: nothing was applied but sequence, charge and fee. `subject` is the
    /// number of what it failed by, such as the lot whose serials are on chain already; nil when
    /// the transaction itself made that, since it is taken back.
    case failed(operation: UInt8, TransactionFault, subject: UInt64? = nil)
    /// Not executed: nothing changed, nothing was charged.
    case skipped(TransactionFault)
  }

  public let transaction: Digest
  public let outcome: Outcome
  /// Carbon charge taken, µg CO2e.
  public let charge: Amount
  /// Network fee taken, ECO2 base units, without the tip.
  public let fee: Amount

  public init(transaction: Digest, outcome: Outcome, charge: Amount, fee: Amount) {
    self.transaction = transaction
    self.outcome = outcome
    self.charge = charge
    self.fee = fee
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    transaction = try Digest(from: &reader)
    let start = reader.offset
    switch try reader.uleb128("outcome") {
    case 0: outcome = .applied
    case 1:
      let operation = try reader.u8("operation")
      let fault = try Self.fault(from: &reader)
      let subject = try reader.isPresent("subject") ? reader.u64("subject") : nil
      outcome = .failed(operation: operation, fault, subject: subject)
    case 2: outcome = .skipped(try Self.fault(from: &reader))
    case let tag: throw BCSError(.unknownTag(UInt64(tag)), field: "outcome", offset: start)
    }
    charge = try Amount(from: &reader)
    fee = try Amount(from: &reader)
  }

  private static func fault(from reader: inout BCSReader) throws(BCSError) -> TransactionFault {
    let start = reader.offset
    let raw = try reader.u16("fault")
    guard let fault = TransactionFault(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(raw)), field: "fault", offset: start)
    }
    return fault
  }

  public func encode(into writer: inout BCSWriter) {
    transaction.encode(into: &writer)
    switch outcome {
    case .applied: writer.uleb128(0)
    case .failed(let operation, let fault, let subject):
      writer.uleb128(1)
      writer.u8(operation)
      writer.u16(fault.rawValue)
      writer.bool(subject != nil)
      if let subject { writer.u64(subject) }
    case .skipped(let fault):
      writer.uleb128(2)
      writer.u16(fault.rawValue)
    }
    charge.encode(into: &writer)
    fee.encode(into: &writer)
  }
}
