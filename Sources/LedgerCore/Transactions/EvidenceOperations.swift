/// Brings evidence of an offence before the chain: free when it is new and holds (protocol §5).
public struct ReportOffence: Hashable, Sendable, BCSCodable {
  public let evidence: Evidence

  public init(evidence: Evidence) { self.evidence = evidence }

  public init(from reader: inout BCSReader) throws(BCSError) {
    evidence = try Evidence(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { evidence.encode(into: &writer) }
}

extension TransactionBody {
  /// The evidence of a *member's report*; nil for every other transaction.
  ///
  /// A report's sender is a member's account, and its one authorization is by that member's
  /// consensus key: a node needs no other to say what it has seen. It has sequence 0, which no
  /// other transaction may use, offers nothing, has no sponsor and carries nothing else.
  public var report: Evidence? {
    guard isNodeMessage, case .reportOffence(let operation) = operations[0] else { return nil }
    return operation.evidence
  }

  /// The content of a *candidate's declaration*: authorised by its consensus key and shaped as a
  /// report; nil for every other transaction.
  public var declaration: DeclareReady? {
    guard isNodeMessage, case .declareReady(let operation) = operations[0] else { return nil }
    return operation
  }

  private var isNodeMessage: Bool {
    sequence == 0 && sponsor == nil && operations.count == 1 && chargeMax.isZero
      && feeMax.isZero && tip.isZero
  }

  /// What a node says with its consensus key.
  public enum NodeMessage: Hashable, Sendable {
    case report(Evidence)
    case declaration(DeclareReady)
  }

  /// A member's report or a candidate's declaration; nil for every other transaction.
  public var nodeMessage: NodeMessage? {
    report.map { .report($0) } ?? declaration.map { .declaration($0) }
  }

  /// Whether it carries evidence and nothing else: free when it is applied.
  public var bringsOnlyEvidence: Bool {
    operations.allSatisfy { if case .reportOffence = $0 { true } else { false } }
  }

  /// Whether it carries evidence of a bad bundle and nothing else: it may be longer than others.
  var reportsBundle: Bool {
    guard operations.count == 1, case .reportOffence(let operation) = operations[0],
      case .bundle = operation.evidence
    else { return false }
    return true
  }

  /// The declaration of a candidate's node.
  public static func declaration(
    _ ready: DeclareReady, of candidate: AccountID, validUntil: UInt64, chain: ChainID
  ) -> TransactionBody {
    TransactionBody(
      chain: chain, sender: candidate, sequence: 0, validUntil: validUntil, chargeMax: .zero,
      feeMax: .zero, operations: [.declareReady(ready)])
  }

  /// The report of a member.
  public static func report(
    _ evidence: Evidence, by member: AccountID, validUntil: UInt64, chain: ChainID
  ) -> TransactionBody {
    TransactionBody(
      chain: chain, sender: member, sequence: 0, validUntil: validUntil, chargeMax: .zero,
      feeMax: .zero, operations: [.reportOffence(ReportOffence(evidence: evidence))])
  }
}
