import LedgerCore
import NodeAnswers

extension BlockAnswer {
  /// A final block with what its execution gave.
  init(
    _ decided: DecidedBlock, hash: Digest, receipts: [Receipt], roots: StateRoots,
    statement: CarbonStatement, certifiedAfterMilliseconds: UInt64?, isTest: Bool
  ) {
    let header = decided.block.header
    var counts = (applied: 0, failed: 0, skipped: 0)
    for receipt in receipts {
      switch receipt.outcome {
      case .applied: counts.applied += 1
      case .failed: counts.failed += 1
      case .skipped: counts.skipped += 1
      }
    }
    self.init(
      height: header.height, hash: hash.hex, parent: header.parent.hex,
      timestamp: header.timestamp,
      author: header.author.address(network: isTest ? .test : .main),
      view: decided.certificate.view, transactions: receipts.count, applied: counts.applied,
      failed: counts.failed, skipped: counts.skipped, bundles: decided.bundles.count,
      stateRoot: roots.state.hex, transactionsRoot: roots.transactions.hex,
      receiptsRoot: roots.receipts.hex,
      signers: decided.certificate.signatures.map { Int($0.member) },
      certifiedAfterMilliseconds: certifiedAfterMilliseconds,
      statement: StatementAnswer(statement))
  }
}

extension StatementAnswer {
  init(_ statement: CarbonStatement) {
    self.init(
      footprint: "\(statement.footprint)", due: "\(statement.due)", paid: "\(statement.paid)",
      coveredByFund: "\(statement.coveredByFund)", arrears: "\(statement.arrears)",
      fundOverhead: "\(statement.fundOverhead)", overheadDue: "\(statement.overheadDue)",
      operationCharges: "\(statement.operationCharges)",
      arrearsOpen: "\(statement.arrearsOpen)",
      footprintCumulative: "\(statement.footprintCumulative)",
      consumedCumulative: "\(statement.consumedCumulative)",
      tonnesRetiredCumulative: statement.tonnesRetiredCumulative, covered: statement.covered)
  }
}
