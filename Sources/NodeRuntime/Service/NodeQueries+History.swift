import LedgerCore
import LedgerRules
import NodeAPI
import NodeAnswers

/// What is read of the chain beyond its present state.
extension NodeQueries {
  func transaction(_ id: Digest) async throws(NodeServiceError) -> FoundTransaction? {
    (await transactions([id]).first ?? nil).map { FoundTransaction(answer: $0, bytes: nil) }
  }

  func history(of account: AccountID, before: TransactionPlace?, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]
  { throw .noHistory }

  func contents(of height: UInt64) async throws(NodeServiceError) -> BlockContents? {
    throw .unavailable
  }

  func transactions(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]?
  { throw .unavailable }

  func blocks(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [BlockAnswer]
  { throw .unavailable }

  func finalHeight(above height: UInt64) async throws(NodeServiceError) -> UInt64 {
    throw .unavailable
  }

  func accountProof(_ id: AccountID) async throws(NodeServiceError) -> ProofAnswer {
    throw .unavailable
  }

  func bundle(_ digest: Digest) async throws(NodeServiceError) -> (BundleAnswer, bytes: [UInt8])? {
    throw .unavailable
  }

  func validators() async throws(NodeServiceError) -> ValidatorsAnswer { throw .unavailable }

  func schedule(turns: Int) async throws(NodeServiceError) -> ScheduleAnswer {
    throw .unavailable
  }

  func mempool() async -> MempoolAnswer {
    MempoolAnswer(
      transactions: 0, bytes: 0, bundles: 0, bundledTransactions: 0, transactionsMax: 0,
      bytesMax: 0)
  }

  func genesis() -> (GenesisAnswer, bytes: [UInt8]) {
    let document = opened.document
    return (
      GenesisAnswer(
        network: document.network, isTest: document.isTest, chain: opened.chain.hex,
        time: document.genesisTime, intervalMilliseconds: document.interval,
        stateRoot: "", validators: "", bytes: 0), []
    )
  }

  func parameters() async throws(NodeServiceError) -> ParametersAnswer { throw .unavailable }

  func estimate(_ body: TransactionBody, signatureCount: Int)
    async throws(NodeServiceError) -> EstimateAnswer
  { throw .unavailable }

  func statements(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [StatementAtHeight]
  { throw .unavailable }
}
