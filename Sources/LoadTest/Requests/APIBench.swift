import Foundation
public import LedgerClient
public import LedgerCore
import NodeAnswers

/// Measures how many single requests one node of a test network answers: its status again and
/// again, then submissions of one signed transfer each; and looks that each transfer the node took
/// stands in the final blocks exactly once.
public struct APIBench: Sendable {
  /// What to ask, and for how long.
  public struct Plan: Sendable {
    public var node: NodeAddress
    /// The network's other nodes: their CPU time is reported, too.
    public var others: [NodeAddress]
    public var accounts: LoadAccounts
    public var chain: ChainID
    public var connections: Int
    /// How long each of the two runs lasts at most.
    public var milliseconds: UInt64
    /// Transfers signed beforehand; the second run ends when all are sent.
    public var transactions: Int
    /// How long to wait for the last of them to be final.
    public var patience: Duration

    public init(
      node: NodeAddress, others: [NodeAddress], accounts: LoadAccounts, chain: ChainID,
      connections: Int, milliseconds: UInt64, transactions: Int, patience: Duration
    ) {
      self.node = node
      self.others = others
      self.accounts = accounts
      self.chain = chain
      self.connections = connections
      self.milliseconds = milliseconds
      self.transactions = transactions
      self.patience = patience
    }
  }

  /// What is being done, for whoever waits.
  public enum Step: Sendable {
    case askingStatus
    case signing
    case submitting
    case following
    case counting
  }

  /// How many heights ahead the transfers stay valid.
  private static let validityHeights: UInt64 = 1_000
  /// Times what a transfer costs at the beginning, so that no later block is too dear.
  private static let dearestTimes: UInt128 = 50
  private static let pollInterval = Duration.milliseconds(200)

  private let plan: Plan
  private let clock = ContinuousClock()

  public init(_ plan: Plan) { self.plan = plan }

  /// Runs both, and waits for the end of what was taken.
  ///
  /// - Parameter show: called before each step.
  public func run(_ show: @Sendable (Step) -> Void = { _ in }) async throws -> APIBenchReport {
    let client = NodeClient(plan.node)
    let others = plan.others.map { NodeClient($0) }
    var report = APIBenchReport()
    let first = try await client.status()
    report.nodes = 1 + others.count
    report.intervalMilliseconds = first.intervalMilliseconds
    show(.askingStatus)
    report.status = try await measure(
      .same(.get("/v1/status", from: plan.node)), .status, client, others
    ).report
    show(.signing)
    let signed = try await sign(client)
    show(.submitting)
    let outcome = try await measure(
      .each(signed.map { .submission($0.bytes, to: plan.node) }), .submission, client, others)
    report.submissions = outcome.report
    let sent = clock.now
    let taken = outcome.answers.filter { $0.value.hasSuffix(" pending") }.keys.sorted()
      .map { signed[$0].id }
    let refused = outcome.answers.filter { !$0.value.hasSuffix(" pending") }.keys.sorted()
      .map { signed[$0].id }
    show(.following)
    let last = try await follow(taken, client)
    report.finality.seconds = (clock.now - sent) / .seconds(1)
    show(.counting)
    let counts = try await executions(from: first.height + 1, through: last, client)
    report.finality.count(taken: taken, refused: refused, executions: counts)
    for client in [client] + others { await client.close() }
    return report
  }

  /// Runs requests on a thread of their own, between two looks at the nodes' CPU time.
  private func measure(
    _ source: RequestSource, _ counting: RequestRun.Counting, _ client: NodeClient,
    _ others: [NodeClient]
  ) async throws -> RequestRun.Outcome {
    let before = try await cpu(client, others)
    let (plan, result) = (plan, AsyncStream<Result<RequestRun.Outcome, RequestFault>>.makeStream())
    let thread = Thread {
      do throws(RequestFault) {
        var run = try RequestRun(
          source, to: plan.node, connections: plan.connections, counting: counting)
        result.continuation.yield(.success(run.run(milliseconds: plan.milliseconds)))
      } catch {
        result.continuation.yield(.failure(error))
      }
      result.continuation.finish()
    }
    thread.start()
    guard let end = await result.stream.first(where: { _ in true }) else {
      throw CancellationError()
    }
    var outcome = try end.get()
    let after = try await cpu(client, others)
    let thousands = max(0.001, Double(outcome.report.answered) / 1_000)
    outcome.report.nodeCPUSecondsPerThousand = (after.own - before.own) / thousands
    outcome.report.otherNodesCPUSecondsPerThousand = (after.others - before.others) / thousands
    return outcome
  }

  /// CPU seconds used so far.
  private func cpu(_ client: NodeClient, _ others: [NodeClient]) async throws
    -> (own: Double, others: Double)
  {
    func seconds(_ client: NodeClient) async throws -> Double {
      Double(try await client.status().processMicroseconds) / 1_000_000
    }
    var sum = 0.0
    for other in others { sum += try await seconds(other) }
    return (try await seconds(client), sum)
  }

  private func sign(_ client: NodeClient) async throws -> [(id: Digest, bytes: ArraySlice<UInt8>)] {
    let status = try await client.status()
    let estimate = status.transferEstimate
    let chargeMax = Amount(Self.dearestTimes * UInt128(UInt64(estimate.charge) ?? 0))
    let feeMax = Amount(Self.dearestTimes * UInt128(UInt64(estimate.fee) ?? 0))
    let keys = (0..<plan.accounts.count).compactMap { plan.accounts.key($0) }
    var sequences: [UInt64] = []
    for key in keys {
      let address = AccountID(key.publicKey).address(network: status.isTest ? .test : .main)
      sequences.append(try await client.account(address).pendingSequence)
    }
    var signed: [(id: Digest, bytes: ArraySlice<UInt8>)] = []
    signed.reserveCapacity(plan.transactions)
    for number in 0..<plan.transactions where !keys.isEmpty {
      let sender = number % keys.count
      sequences[sender] += 1
      let body = TransactionBody(
        chain: plan.chain, sender: AccountID(keys[sender].publicKey), sequence: sequences[sender],
        validUntil: status.height + Self.validityHeights, chargeMax: chargeMax, feeMax: feeMax,
        operations: [
          .transfer(
            Transfer(
              token: .eco2, recipient: AccountID(keys[(sender + 1) % keys.count].publicKey),
              amount: Amount(1)))
        ])
      let transaction = try Transaction(body: body, chain: plan.chain, senderKeys: [keys[sender]])
      signed.append((transaction.id(plan.chain), transaction.bytes))
    }
    return signed
  }

  /// Waits until all are final, or patience is at an end; the node's height then.
  private func follow(_ ids: [Digest], _ client: NodeClient) async throws -> UInt64 {
    let end = clock.now + plan.patience
    var open = ids
    var asked: UInt64 = 0
    while true {
      let height = try await client.status().height
      if height > asked || open.isEmpty {
        asked = height
        var rest: [Digest] = []
        for start in stride(from: 0, to: open.count, by: SubmissionFormat.transactionsMax) {
          let part = Array(open[start...].prefix(SubmissionFormat.transactionsMax))
          let answers = try await client.states(part).transactions
          rest += zip(part, answers).filter { $0.1.status != .final }.map(\.0)
        }
        open = rest
        // What was final when it was asked stands at or below this height.
        if open.isEmpty { return try await client.status().height }
      }
      guard clock.now < end else { return height }
      try await clock.sleep(for: Self.pollInterval)
    }
  }

  /// How often each transaction was executed in the blocks of these heights, and whether its
  /// operations were applied.
  private func executions(from first: UInt64, through last: UInt64, _ client: NodeClient)
    async throws -> [String: (count: Int, isApplied: Bool)]
  {
    var counts: [String: (count: Int, isApplied: Bool)] = [:]
    guard first <= last else { return counts }
    for height in first...last {
      var cursor: String?
      repeat {
        let page = try await client.transactions(
          inBlock: height, cursor: cursor, limit: PageFormat.itemsMax)
        for item in page.items where item.receipt?.outcome != "skipped" {
          guard let id = item.id else { continue }
          counts[id, default: (0, false)].count += 1
          if item.applied == true { counts[id]?.isApplied = true }
        }
        cursor = page.next
      } while cursor != nil
    }
    return counts
  }
}
