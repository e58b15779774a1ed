/// `GET /v1/blocks/{height|latest}`: one final block.
public struct BlockAnswer: Codable, Equatable, Sendable {
  public var height: UInt64
  /// Hexadecimal, as all hashes.
  public var hash: String
  public var parent: String
  /// Milliseconds since 1970: the slot's start.
  public var timestamp: UInt64
  /// Address of the ER Node that proposed it first.
  public var author: String
  /// The view whose COMMITs decided it.
  public var view: UInt64
  public var transactions: Int
  public var applied: Int
  public var failed: Int
  public var skipped: Int
  public var bundles: Int
  public var stateRoot: String
  public var transactionsRoot: String
  public var receiptsRoot: String
  /// Members whose COMMITs make the certificate.
  public var signers: [Int]
  /// Milliseconds from the slot's start until this node held the certificate; absent for blocks it
  /// did not see decided.
  public var certifiedAfterMilliseconds: UInt64?
  public var statement: StatementAnswer

  public init(
    height: UInt64, hash: String, parent: String, timestamp: UInt64, author: String, view: UInt64,
    transactions: Int, applied: Int, failed: Int, skipped: Int, bundles: Int, stateRoot: String,
    transactionsRoot: String, receiptsRoot: String, signers: [Int],
    certifiedAfterMilliseconds: UInt64?, statement: StatementAnswer
  ) {
    self.height = height
    self.hash = hash
    self.parent = parent
    self.timestamp = timestamp
    self.author = author
    self.view = view
    self.transactions = transactions
    self.applied = applied
    self.failed = failed
    self.skipped = skipped
    self.bundles = bundles
    self.stateRoot = stateRoot
    self.transactionsRoot = transactionsRoot
    self.receiptsRoot = receiptsRoot
    self.signers = signers
    self.certifiedAfterMilliseconds = certifiedAfterMilliseconds
    self.statement = statement
  }
}

/// A block's carbon statement; amounts are decimal strings of µg CO2e.
public struct StatementAnswer: Codable, Equatable, Sendable {
  public var footprint: String
  public var due: String
  public var paid: String
  public var coveredByFund: String
  public var arrears: String
  public var fundOverhead: String
  public var overheadDue: String
  public var operationCharges: String
  public var arrearsOpen: String
  public var footprintCumulative: String
  public var consumedCumulative: String
  public var tonnesRetiredCumulative: UInt64
  public var covered: Bool

  public init(
    footprint: String, due: String, paid: String, coveredByFund: String, arrears: String,
    fundOverhead: String, overheadDue: String, operationCharges: String, arrearsOpen: String,
    footprintCumulative: String, consumedCumulative: String, tonnesRetiredCumulative: UInt64,
    covered: Bool
  ) {
    self.footprint = footprint
    self.due = due
    self.paid = paid
    self.coveredByFund = coveredByFund
    self.arrears = arrears
    self.fundOverhead = fundOverhead
    self.overheadDue = overheadDue
    self.operationCharges = operationCharges
    self.arrearsOpen = arrearsOpen
    self.footprintCumulative = footprintCumulative
    self.consumedCumulative = consumedCumulative
    self.tonnesRetiredCumulative = tonnesRetiredCumulative
    self.covered = covered
  }
}
