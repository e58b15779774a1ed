import LedgerClient
import LedgerCore
import NodeAnswers

/// Reads every block of the run: its receipts end the transactions' waiting, and all nodes must
/// have the same one.
actor BlockFollower {
  private static let pollInterval = Duration.milliseconds(50)
  private static let agreementPatience = Duration.seconds(30)

  private let clients: [NodeClient]
  private let book: LoadBook
  /// `MonotonicClock`'s time of the schedule's start, and the wall clock's at the same moment.
  private let start: UInt64
  private let startWall: UInt64
  private let clock = ContinuousClock()
  private(set) var blocks: [LoadBlock] = []
  private(set) var problems: [String] = []
  private(set) var height: UInt64
  private var isOver = false
  /// The block before, which all nodes are asked for.
  private var previous: BlockAnswer?
  private var comparing: [Task<Void, Never>] = []

  init(_ nodes: [NodeAddress], book: LoadBook, after height: UInt64, start: UInt64, wall: UInt64) {
    clients = nodes.map { NodeClient($0) }
    self.book = book
    self.height = height
    self.start = start
    startWall = wall
  }

  /// Follows until `end`.
  func run() async {
    var notBefore = MonotonicClock.now()
    // Each height is looked for on one node, so that no faster one is preferred.
    var turn = Int(truncatingIfNeeded: height + 1)
    while !isOver, !Task.isCancelled {
      let client = clients[turn % clients.count]
      let asked = MonotonicClock.now()
      do {
        let block = try await client.block(height + 1)
        let seen = MonotonicClock.now()
        let certified = certified(block, between: notBefore, and: seen)
        guard let own = await bookReceipts(of: block, from: turn, certified: certified) else {
          turn += 1
          continue
        }
        note(block, own: own, certified: certified)
        // By now every node should have the one before; one that hangs must not hold us up.
        if let before = previous { comparing.append(Task { await compare(before) }) }
        previous = block
        notBefore = asked
        turn = Int(truncatingIfNeeded: height + 1)
        continue
      } catch ClientError.refused(status: 404, _, _, _) {
        notBefore = asked
      } catch {
        turn += 1
      }
      try? await clock.sleep(for: Self.pollInterval)
    }
  }

  /// Ends the following once all nodes have the highest block any of them has; whether they agree.
  func settle() async -> Bool {
    isOver = true
    for task in comparing { await task.value }
    if let previous { await compare(previous) }
    previous = nil
    for client in clients { await client.close() }
    return problems.isEmpty
  }

  /// What nodes say of transactions by their ids; for those that no block shows.
  func states(_ ids: [Digest], turn: Int) async -> [TransactionState?] {
    let client = clients[turn % clients.count]
    guard let answer = try? await client.states(ids) else { return ids.map { _ in nil } }
    return answer.transactions.map { TransactionState(asked: $0) }
  }

  /// When the block was certified, nanoseconds after the start: as the node says, but not before
  /// the node was last asked in vain, nor after it told. Clocks that differ cost no more than that.
  private func certified(_ block: BlockAnswer, between low: UInt64, and high: UInt64) -> UInt64 {
    func sinceStart(_ moment: UInt64) -> UInt64 { moment > start ? moment - start : 0 }
    guard let after = block.certifiedAfterMilliseconds else { return sinceStart(high) }
    let wall = (block.timestamp &+ after) &* 1_000_000
    let said = wall > startWall ? wall - startWall : 0
    return min(sinceStart(high), max(sinceStart(low), said))
  }

  /// Nil when no node gives them now.
  private func bookReceipts(of block: BlockAnswer, from turn: Int, certified: UInt64) async -> Int?
  {
    guard block.transactions > 0 else { return 0 }
    for attempt in 0..<clients.count {
      let client = clients[(turn + attempt) % clients.count]
      var receipts: [Receipt] = []
      do {
        repeat {
          let part = try await client.receipts(inBlock: block.height, from: receipts.count)
          receipts += part
          if part.count < ResponseFormat.receiptsMax { break }
        } while receipts.count < block.transactions
      } catch { continue }
      guard receipts.count == block.transactions else { continue }
      return book.book(receipts, certified: certified)
    }
    return nil
  }

  private func note(_ block: BlockAnswer, own: Int, certified: UInt64) {
    height = block.height
    blocks.append(
      LoadBlock(
        height: block.height, timestamp: block.timestamp, at: Double(certified) / 1e9,
        view: block.view,
        transactions: block.transactions, own: own, failed: block.failed, skipped: block.skipped,
        certificateMilliseconds: block.certifiedAfterMilliseconds.map(Double.init),
        footprintGrams: (Double(block.statement.footprint) ?? 0) / 1e6))
  }

  /// Asks every node for a block that one of them has; the slowest node's certificate counts.
  private func compare(_ block: BlockAnswer) async {
    let deadline = clock.now + Self.agreementPatience
    var lacking = clients
    var slowest: UInt64?
    while !lacking.isEmpty, clock.now < deadline, !Task.isCancelled {
      let answers = await Self.ask(lacking, block.height)
      var left: [NodeClient] = []
      for (client, answer) in zip(lacking, answers) {
        switch answer {
        case .success(let other):
          slowest = [slowest, other.certifiedAfterMilliseconds].compactMap(\.self).max()
          if other.hash != block.hash || other.stateRoot != block.stateRoot {
            problems.append("At height \(block.height) nodes have different roots: a fork.")
          }
        case .failure(.refused): left.append(client)
        // A node that is away is nobody's witness.
        case .failure: break
        }
      }
      lacking = left
      if !lacking.isEmpty { try? await clock.sleep(for: Self.pollInterval) }
    }
    guard let slowest, let place = blocks.lastIndex(where: { $0.height == block.height }) else {
      return
    }
    blocks[place].certificateMilliseconds = Double(slowest)
  }

  private static func ask(_ clients: [NodeClient], _ height: UInt64) async
    -> [Result<BlockAnswer, ClientError>]
  {
    await withTaskGroup(of: (Int, Result<BlockAnswer, ClientError>).self) { group in
      for (index, client) in clients.enumerated() {
        group.addTask {
          do throws(ClientError) {
            return (index, .success(try await client.block(height)))
          } catch { return (index, .failure(error)) }
        }
      }
      var answers: [Int: Result<BlockAnswer, ClientError>] = [:]
      for await (index, answer) in group { answers[index] = answer }
      return clients.indices.map { answers[$0] ?? .failure(.connectionClosed) }
    }
  }
}
