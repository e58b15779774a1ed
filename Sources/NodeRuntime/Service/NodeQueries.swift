import Dissemination
import LedgerCore
import LedgerMetrics
import LedgerRules
import LedgerStore
import NodeAPI
import NodeAnswers
import PeerNetwork
import Replica

/// The node's answers to the API.
struct NodeQueries: NodeService {
  let opened: OpenedHome
  let queue: EventQueue<NodeEvent>
  let desk: SubmissionDesk
  let board: NodeBoard
  let counts: NodeMetrics
  let peers: PeerNetwork
  let reader: MetricsReader
  let reads: DiskReads
  let history: HistoryKeeper

  /// What a transaction in the queue weighs beside its bytes.
  private static let sliceBytes = 64

  var isTestNetwork: Bool { opened.document.isTest }

  var network: NetworkKind { isTestNetwork ? .test : .main }

  func address(_ id: AccountID) -> String { id.address(network: network) }

  func submit(_ transactions: [ArraySlice<UInt8>], wait: SubmissionWait)
    async -> NodeAnswers.SubmissionAnswer
  {
    let weight = transactions.reduce(0) { $0 + $1.count + Self.sliceBytes }
    return await desk.submit(transactions, wait: wait) { [queue] ticket in
      queue.offer(
        .replica(.submitted([ClientSubmission(ticket: ticket, transactions)])), bytes: weight)
    }
  }

  func transactions(_ ids: [Digest]) async -> [TransactionAnswer?] {
    var answers = desk.known(ids)
    await fill(&answers, ids) { unknown in
      try await read { replica in
        unknown.map { id in
          replica.standing(of: id).map { standing in
            switch standing {
            case .pending, .bundled: TransactionAnswer(id: id.hex, status: .pending)
            case .accepted: TransactionAnswer(id: id.hex, status: .accepted)
            case .saidAccepted(let server):
              TransactionAnswer(id: id.hex, status: .accepted, accordingTo: address(server))
            }
          }
        }
      }
    }
    guard let history = history.ready else { return answers }
    await fill(&answers, ids) { unknown in
      try await reads.quick { [log = opened.store.log] in
        try unknown.map { id in
          try history.find(id, log: log).map { TransactionAnswer($0.receipt, at: $0.place) }
        }
      }
    }
    return answers
  }

  /// Asks for those that have no answer yet; what cannot be asked stays unknown.
  private func fill(
    _ answers: inout [TransactionAnswer?], _ ids: [Digest],
    _ ask: ([Digest]) async throws -> [TransactionAnswer?]
  ) async {
    let rest = answers.indices.filter { answers[$0] == nil }
    guard !rest.isEmpty, let found = try? await ask(rest.map { ids[$0] }) else { return }
    for (index, answer) in zip(rest, found) { answers[index] = answer }
  }

  func block(_ height: UInt64?) async throws(NodeServiceError) -> BlockAnswer? {
    let tip = board.standing.height
    let wanted = height ?? tip
    guard wanted > 0, wanted <= tip else { return nil }
    let found = try await blocks(downFrom: wanted, limit: 1).first
    if found == nil { try requireKept(wanted) }
    return found
  }

  func account(_ id: AccountID) async throws(NodeServiceError) -> AccountAnswer {
    let (height, account, authority, pending) = try await read { replica in
      var queries = replica.queries()
      return (
        replica.height, try queries.account(id), try queries.authority(of: id),
        replica.pendingSequence(of: id) ?? 0
      )
    }
    let highest = account?.sequences.highest ?? 0
    // What lies further ahead could never execute: nobody shall be led beyond the window.
    let isAhead = pending > highest && pending - highest < Limits.sequenceLeadMax
    return AccountAnswer(
      address: address(id), id: id.hex, height: height, exists: account != nil,
      eco2: "\(account?.eco2 ?? .zero)", ecc: "\(account?.ecc ?? .zero)",
      sequence: highest, pendingSequence: isAhead ? pending : highest,
      threshold: Int(authority.threshold),
      keys: authority.keys.map(\.hex))
  }

  func status() async -> StatusAnswer {
    let standing = board.standing
    let name = opened.document.nodes.first { $0.account == opened.identity }?.name ?? ""
    let engines = (try? EngineChoice.current())
      .map { EnginesAnswer(ed25519: $0.ed25519, sha256: $0.sha256, sha512: $0.sha512) }
    return StatusAnswer(
      network: opened.document.network, isTest: isTestNetwork, chain: opened.chain.hex,
      intervalMilliseconds: opened.document.interval, role: opened.configuration.role.rawValue,
      node: address(opened.identity), name: name,
      height: standing.height, block: standing.block.hex, stateRoot: standing.stateRoot.hex,
      timestamp: standing.timestamp, mode: standing.mode,
      notVotingBecause: standing.notVotingBecause, pausedUntil: standing.pausedUntil,
      view: standing.view,
      peersConnected: Int(counts.peers.connectedCount.value),
      peersKnown: peers.knownCount, followers: peers.followerCount,
      pendingTransactions: Int(counts.dissemination.poolTransactions.value),
      unflushedBlocks: Int(counts.store.unflushedBlocks.value),
      transactionsFinal: counts.chain.transactionsFinal.value,
      viewChanges: counts.consensus.viewChanges.value,
      stages: Stage.allCases.map {
        StageAnswer(stage: $0.name, microseconds: counts.microseconds($0))
      },
      processMicroseconds: CPUClock.processNanoseconds() / 1_000,
      transferEstimate: standing.chain?.transferEstimate
        ?? EstimateAnswer(charge: "0", fee: "0", creationFee: "0"),
      engines: engines)
  }

  var statusVersion: UInt64? { board.version }

  func metrics() -> String { reader.text() }

  /// Reads something on the replica's thread.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (borrowing ReplicaMachine) throws -> Answer
  ) async throws(NodeServiceError) -> Answer {
    let result: Result<Answer, NodeServiceError> = await withCheckedContinuation { continuation in
      let read = ReplicaRead { replica in
        do {
          continuation.resume(returning: .success(try body(replica)))
        } catch {
          continuation.resume(returning: .failure(.storeFailed("\(error)")))
        }
      } abandon: {
        continuation.resume(returning: .failure(.unavailable))
      }
      let isTaken = queue.offer(.read(read), bytes: 0)
      if !isTaken { continuation.resume(returning: .failure(.unavailable)) }
    }
    return try result.get()
  }
}
