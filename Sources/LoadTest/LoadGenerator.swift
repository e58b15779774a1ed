public import LedgerClient
public import LedgerCore
import NodeAnswers

/// Sends transfers between load accounts at a rate, on a schedule that does not wait for answers.
///
/// Each sender's sequences go up by one; a batch goes to one node after another and waits there until
/// its transactions are final, so that every transaction's end is known.
public actor LoadGenerator {
  /// What to send.
  public struct Plan: Sendable {
    public var nodes: [NodeAddress]
    public var accounts: LoadAccounts
    public var chain: ChainID
    /// Transactions a second.
    public var rate: Double
    public var duration: Duration
    /// The most a transfer may be charged, µg CO2e, and its fee, ECO2 base units.
    public var chargeMax: Amount
    public var feeMax: Amount
    /// How many heights ahead a transaction stays valid.
    public var validityHeights: UInt64

    public init(
      nodes: [NodeAddress], accounts: LoadAccounts, chain: ChainID, rate: Double,
      duration: Duration, chargeMax: Amount, feeMax: Amount, validityHeights: UInt64 = 100
    ) {
      self.nodes = nodes
      self.accounts = accounts
      self.chain = chain
      self.rate = rate
      self.duration = duration
      self.chargeMax = chargeMax
      self.feeMax = feeMax
      self.validityHeights = validityHeights
    }
  }

  private static let batchInterval = Duration.milliseconds(100)

  private let plan: Plan
  private var keys: [SigningKey] = []
  private var sequences: [UInt64] = []
  private var nextSender = 0
  private var height: UInt64 = 0
  private var report = LoadReport()
  private var latencies: [Double] = []
  private var idle: [[NodeClient]]

  public init(_ plan: Plan) {
    self.plan = plan
    idle = plan.nodes.map { _ in [] }
  }

  /// Runs the plan and waits for every answer.
  public func run() async throws -> LoadReport {
    try await prepare()
    let clock = ContinuousClock()
    let start = clock.now
    await withDiscardingTaskGroup { group in
      var sent = 0
      var batch = 0
      while true {
        let due = start + Self.batchInterval * batch
        if due - start >= plan.duration { break }
        do { try await clock.sleep(until: due) } catch { break }
        let elapsed = (due - start + Self.batchInterval) / .seconds(1)
        let target = Int(elapsed * plan.rate)
        if target > sent {
          let transactions = build(target - sent)
          let node = batch % plan.nodes.count
          report.offered += transactions.count
          group.addTask { await self.send(transactions, to: node, intended: due) }
          sent = target
        }
        batch += 1
        if batch.isMultiple(of: 20) { group.addTask { await self.refreshHeight() } }
      }
    }
    report.durationSeconds = (clock.now - start) / .seconds(1)
    report.latencyMilliseconds = LoadReport.Percentiles(of: latencies)
    for client in idle.joined() { await client.close() }
    return report
  }

  /// What has happened so far.
  public func progress() -> LoadReport { report }

  private func prepare() async throws {
    let client = NodeClient(plan.nodes[0])
    height = try await client.status().height
    for index in 0..<plan.accounts.count {
      guard let key = plan.accounts.key(index) else { continue }
      keys.append(key)
    }
    for key in keys {
      let account = try await client.account(AccountID(key.publicKey).hex)
      sequences.append(account.sequence)
    }
    await client.close()
  }

  private func refreshHeight() async {
    for node in plan.nodes.shuffled().prefix(3) {
      let client = NodeClient(node)
      let status = try? await client.status()
      await client.close()
      if let status {
        height = max(height, status.height)
        return
      }
    }
  }

  private func build(_ count: Int) -> [ArraySlice<UInt8>] {
    (0..<count).compactMap { _ in
      let sender = nextSender
      nextSender = (nextSender + 1) % keys.count
      sequences[sender] += 1
      let body = TransactionBody(
        chain: plan.chain, sender: AccountID(keys[sender].publicKey), sequence: sequences[sender],
        validUntil: height + plan.validityHeights, chargeMax: plan.chargeMax, feeMax: plan.feeMax,
        operations: [
          .transfer(
            Transfer(
              token: .eco2,
              recipient: AccountID(keys[(sender + 1) % keys.count].publicKey),
              amount: Amount(1)))
        ])
      return try? Transaction(body: body, chain: plan.chain, senderKeys: [keys[sender]]).bytes
    }
  }

  private func send(
    _ transactions: [ArraySlice<UInt8>], to node: Int, intended: ContinuousClock.Instant
  ) async {
    let client = idle[node].popLast() ?? NodeClient(plan.nodes[node])
    do {
      let answer = try await client.submit(transactions, wait: .final)
      let latency = (ContinuousClock.now - intended) / .milliseconds(1)
      for transaction in answer.transactions { book(transaction, latency: latency) }
      idle[node].append(client)
    } catch {
      report.unanswered += transactions.count
      await client.close()
    }
  }

  private func book(_ transaction: TransactionAnswer, latency: Double) {
    switch transaction.status {
    case .final:
      report.accepted += 1
      report.final += 1
      if transaction.applied == true { report.applied += 1 }
      latencies.append(latency)
    case .accepted:
      report.accepted += 1
      report.lost += 1
    case .pending: report.refused["still_pending", default: 0] += 1
    case .refused: report.refused[transaction.code ?? "unknown", default: 0] += 1
    }
  }
}
