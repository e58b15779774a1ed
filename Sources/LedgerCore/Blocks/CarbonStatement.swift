/// What a block used and who paid for it: a state record under the root that COMMIT signs, repeated
/// in the next header (carbon rules, "Zero emission"). All amounts are µg CO2e.
public struct CarbonStatement: Hashable, Sendable {
  public var height: UInt64
  /// Σ over the set of measured-by-profile emissions since the parent, without margin.
  public var footprint: Amount
  /// Σ of the ER Nodes' dues: the footprint with its 10 % margin.
  public var due: Amount
  /// Of `due`, taken from the nodes' own reserves.
  public var paid: Amount
  /// Of `due`, covered by the neutrality fund.
  public var coveredByFund: Amount
  /// Of `due`, booked as arrears: due = paid + coveredByFund + arrears.
  public var arrears: Amount
  /// What the fund paid for standbys, observers and other full nodes.
  public var fundOverhead: Amount
  /// What that overhead should have been; the difference is open.
  public var overheadDue: Amount
  /// Carbon charges of this block's transactions.
  public var operationCharges: Amount
  /// Arrears of all nodes still open after this block.
  public var arrearsOpen: Amount
  /// Σ of footprints (nodes, overhead and operations) from block 1.
  public var footprintCumulative: Amount
  /// µg consumed on the number line from block 1: dues, overhead, charges, offsets.
  public var consumedCumulative: Amount
  /// Tonnes retired from the number line from block 1.
  public var tonnesRetiredCumulative: UInt64
  /// No arrears are open, and cumulative consumption is at least the cumulative footprint.
  public var covered: Bool

  /// The statement of genesis: nothing used, nothing paid.
  public static let genesis = CarbonStatement()

  public init(height: UInt64 = 0) {
    self.height = height
    footprint = .zero
    due = .zero
    paid = .zero
    coveredByFund = .zero
    arrears = .zero
    fundOverhead = .zero
    overheadDue = .zero
    operationCharges = .zero
    arrearsOpen = .zero
    footprintCumulative = .zero
    consumedCumulative = .zero
    tonnesRetiredCumulative = 0
    covered = true
  }
}

extension CarbonStatement: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
    footprint = try Amount(from: &reader)
    due = try Amount(from: &reader)
    paid = try Amount(from: &reader)
    coveredByFund = try Amount(from: &reader)
    arrears = try Amount(from: &reader)
    fundOverhead = try Amount(from: &reader)
    overheadDue = try Amount(from: &reader)
    operationCharges = try Amount(from: &reader)
    arrearsOpen = try Amount(from: &reader)
    footprintCumulative = try Amount(from: &reader)
    consumedCumulative = try Amount(from: &reader)
    tonnesRetiredCumulative = try reader.u64("tonnes retired")
    covered = try reader.bool("covered")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(height)
    let amounts = [
      footprint, due, paid, coveredByFund, arrears, fundOverhead, overheadDue, operationCharges,
      arrearsOpen, footprintCumulative, consumedCumulative,
    ]
    for amount in amounts { amount.encode(into: &writer) }
    writer.u64(tonnesRetiredCumulative)
    writer.bool(covered)
  }
}
