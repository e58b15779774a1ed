import LedgerCore
import NodeAPI
import NodeAnswers
import Synchronization

/// A node in memory: a chain of blocks that tests make longer, with what the API asks of it.
final class MemoryNode: NodeService {
  let isTestNetwork = true

  private struct State {
    var height: UInt64
    var waiting: [CheckedContinuation<Void, Never>] = []
    var statuses = 0
    var version: UInt64 = 1
    var submitted: [[UInt8]] = []
  }

  private let state: Mutex<State>
  /// Transactions in each block.
  let transactionsPerBlock: Int
  let offenceCount: UInt64 = 5
  let named: AccountID

  init(height: UInt64 = 5, transactionsPerBlock: Int = 3) throws {
    state = Mutex(State(height: height))
    self.transactionsPerBlock = transactionsPerBlock
    named = try Self.account(7)
  }

  static func account(_ byte: UInt8) throws -> AccountID {
    try AccountID(bcs: [UInt8](repeating: byte, count: 32))
  }

  var height: UInt64 { state.withLock { $0.height } }
  /// How often a status was made.
  var statuses: Int { state.withLock { $0.statuses } }
  var submitted: [[UInt8]] { state.withLock { $0.submitted } }

  /// Makes the chain longer.
  func grow(by count: UInt64 = 1) {
    let waiting = state.withLock { state in
      state.height += count
      state.version += 1
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  var statusVersion: UInt64? { state.withLock { $0.version } }

  func status() async -> StatusAnswer {
    let height = state.withLock { state in
      state.statuses += 1
      return state.height
    }
    return Samples.status(height: height)
  }

  func block(_ height: UInt64?) async throws(NodeServiceError) -> BlockAnswer? {
    switch height {
    case 1_007: throw .storeFailed("a test")
    case 1_008: throw .busy
    case 1_009: throw .notKept(height: 1_009, oldest: 2_000)
    default:
      let wanted = height ?? self.height
      return (1...self.height).contains(wanted) ? Samples.block(wanted) : nil
    }
  }

  func account(_ id: AccountID) async throws(NodeServiceError) -> AccountAnswer {
    Samples.account(id.address(network: .test), height: height)
  }

  func submit(_ transactions: [ArraySlice<UInt8>], wait: SubmissionWait) async -> SubmissionAnswer {
    state.withLock { $0.submitted += transactions.map { Array($0) } }
    return SubmissionAnswer(
      transactions: transactions.map {
        // Where each slice begins and how long it is.
        TransactionAnswer(id: nil, status: .refused, code: "\($0.startIndex)+\($0.count)")
      })
  }

  func transactions(_ ids: [Digest]) async -> [TransactionAnswer?] { ids.map { _ in nil } }

  func transaction(_ id: Digest) async throws(NodeServiceError) -> FoundTransaction? {
    guard id == .zero else { return nil }
    return FoundTransaction(answer: transaction(2, 1), bytes: [1, 2, 3])
  }

  func history(of account: AccountID, before: TransactionPlace?, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]
  {
    let all = (1...height).reversed().flatMap { height in
      (0..<transactionsPerBlock).reversed().map { (height, $0) }
    }
    return all.filter { place in
      before.map { TransactionPlace(height: place.0, index: place.1) < $0 } ?? true
    }.prefix(limit).map { transaction($0.0, $0.1) }
  }

  func contents(of height: UInt64) async throws(NodeServiceError) -> BlockContents? {
    guard (1...self.height).contains(height) else { return nil }
    return BlockContents(
      block: Samples.block(height), certificate: Samples.certificate(height),
      headerBytes: [1, UInt8(truncatingIfNeeded: height)],
      blockBytes: [2, UInt8(truncatingIfNeeded: height)],
      certificateBytes: [3, UInt8(truncatingIfNeeded: height)])
  }

  func transactions(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]?
  {
    guard (1...self.height).contains(height) else { return nil }
    guard index < transactionsPerBlock else { return [] }
    return (index..<min(index + limit, transactionsPerBlock)).map { transaction(height, $0) }
  }

  func receipts(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [Receipt]?
  {
    guard (1...self.height).contains(height) else { return nil }
    return (0..<transactionsPerBlock).dropFirst(index).prefix(limit).map { place in
      Receipt(
        transaction: .zero, outcome: place == 0 ? .applied : .skipped(.expired),
        charge: Amount(UInt128(height)), fee: .zero)
    }
  }

  /// Every second transaction goes to `named`.
  private func transaction(_ height: UInt64, _ index: Int) -> TransactionAnswer {
    Samples.transaction(
      height, index, recipient: index % 2 == 1 ? named.address(network: .test) : Samples.address)
  }

  func blocks(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [BlockAnswer]
  {
    (1...min(height, self.height)).reversed().prefix(limit).map { Samples.block($0) }
  }

  func finalHeight(above height: UInt64) async throws(NodeServiceError) -> UInt64 {
    while true {
      let now = self.height
      if now > height { return now }
      if Task.isCancelled { throw .unavailable }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let isLate = state.withLock { state in
            if state.height > height { return true }
            state.waiting.append(continuation)
            return false
          }
          if isLate || Task.isCancelled { wake() }
          if isLate { continuation.resume() }
        }
      } onCancel: {
        wake()
      }
    }
  }

  private func wake() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func accountProof(_ id: AccountID) async throws(NodeServiceError) -> ProofAnswer {
    Samples.proof
  }

  func recordProof(_ key: [UInt8]) async throws(NodeServiceError) -> ProofAnswer {
    var answer = Samples.proof
    answer.key = Hex.encode(key)
    return answer
  }

  func bundle(_ digest: Digest) async throws(NodeServiceError) -> (BundleAnswer, bytes: [UInt8])? {
    digest == .zero ? (Samples.bundle, bytes: [9, 9]) : nil
  }

  func validators() async throws(NodeServiceError) -> ValidatorsAnswer { Samples.validators }

  /// A change after every tenth height; those before 2,000 are lost.
  func setChanges(after height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [SetChangeAnswer]
  {
    guard height < 1_000 || height >= 2_000 else { throw .changesNotKept(after: height) }
    return (min(height / 10, 999) + 1..<1_000).prefix(limit).map { Samples.setChange(10 * $0) }
  }

  func schedule(turns: Int) async throws(NodeServiceError) -> ScheduleAnswer {
    Samples.schedule(turns)
  }

  func offences(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [OffenceAnswer]
  {
    (0..<min(number ?? .max, offenceCount)).reversed().prefix(limit).map { Samples.offence($0) }
  }

  func mempool() async -> MempoolAnswer { Samples.mempool }

  func genesis() -> (GenesisAnswer, bytes: [UInt8]) { (Samples.genesis, bytes: [7, 7, 7]) }

  func parameters() async throws(NodeServiceError) -> ParametersAnswer { Samples.parameters }

  func estimate(_ body: TransactionBody, signatureCount: Int)
    async throws(NodeServiceError) -> EstimateAnswer
  { EstimateAnswer(charge: "\(signatureCount)", fee: "2", creationFee: "3") }

  func statements(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [StatementAtHeight]
  {
    (1...min(height, self.height)).reversed().prefix(limit).map {
      StatementAtHeight(height: $0, timestamp: 1_000 * $0, statement: Samples.statement)
    }
  }

  func metrics() -> String { "# HELP up Up.\n# TYPE up gauge\nup 1\n" }
}
