public import LedgerClient
public import NodeAnswers

/// One height as all nodes saw it.
public struct WatchedBlock: Sendable {
  public let height: UInt64
  /// The block as the first node that answered has it.
  public let block: BlockAnswer
  /// Nodes that have the block.
  public let nodesWithBlock: Int
  /// Nodes that were asked and answered anything.
  public let nodesAnswering: Int
  /// Whether every node that has the block has the same hash and state root.
  public let rootsEqual: Bool
  /// Milliseconds from the slot's start to the certificate, on the slowest node that saw it.
  public let slowestCertificateMilliseconds: UInt64?
}

/// Follows the final blocks of several nodes and reports each height once.
public actor BlockWatcher {
  private static let pollInterval = Duration.milliseconds(100)

  private enum Reply: Sendable {
    case block(BlockAnswer)
    case notYet
    case noAnswer
  }

  private let clients: [NodeClient]
  private var next: UInt64
  private var turn = 0

  /// Starts above a height.
  public init(_ nodes: [NodeAddress], after height: UInt64) {
    clients = nodes.map { NodeClient($0) }
    next = height + 1
  }

  /// The next height, once every answering node has it, or some have had it for `patience`; nil
  /// when the task is cancelled or the deadline has passed.
  ///
  /// Until one node has it, one node in turn is asked at a time: watching costs the network little.
  public func nextBlock(patience: Duration, until deadline: ContinuousClock.Instant)
    async -> WatchedBlock?
  {
    let clock = ContinuousClock()
    var replies = [Reply](repeating: .noAnswer, count: clients.count)
    var firstSeen: ContinuousClock.Instant?
    while clock.now < deadline, !Task.isCancelled, !clients.isEmpty {
      if firstSeen == nil {
        turn = (turn + 1) % clients.count
        replies[turn] = await Self.ask(clients[turn], next)
        if case .block = replies[turn] { firstSeen = clock.now }
      }
      if let firstSeen {
        for (node, reply) in await askAll(lacking: replies) { replies[node] = reply }
        let isWhole = !replies.contains { if case .notYet = $0 { true } else { false } }
        if isWhole || clock.now - firstSeen > patience { return report(replies) }
      }
      try? await clock.sleep(for: Self.pollInterval)
    }
    return nil
  }

  public func close() async {
    for client in clients { await client.close() }
  }

  private func report(_ replies: [Reply]) -> WatchedBlock? {
    let blocks = replies.compactMap { if case .block(let block) = $0 { block } else { nil } }
    guard let first = blocks.first else { return nil }
    let answering = replies.count { if case .noAnswer = $0 { false } else { true } }
    defer { next += 1 }
    return WatchedBlock(
      height: next, block: first, nodesWithBlock: blocks.count, nodesAnswering: answering,
      rootsEqual: blocks.allSatisfy {
        $0.hash == first.hash && $0.stateRoot == first.stateRoot
      },
      slowestCertificateMilliseconds: blocks.compactMap(\.certifiedAfterMilliseconds).max())
  }

  private func askAll(lacking replies: [Reply]) async -> [(Int, Reply)] {
    let height = next
    return await withTaskGroup(of: (Int, Reply).self) { group in
      for (node, client) in clients.enumerated() {
        if case .block = replies[node] { continue }
        group.addTask { (node, await Self.ask(client, height)) }
      }
      var answers: [(Int, Reply)] = []
      for await answer in group { answers.append(answer) }
      return answers
    }
  }

  private static func ask(_ client: NodeClient, _ height: UInt64) async -> Reply {
    do {
      return .block(try await client.block(height))
    } catch ClientError.refused {
      return .notYet
    } catch {
      return .noAnswer
    }
  }
}
