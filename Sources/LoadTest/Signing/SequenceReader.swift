import LedgerClient
import LedgerCore
import NodeAnswers

/// Asks nodes for the sequences of accounts that were used before, many at a time.
struct SequenceReader: Sendable {
  private static let requestsAtATime = 64

  private let clients: [NodeClient]
  private let network: NetworkKind

  init(_ nodes: [NodeAddress], network: NetworkKind) {
    clients = nodes.map { NodeClient($0) }
    self.network = network
  }

  /// The highest sequence of each account, pending ones included, by its number here.
  func sequences(_ accounts: [(Int, AccountID)]) async throws -> [(Int, UInt64)] {
    try await withThrowingTaskGroup(of: (Int, UInt64).self) { group in
      var found: [(Int, UInt64)] = []
      found.reserveCapacity(accounts.count)
      for (turn, account) in accounts.enumerated() {
        if turn >= Self.requestsAtATime, let next = try await group.next() { found.append(next) }
        group.addTask { try await sequence(account, turn) }
      }
      for try await next in group { found.append(next) }
      return found
    }
  }

  /// Asks another node where one does not answer.
  private func sequence(_ account: (Int, AccountID), _ turn: Int) async throws -> (Int, UInt64) {
    let address = account.1.address(network: network)
    var fault: any Error = CancellationError()
    for attempt in 0..<clients.count {
      do {
        let answer = try await clients[(turn + attempt) % clients.count].account(address)
        return (account.0, max(answer.sequence, answer.pendingSequence))
      } catch { fault = error }
    }
    throw fault
  }

  func close() async {
    for client in clients { await client.close() }
  }
}
