/// Moves ECC of the sender into the carbon reserve of an ER Node; anybody may (carbon rules, "Zero
/// emission").
public struct TopUpReserve: Hashable, Sendable, BCSCodable {
  /// The ER Node's account.
  public let node: AccountID
  /// µg CO2e.
  public let amount: Amount

  public init(node: AccountID, amount: Amount) {
    self.node = node
    self.amount = amount
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    node = try AccountID(from: &reader)
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    node.encode(into: &writer)
    amount.encode(into: &writer)
  }
}
