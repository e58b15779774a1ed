public import LedgerCore
public import NodeAnswers

/// A transaction to be: who asks for what, and within which bounds.
///
///     let draft = TransactionBuilder(from: alice)
///       .transfer(.eco2, Amount(250_000_000), to: bob)
///       .tip(Amount(1_000))
///
/// What is left out is filled in by `Ledger`: the sequence, how long it is valid, and the most it
/// may cost, from what a node says it costs now.
public struct TransactionBuilder: Hashable, Sendable {
  public let sender: AccountID
  /// Applied all or none, in order.
  public private(set) var operations: [Operation] = []
  /// Co-signs and pays everything.
  public private(set) var sponsor: AccountID?
  public private(set) var tip = Amount.zero
  /// Nil takes the next free one.
  public private(set) var sequence: UInt64?
  /// From the height known when it is built.
  public private(set) var validForHeights = Self.validForHeightsDefault
  /// The last height at which it may be executed; nil counts `validForHeights`.
  public private(set) var validUntil: UInt64?
  /// µg CO2e; nil takes the estimate and the headroom.
  public private(set) var chargeMax: Amount?
  /// ECO2 base units; nil takes the estimate and the headroom.
  public private(set) var feeMax: Amount?
  /// How much more than the estimate is offered, in percent of it: what is not needed returns.
  public private(set) var headroomPercent = Self.headroomPercentDefault

  public static let validForHeightsDefault: UInt64 = 1_000
  public static let headroomPercentDefault: UInt64 = 100

  public init(from sender: AccountID) { self.sender = sender }

  /// Who pays charge, fee and tip.
  public var payer: AccountID { sponsor ?? sender }

  // MARK: What is asked for

  /// Moves an amount, in base units of the token, to another account.
  public func transfer(_ token: Token, _ amount: Amount, to recipient: AccountID) -> Self {
    adding(.transfer(Transfer(token: token, recipient: recipient, amount: amount)))
  }

  /// Replaces the sender's keys, from the next block on. With keys nobody holds, the account is
  /// lost for ever.
  public func setAuthority(_ authority: Authority) -> Self {
    adding(.setAuthority(SetAuthority(authority: authority)))
  }

  /// Moves ECC, in µg CO2e, of the sender into the carbon reserve of an ER Node.
  public func topUpReserve(of node: AccountID, _ amount: Amount) -> Self {
    adding(.topUpReserve(TopUpReserve(node: node, amount: amount)))
  }

  public func adding(_ operation: Operation) -> Self {
    with { $0.operations.append(operation) }
  }

  // MARK: Its bounds

  /// Another account pays, and signs too.
  public func sponsored(by sponsor: AccountID?) -> Self { with { $0.sponsor = sponsor } }

  /// Gives ECO2 (base units) to the block's author: packed before those that give less.
  public func tip(_ tip: Amount) -> Self { with { $0.tip = tip } }

  public func sequence(_ sequence: UInt64?) -> Self { with { $0.sequence = sequence } }

  /// For how many heights from now it may enter a block, 1 … `Limits.validityHeightsMax`.
  public func valid(forHeights heights: UInt64) -> Self {
    with {
      $0.validForHeights = heights
      $0.validUntil = nil
    }
  }

  /// The last height at which it may enter a block.
  public func valid(until height: UInt64) -> Self { with { $0.validUntil = height } }

  /// The most to pay for carbon, µg CO2e, and as fee, ECO2 base units; nil leaves one to the
  /// estimate.
  public func paying(chargeMax: Amount? = nil, feeMax: Amount? = nil) -> Self {
    with {
      $0.chargeMax = chargeMax
      $0.feeMax = feeMax
    }
  }

  /// How much more than the estimate to offer, in percent of it.
  public func headroom(percent: UInt64) -> Self { with { $0.headroomPercent = percent } }

  private func with(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }

  // MARK: What comes of it

  /// Whether a node must be asked what it costs.
  var needsEstimate: Bool { chargeMax == nil || feeMax == nil }

  /// The body to be estimated: as long as the one to be signed.
  func provisional(chain: ChainID) throws(ClientError) -> TransactionBody {
    try check()
    return TransactionBody(
      chain: chain, sender: sender, sequence: sequence ?? 0, validUntil: validUntil ?? 0,
      chargeMax: chargeMax ?? .zero, feeMax: feeMax ?? .zero, tip: tip, sponsor: sponsor,
      operations: operations)
  }

  /// The body to be signed.
  ///
  /// - Parameters:
  ///   - sequence: used when the draft names none.
  ///   - height: the last final one.
  ///   - estimate: what it costs now; without one the draft must name both maxima.
  public func body(
    chain: ChainID, sequence: UInt64, height: UInt64, estimate: EstimateAnswer?
  ) throws(ClientError) -> TransactionBody {
    var body = try provisional(chain: chain)
    body.sequence = self.sequence ?? sequence
    if validUntil == nil {
      guard (1...Limits.validityHeightsMax).contains(validForHeights) else {
        throw .draft(.validityTooLong(heights: validForHeights))
      }
      let (until, overflow) = height.addingReportingOverflow(validForHeights)
      guard !overflow else { throw .draft(.overflow) }
      body.validUntil = until
    }
    if needsEstimate {
      guard let estimate else { throw .malformedAnswer("it has no estimate") }
      if chargeMax == nil { body.chargeMax = try withHeadroom(estimate.charge) }
      if feeMax == nil { body.feeMax = try withHeadroom(estimate.fee) }
    }
    return body
  }

  private func check() throws(ClientError) {
    guard !operations.isEmpty else { throw .draft(.noOperations) }
    guard operations.count <= Limits.operationsMax else {
      throw .draft(.tooManyOperations(operations.count))
    }
  }

  /// The estimate and the headroom, rounded up.
  private func withHeadroom(_ estimate: String) throws(ClientError) -> Amount {
    guard let units = UInt128(estimate), String(units) == estimate else {
      throw .malformedAnswer("its estimate is no number")
    }
    let (percent, tooMuch) = UInt128(100).addingReportingOverflow(UInt128(headroomPercent))
    let (scaled, overflow) = units.multipliedReportingOverflow(by: percent)
    let (rounded, carry) = scaled.addingReportingOverflow(99)
    guard !tooMuch, !overflow, !carry else { throw .draft(.overflow) }
    return Amount(rounded / 100)
  }
}
