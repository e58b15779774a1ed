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

/// Asks for ECC of an ER Node's reserve back: what exceeds 30 days' due, after 7 days.
public struct WithdrawReserve: Hashable, Sendable, BCSCodable {
  /// µg CO2e; zero takes an earlier request back.
  public let amount: Amount

  public init(amount: Amount) { self.amount = amount }

  public init(from reader: inout BCSReader) throws(BCSError) {
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { amount.encode(into: &writer) }
}

/// Takes what was asked for with `WithdrawReserve`, once 7 days are over.
public struct CollectReserve: Hashable, Sendable, BCSCodable {
  public init() {}

  public init(from reader: inout BCSReader) throws(BCSError) {}

  public func encode(into writer: inout BCSWriter) {}
}

/// Sells ECC of the sender to the neutrality fund, at the price it bids now.
public struct SellToFund: Hashable, Sendable, BCSCodable {
  /// µg CO2e.
  public let amount: Amount
  /// The least price, ECO2 base units per tonne: fails where the fund bids less.
  public let priceMin: Amount

  public init(amount: Amount, priceMin: Amount) {
    self.amount = amount
    self.priceMin = priceMin
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    amount = try Amount(from: &reader)
    priceMin = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    amount.encode(into: &writer)
    priceMin.encode(into: &writer)
  }
}
