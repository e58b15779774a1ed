import LedgerCore
import NodeAnswers

@testable import LedgerClient

/// Answers of nodes of one chain.
enum TestAnswers {
  static let chain = ProvenChain.chain

  static func status(height: UInt64, chain: ChainID = TestAnswers.chain) -> StatusAnswer {
    StatusAnswer(
      network: "test", isTest: true, chain: chain.hex, intervalMilliseconds: 1_000, node: "",
      name: "", height: height, block: "", stateRoot: "", timestamp: 0, mode: "following",
      notVotingBecause: nil, view: 0, peersConnected: 0, peersKnown: 0, pendingTransactions: 0,
      unflushedBlocks: 0, transactionsFinal: 0, viewChanges: 0, stages: [],
      processMicroseconds: 0,
      transferEstimate: EstimateAnswer(charge: "1", fee: "1", creationFee: "0"))
  }

  static func account(height: UInt64, sequence: UInt64, pending: UInt64) -> AccountAnswer {
    AccountAnswer(
      address: "", id: "", height: height, exists: true, eco2: "5", ecc: "6", sequence: sequence,
      pendingSequence: pending, threshold: 1, keys: [])
  }

  static func block(height: UInt64) -> BlockAnswer {
    BlockAnswer(
      height: height, hash: "h\(height)", parent: "", timestamp: 0, author: "", view: 0,
      transactions: 0, applied: 0, failed: 0, skipped: 0, bundles: 0, stateRoot: "",
      transactionsRoot: "", receiptsRoot: "", signers: [], certifiedAfterMilliseconds: nil,
      statement: StatementAnswer(
        footprint: "0", due: "0", paid: "0", coveredByFund: "0", arrears: "0", fundOverhead: "0",
        overheadDue: "0", operationCharges: "0", arrearsOpen: "0", footprintCumulative: "0",
        consumedCumulative: "0", tonnesRetiredCumulative: 0, covered: true))
  }

  /// The transactions of a submission.
  static func transactions(_ request: ScriptedNode.Request) -> [Transaction] {
    var reader = unsafe BCSReader(request.body.span.bytes)
    guard let count = try? reader.length(in: 1...10_000, "count") else { return [] }
    var list: [Transaction] = []
    for _ in 0..<count {
      guard let bytes = try? reader.bytes(max: 1_000_000, "transaction"),
        let transaction = try? Transaction(decoding: bytes[...])
      else { return [] }
      list.append(transaction)
    }
    return list
  }

  /// Every transaction of a submission with the same end.
  static func submission(
    _ request: ScriptedNode.Request, _ status: TransactionAnswer.Status, applied: Bool? = nil,
    height: UInt64? = nil, code: String? = nil
  ) -> ScriptedNode.Reply {
    .json(
      SubmissionAnswer(
        transactions: transactions(request).map {
          TransactionAnswer(
            id: $0.id(chain).hex, status: status, applied: applied, height: height, code: code,
            message: code)
        }))
  }
}
