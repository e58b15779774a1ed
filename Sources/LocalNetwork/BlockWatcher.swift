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
  private let clients: [NodeClient]
  private var next: UInt64

  /// Starts above a height.
  public init(_ nodes: [NodeAddress], after height: UInt64) {
    clients = nodes.map { NodeClient($0) }
    next = height + 1
  }

  /// The next height, once every answering node has it, or some have had it for `patience`; nil when
  /// the task is cancelled or the deadline has passed.
  public func nextBlock(patience: Duration, until deadline: ContinuousClock.Instant)
    async -> WatchedBlock?
  {
    let clock = ContinuousClock()
    var firstSeen: ContinuousClock.Instant?
    while clock.now < deadline, !Task.isCancelled {
      let (answers, answering) = await ask(next)
      if let first = answers.first {
        firstSeen = firstSeen ?? clock.now
        let isOverdue = firstSeen.map { clock.now - $0 > patience } ?? false
        if answers.count == answering || isOverdue {
          defer { next += 1 }
          return WatchedBlock(
            height: next, block: first, nodesWithBlock: answers.count, nodesAnswering: answering,
            rootsEqual: answers.allSatisfy {
              $0.hash == first.hash && $0.stateRoot == first.stateRoot
            },
            slowestCertificateMilliseconds: answers.compactMap(\.certifiedAfterMilliseconds).max())
        }
      }
      try? await clock.sleep(for: .milliseconds(150))
    }
    return nil
  }

  public func close() async {
    for client in clients { await client.close() }
  }

  private func ask(_ height: UInt64) async -> (blocks: [BlockAnswer], answering: Int) {
    await withTaskGroup(of: (BlockAnswer?, Bool).self) { group in
      for client in clients {
        group.addTask {
          do {
            return (try await client.block(height), true)
          } catch ClientError.refused {
            return (nil, true)
          } catch {
            return (nil, false)
          }
        }
      }
      var blocks: [BlockAnswer] = []
      var answering = 0
      for await (block, answered) in group {
        if let block { blocks.append(block) }
        if answered { answering += 1 }
      }
      return (blocks, answering)
    }
  }
}
