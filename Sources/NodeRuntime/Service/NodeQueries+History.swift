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
    let end = desk.end(of: id)
    // One that was skipped may have been executed before the node's start.
    if end?.isExecution != true, let history = history.ready {
      let log = opened.store.log
      if let old = try await reads.quick({ try history.find(id, log: log) }) {
        return found(old.transaction, old.receipt, old.place)
      }
      // Eight bytes of its id were indexed, and the block they are of is gone.
      if let place = try await reads.quick({ try history.places(ofTransaction: id).last }) {
        try requireKept(place.height)
      }
    }
    if case .final(let height, let index, _) = end,
      let (transaction, receipt) = try await slice(of: height, from: Int(index), limit: 1)?.first
    {
      return found(transaction, receipt, HistoryPlace(height: height, index: Int(index)))
    }
    return (await transactions([id]).first ?? nil).map { FoundTransaction(answer: $0, bytes: nil) }
  }

  /// - Throws: `notKept` for a height whose block was removed from the log.
  func requireKept(_ height: UInt64) throws(NodeServiceError) {
    guard height > 0, let oldest = opened.store.log.heights?.lowerBound, height < oldest else {
      return
    }
    throw .notKept(height: height, oldest: oldest)
  }

  private func found(_ transaction: Transaction, _ receipt: Receipt, _ place: HistoryPlace)
    -> FoundTransaction
  {
    FoundTransaction(
      answer: TransactionAnswer(
        transaction, receipt, height: place.height, index: place.index, network: network),
      bytes: Array(transaction.bytes))
  }

  /// Transactions of a final block from a place on, with their receipts; nil when the block is not
  /// here.
  private func slice(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [(Transaction, Receipt)]?
  {
    if let recent = board.recent.block(height) {
      return Self.slice(recent.decided, recent.receipts, from: index, limit: limit)
    }
    if let history = history.ready, history.heights.contains(height) {
      let log = opened.store.log
      return try await reads.quick {
        try history.transactions(of: height, from: index, limit: limit, log: log)?.map {
          (try Transaction(decoding: $0.bytes[...]), $0.receipt)
        }
      }
    }
    guard let logged = try await reads.block(height) else { return nil }
    return Self.slice(logged.decided, logged.receipts, from: index, limit: limit)
  }

  private static func slice(
    _ decided: DecidedBlock, _ receipts: [Receipt], from index: Int, limit: Int
  ) -> [(Transaction, Receipt)] {
    guard index < receipts.count else { return [] }
    return Array(
      zip(
        decided.transactions(from: index, limit: limit),
        receipts[max(index, 0)...].prefix(limit)))
  }

  func history(of account: AccountID, before: TransactionPlace?, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]
  {
    let store = try history.opened()
    let place = before.map { HistoryPlace(height: $0.height, index: $0.index) }
    return try await reads.quick { [network, log = opened.store.log] in
      try store.transactions(of: account, before: place, limit: limit, log: log).map {
        TransactionAnswer(
          $0.transaction, $0.receipt, height: $0.place.height, index: $0.place.index,
          network: network)
      }
    }
  }

  func contents(of height: UInt64) async throws(NodeServiceError) -> BlockContents? {
    try requireKept(height)
    guard height > 0, height <= board.standing.height,
      let answer = try await block(height), let head = try await head(height)
    else { return nil }
    let header = head.block.header
    return BlockContents(
      block: answer,
      certificate: CertificateAnswer(
        head.certificate, set: try await validators(of: header),
        validatorsHash: header.validatorsHash, network: network),
      headerBytes: header.bcs, blockBytes: head.block.bcs,
      certificateBytes: head.certificate.bcs)
  }

  /// A block without its bundles, and its certificate.
  func head(_ height: UInt64) async throws(NodeServiceError)
    -> (block: Block, certificate: QuorumCertificate)?
  {
    if let recent = board.recent.block(height) {
      return (recent.decided.block, recent.decided.certificate)
    }
    if let history = history.ready, history.heights.contains(height) {
      let log = opened.store.log
      return try await reads.quick { try history.head(height, log: log) }
    }
    guard let logged = try await reads.block(height) else { return nil }
    return (logged.decided.block, logged.decided.certificate)
  }

  func transactions(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]?
  {
    try requireKept(height)
    guard height > 0, height <= board.standing.height,
      let slice = try await slice(of: height, from: index, limit: limit)
    else { return nil }
    return slice.enumerated().map { offset, part in
      TransactionAnswer(
        part.0, part.1, height: height, index: max(index, 0) + offset, network: network)
    }
  }

  func receipts(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [Receipt]?
  {
    try requireKept(height)
    guard height > 0, height <= board.standing.height else { return nil }
    if let recent = board.recent.block(height) {
      return Array(recent.receipts.dropFirst(max(index, 0)).prefix(limit))
    }
    guard let logged = try await reads.block(height) else { return nil }
    return Array(logged.receipts.dropFirst(max(index, 0)).prefix(limit))
  }

  func blocks(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [BlockAnswer]
  {
    var answers: [BlockAnswer] = []
    var next = min(height, board.standing.height)
    while next > 0, answers.count < limit, let recent = board.block(next) {
      answers.append(recent)
      next -= 1
    }
    guard next > 0, answers.count < limit else { return answers }
    let left = limit - answers.count
    if let history = history.ready, history.heights.contains(next) {
      return try await answers + oldBlocks(history, downFrom: next, limit: left)
    }
    for _ in 0..<min(left, NodeLimits.blocksFromLogMax) where next > 0 {
      guard let old = try await oldBlock(next) else { break }
      answers.append(old)
      next -= 1
    }
    return answers
  }

  /// Blocks that the board no longer shows, from history and state.
  private func oldBlocks(_ history: HistoryStore, downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [BlockAnswer]
  {
    let stored = try await records(downFrom: height, limit: limit)
    let summaries = try await reads.quick {
      try (0..<UInt64(stored.count)).map { try history.summary(height - $0) }
    }
    return zip(stored, summaries).prefix { $1 != nil }.compactMap { stored, summary in
      summary.map { BlockAnswer($0, stored.0, stored.1, network: network) }
    }
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
