public import LedgerCore
public import NIOCore
public import NIOPosix
import NodeAnswers
import Synchronization

/// A ledger, seen through several of its nodes.
///
///     let ledger = try await Ledger.connect(to: nodes)
///     let outcome = try await ledger.send(
///       TransactionBuilder(from: alice).transfer(.eco2, amount, to: bob), signedBy: Signers(key))
///
/// Questions go to the most advanced node that is well; where one fails, the next is asked, and the
/// failed one rests, longer each time. A transaction goes to another node as the same bytes: sent
/// twice it still happens once. Every call ends within its time, with an answer or a `ClientError`
/// that says what to do.
///
/// A node's word is taken for what cannot be proved. What can be — an account, a block — is proved
/// by `provenAccount` and `provenHeader`, against a `TrustAnchor` of your own.
public final class Ledger: Sendable {
  /// What one chain is called and how it ticks.
  public struct Facts: Hashable, Sendable {
    public let chain: ChainID
    /// The network's name, from genesis.
    public let name: String
    /// Which addresses belong to it.
    public let network: NetworkKind
    /// The block interval.
    public let intervalMilliseconds: UInt64

    init(_ status: StatusAnswer) throws(ClientError) {
      guard let chain = ChainID(hex: status.chain) else {
        throw .malformedAnswer("its chain is no hash")
      }
      self.chain = chain
      name = String(status.network.prefix(64))
      network = status.isTest ? .test : .main
      intervalMilliseconds = status.intervalMilliseconds
    }
  }

  /// How long calls may take that do not say so themselves.
  public static let callTimeoutDefault = Duration.seconds(30)

  public let facts: Facts
  /// What is trusted without asking, taken further with each change of the validator set that was
  /// proved; nil takes nodes at their word.
  public var trust: TrustAnchor? { followed.withLock { $0 } }
  /// For each question, all nodes asked and all attempts included.
  public let callTimeout: Duration
  let nodes: [NodeClient]
  let standings: Mutex<NodeStandings>
  private let followed: Mutex<TrustAnchor?>
  let sequences = Mutex(SequenceAllocator())
  private let start = ContinuousClock.now

  /// Connects to the nodes that answer; the others may come later.
  ///
  /// - Parameters:
  ///   - nodes: 1 … `ClientLimits.nodesMax` of one network.
  ///   - trust: whose chain the nodes must be of. Without it they must agree among themselves.
  public static func connect(
    to nodes: [NodeAddress], trust: TrustAnchor? = nil,
    callTimeout: Duration = Ledger.callTimeoutDefault,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) async throws(ClientError) -> Ledger {
    guard !nodes.isEmpty, nodes.count <= ClientLimits.nodesMax else {
      throw .noNode([])
    }
    let clients = nodes.map { NodeClient($0, group: group) }
    let answers = await firstAnswers(clients, timeout: callTimeout)
    var failures: [NodeFailure] = []
    var standings = NodeStandings(count: nodes.count)
    var facts: Facts?
    for (index, answer) in answers {
      switch answer {
      case .success(let status):
        let found = try Facts(status)
        let expected = trust?.chain ?? facts?.chain
        if let expected, found.chain != expected {
          throw .wrongChain(nodes[index], found: found.chain.hex, expected: expected.hex)
        }
        facts = facts ?? found
        standings.isOfChain(index)
        standings.stands(index, at: status.height)
      case .failure(let error):
        standings.failed(index, now: 0)
        failures.append(NodeFailure(nodes[index], error))
        if nodes.count == 1 { throw error }
      }
    }
    guard let facts else { throw .noNode(failures) }
    return Ledger(
      facts: facts, trust: trust, callTimeout: callTimeout, nodes: clients, standings: standings)
  }

  private init(
    facts: Facts, trust: TrustAnchor?, callTimeout: Duration, nodes: [NodeClient],
    standings: NodeStandings
  ) {
    self.facts = facts
    followed = Mutex(trust)
    self.callTimeout = callTimeout
    self.nodes = nodes
    self.standings = Mutex(standings)
  }

  /// Asks all nodes for their status; once one has answered, the others have a moment more.
  private static func firstAnswers(_ clients: [NodeClient], timeout: Duration) async
    -> [(Int, Result<StatusAnswer, ClientError>)]
  {
    let grace = Duration.milliseconds(300)
    return await withTaskGroup(of: (Int, Result<StatusAnswer, ClientError>)?.self) { group in
      for (index, client) in clients.enumerated() {
        group.addTask {
          do throws(ClientError) {
            return (index, .success(try await client.status()))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      group.addTask {
        try? await ContinuousClock().sleep(for: timeout)
        return nil
      }
      var answers: [(Int, Result<StatusAnswer, ClientError>)] = []
      var isGraceRunning = false
      while answers.count < clients.count, let next = await group.next(), let answer = next {
        answers.append(answer)
        if case .success = answer.1, !isGraceRunning {
          isGraceRunning = true
          group.addTask {
            try? await ContinuousClock().sleep(for: grace)
            return nil
          }
        }
      }
      group.cancelAll()
      return answers.sorted { $0.0 < $1.0 }
    }
  }

  /// The nodes this ledger is seen through.
  public var addresses: [NodeAddress] { nodes.map(\.node) }

  /// The highest height that any node has shown so far.
  public var heightSeen: UInt64 { standings.withLock { $0.height } }

  /// The account as people write it on this network.
  public func address(_ account: AccountID) -> String { account.address(network: facts.network) }

  /// Closes all connections; what is under way fails. The next call opens new ones.
  public func close() async { for node in nodes { await node.close() } }

  /// Keeps how far the changes of set were followed.
  func keep(_ anchor: TrustAnchor) {
    followed.withLock { kept in
      guard let last = kept, anchor.validators.firstHeight > last.validators.firstHeight else {
        return
      }
      kept = anchor
    }
  }

  /// Milliseconds since this client began.
  var now: Int64 { (ContinuousClock.now - start).wholeMilliseconds }
}
