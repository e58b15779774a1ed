import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import NodeAPI
import NodeAnswers
import Replica

/// What is read of the chain beyond its present state.
extension NodeQueries {
  func transaction(_ id: Digest) async throws(NodeServiceError) -> FoundTransaction? {
    guard let known = await transactions([id]).first ?? nil else { return nil }
    guard let height = known.height, let index = known.index,
      let (transaction, receipt) = try await place(height: height, index: index)
    else { return FoundTransaction(answer: known, bytes: nil) }
    return found(transaction, receipt, TransactionPlace(height: height, index: index))
  }

  private func found(_ transaction: Transaction, _ receipt: Receipt, _ place: TransactionPlace)
    -> FoundTransaction
  {
    FoundTransaction(
      answer: TransactionAnswer(
        transaction, receipt, height: place.height, index: place.index, network: network),
      bytes: Array(transaction.bytes))
  }

  /// The transaction at a place and its receipt.
  private func place(height: UInt64, index: Int)
    async throws(NodeServiceError) -> (Transaction, Receipt)?
  {
    try await slice(of: height, from: index, limit: 1)?.first
  }

  /// Transactions of a final block from a place on, with their receipts; nil when the block is not
  /// here.
  private func slice(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [(Transaction, Receipt)]?
  {
    let decided: DecidedBlock
    let receipts: [Receipt]
    if let recent = board.recent.block(height) {
      (decided, receipts) = (recent.decided, recent.receipts)
    } else if let logged = try await reads.block(height) {
      (decided, receipts) = (logged.decided, logged.receipts)
    } else {
      return nil
    }
    guard index < receipts.count else { return [] }
    return Array(
      zip(
        decided.transactions(from: index, limit: limit),
        receipts[max(index, 0)...].prefix(limit)))
  }

  func history(of account: AccountID, before: TransactionPlace?, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]
  { throw .noHistory }

  func contents(of height: UInt64) async throws(NodeServiceError) -> BlockContents? {
    guard height > 0, height <= board.standing.height,
      let answer = try await block(height)
    else { return nil }
    let decided: DecidedBlock
    if let recent = board.recent.block(height) {
      decided = recent.decided
    } else if let logged = try await reads.block(height) {
      decided = logged.decided
    } else {
      return nil
    }
    let header = decided.block.header
    return BlockContents(
      block: answer,
      certificate: CertificateAnswer(
        decided.certificate, set: validators(hash: header.validatorsHash),
        validatorsHash: header.validatorsHash, network: network),
      headerBytes: header.bcs, blockBytes: decided.block.bcs,
      certificateBytes: decided.certificate.bcs)
  }

  /// The set of this hash, of those the node knows: the present ones and that of genesis.
  private func validators(hash: Digest) -> ValidatorSet? {
    let view = board.chain
    return [view?.validators, view?.nextValidators, opened.document.validators]
      .compactMap(\.self).first { $0.hash(opened.chain) == hash }
  }

  func transactions(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]?
  {
    guard height > 0, height <= board.standing.height,
      let slice = try await slice(of: height, from: index, limit: limit)
    else { return nil }
    return slice.enumerated().map { offset, part in
      TransactionAnswer(
        part.0, part.1, height: height, index: max(index, 0) + offset, network: network)
    }
  }

  func blocks(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [BlockAnswer]
  {
    var answers: [BlockAnswer] = []
    var fromLog = 0
    var next = min(height, board.standing.height)
    while next > 0, answers.count < limit {
      if let recent = board.block(next) {
        answers.append(recent)
      } else {
        guard fromLog < NodeLimits.blocksFromLogMax, let old = try await oldBlock(next) else {
          break
        }
        fromLog += 1
        answers.append(old)
      }
      next -= 1
    }
    return answers
  }

  /// A block the board no longer shows, from the log and the state.
  private func oldBlock(_ height: UInt64) async throws(NodeServiceError) -> BlockAnswer? {
    guard let logged = try await reads.block(height) else { return nil }
    let stored = try await records(downFrom: height, limit: 1)
    guard let (record, statement) = stored.first else { return nil }
    return BlockAnswer(
      logged.decided.block.header, hash: record.headerHash,
      certificate: logged.decided.certificate, bundles: logged.decided.bundles.count,
      counts: OutcomeCounts(logged.receipts),
      roots: StateRoots(
        state: logged.decided.certificate.stateRoot, transactions: record.transactionsRoot,
        receipts: record.receiptsRoot),
      statement: statement, certifiedAfterMilliseconds: nil, network: network)
  }

  func statements(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [StatementAtHeight]
  {
    let tip = board.standing
    let top = min(height, tip.height)
    var answers: [StatementAtHeight] = []
    for block in tip.blocks.reversed()
    where block.height <= top && answers.count < limit {
      answers.append(
        StatementAtHeight(
          height: block.height, timestamp: block.timestamp, statement: block.statement))
    }
    // Where the board begins above what was asked for, all of it is old.
    let next = answers.last.map { $0.height - 1 } ?? top
    guard next > 0, answers.count < limit else { return answers }
    let old = try await records(downFrom: next, limit: limit - answers.count)
    return answers
      + old.enumerated().map { offset, stored in
        StatementAtHeight(
          height: next - UInt64(offset), timestamp: stored.0.timestamp,
          statement: StatementAnswer(stored.1))
      }
  }

  /// What the state keeps of blocks, from a height downwards: of those flushed from the disk, of
  /// the few above from the replica.
  private func records(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [(BlockRecord, CarbonStatement)]
  {
    let flushed = opened.store.records.height
    guard height <= flushed else {
      let count = min(limit, NodeLimits.blocksFromLogMax)
      let above = try await read { replica in
        try Self.records(replica.queries(), downFrom: height, limit: count)
      }
      guard above.count == count, count < limit, height > UInt64(count) else { return above }
      return try await above + records(downFrom: height - UInt64(count), limit: limit - count)
    }
    return try await reads.quick { [opened] in
      let snapshot = try opened.store.records.snapshot()
      return try Self.records(LedgerQueries(snapshot), downFrom: height, limit: limit)
    }
  }

  private static func records(_ queries: LedgerQueries, downFrom height: UInt64, limit: Int)
    throws -> [(BlockRecord, CarbonStatement)]
  {
    var queries = queries
    var list: [(BlockRecord, CarbonStatement)] = []
    var next = height
    while next > 0, list.count < limit, let record = try queries.block(next),
      let statement = try queries.statement(next)
    {
      list.append((record, statement))
      next -= 1
    }
    return list
  }

  func finalHeight(above height: UInt64) async throws(NodeServiceError) -> UInt64 {
    try await board.waiters.wait(above: height)
  }
}
