public import LedgerClient
public import LedgerCore
public import NodeAnswers

/// Sends transfers between load accounts at a rate, on a schedule that does not wait for answers,
/// and follows every transaction to its end.
///
/// A batch goes to one node after another and waits there until it is accepted. When its node dies
/// first, the same bytes go to the next node: sending them twice changes nothing. Whether accepted
/// transactions are final is asked of the nodes in turn, by id, whenever a block is.
public actor LoadGenerator {
  /// What to send.
  public struct Plan: Sendable {
    public var nodes: [NodeAddress]
    public var accounts: LoadAccounts
    public var chain: ChainID
    /// Transactions a second.
    public var rate: Double
    /// Until `stop` when nil.
    public var duration: Duration?
    /// The most a transfer may be charged, µg CO2e, and its fee, ECO2 base units.
    public var chargeMax: Amount
    public var feeMax: Amount
    /// How many heights ahead a transaction stays valid.
    public var validityHeights: UInt64
    /// Nothing was ever sent from the accounts: their sequences need not be asked for.
    public var accountsAreNew: Bool
    /// How long to wait, after the last was sent, for the end of those under way.
    public var patience: Duration

    /// - Parameter estimate: what a transfer costs now, as a node says; four times that is the most
    ///   that is paid.
    public init(
      nodes: [NodeAddress], accounts: LoadAccounts, chain: ChainID, rate: Double,
      duration: Duration?, estimate: EstimateAnswer, validityHeights: UInt64 = 100,
      accountsAreNew: Bool = false, patience: Duration = .seconds(90)
    ) {
      self.nodes = nodes
      self.accounts = accounts
      self.chain = chain
      self.rate = rate
      self.duration = duration
      chargeMax = Amount(4 * UInt128(UInt64(estimate.charge) ?? 0))
      feeMax = Amount(4 * UInt128(UInt64(estimate.fee) ?? 0))
      self.validityHeights = validityHeights
      self.accountsAreNew = accountsAreNew
      self.patience = patience
    }
  }

  private static let batchInterval = Duration.milliseconds(100)
  private static let batchTransactionsMax = 1_000
  private static let retryInterval = Duration.milliseconds(500)
  private static let pollInterval = Duration.milliseconds(100)

  private let plan: Plan
  private let clock = ContinuousClock()
  private var keys: [SigningKey] = []
  private var sequences: [UInt64] = []
  private var nextSender = 0
  private var height: UInt64 = 0
  /// How long after a block its transactions are asked for: the answer is long, and the nodes are
  /// busy with the block just then.
  private var askDelay = Duration.zero
  private var book = FlightBook()
  private var idle: [[NodeClient]]
  /// Clients that wait for an answer, closed when nobody needs it any more.
  private var busy: [ObjectIdentifier: NodeClient] = [:]
  private var isStopped = false
  private var isOver = false
  /// Sending has ended, and transactions are under way.
  public private(set) var isDraining = false
  private var patience: Duration

  public init(_ plan: Plan) {
    self.plan = plan
    patience = plan.patience
    idle = plan.nodes.map { _ in [] }
  }

  /// Runs the plan and waits until the fate of every transaction is known, or patience is at an
  /// end.
  public func run() async throws -> LoadReport {
    try await prepare()
    let start = clock.now
    var sentSeconds = 0.0
    await withDiscardingTaskGroup { group in
      group.addTask { await self.follow() }
      await self.sendAll(from: start, in: &group)
      sentSeconds = (clock.now - start) / .seconds(1)
      isDraining = true
      let drainStart = clock.now
      while book.openCount > 0, clock.now - drainStart < patience, !Task.isCancelled {
        try? await clock.sleep(for: Self.pollInterval)
      }
      isOver = true
      group.cancelAll()
      for client in busy.values { await client.close() }
    }
    book.close(durationSeconds: sentSeconds, at: clock.now)
    for client in idle.joined() { await client.close() }
    return book.report
  }

  /// Ends the sending; `run` returns once what is under way has ended, or after another patience
  /// than the plan's.
  public func stop(patience: Duration? = nil) {
    isStopped = true
    if let patience { self.patience = patience }
  }

  /// What has happened so far; latencies are known at the end.
  public func progress() -> LoadReport { book.report }

  /// Transactions under way.
  public var openCount: Int { book.openCount }

  private func prepare() async throws {
    let client = NodeClient(plan.nodes[0])
    let status = try await client.status()
    height = status.height
    book.note(height: height, at: clock.now)
    askDelay = min(.seconds(1), .milliseconds(status.intervalMilliseconds / 10))
    for index in 0..<accountsUsed {
      guard !isStopped, let key = plan.accounts.key(index) else { break }
      keys.append(key)
      let address = AccountID(key.publicKey).address(network: status.isTest ? .test : .main)
      sequences.append(
        plan.accountsAreNew ? 0 : try await client.account(address).sequence)
    }
    await client.close()
  }

  /// Each sends as often as any other: of a million, a short run needs only the first.
  private var accountsUsed: Int {
    guard let duration = plan.duration else { return plan.accounts.count }
    let transactions = (duration / .seconds(1) * plan.rate).rounded(.up)
    return min(plan.accounts.count, max(2, Int(min(transactions, 1e9))))
  }

  private func sendAll(from start: ContinuousClock.Instant, in group: inout DiscardingTaskGroup)
    async
  {
    var sent = 0
    var batch = 0
    while !isStopped, !Task.isCancelled, !keys.isEmpty {
      let due = start + Self.batchInterval * batch
      if let duration = plan.duration, due - start >= duration { break }
      do { try await clock.sleep(until: due) } catch { break }
      let elapsed = (due - start + Self.batchInterval) / .seconds(1)
      let target = Int(elapsed * plan.rate)
      if target > sent {
        var node = batch % plan.nodes.count
        while sent < target {
          let count = min(target - sent, Self.batchTransactionsMax)
          let ids = build(count, intended: due)
          let first = node
          group.addTask { await self.send(ids, first: first) }
          node = (node + 1) % plan.nodes.count
          sent += count
        }
      }
      batch += 1
    }
  }

  private func build(_ count: Int, intended: ContinuousClock.Instant) -> [Digest] {
    var ids: [Digest] = []
    for _ in 0..<count {
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
      guard
        let transaction = try? Transaction(
          body: body, chain: plan.chain, senderKeys: [keys[sender]])
      else { continue }
      let id = transaction.id(plan.chain)
      book.take(id, transaction.bytes, intended: intended)
      ids.append(id)
    }
    return ids
  }

  /// Sends a batch to a node, and what got no answer there to the next ones.
  private func send(_ ids: [Digest], first: Int) async {
    var node = first
    var isRetry = false
    var rest = book.unknown(among: ids)
    while !rest.isEmpty, !isOver {
      let client = idle[node].popLast() ?? NodeClient(plan.nodes[node])
      busy[ObjectIdentifier(client)] = client
      defer { busy[ObjectIdentifier(client)] = nil }
      do {
        let answer = try await client.submit(rest.map(\.bytes), wait: .accepted)
        idle[node].append(client)
        let again = zip(rest, answer.transactions).filter { sent, answer in
          let state = TransactionState(submitted: answer, isRetry: isRetry)
          return !book.book(state, of: sent.id, at: clock.now)
        }.map(\.0.id)
        rest = book.unknown(among: again)
      } catch {
        await client.close()
        if !isRetry { book.noteUnanswered(rest.count) }
        rest = book.unknown(among: rest.map(\.id))
      }
      isRetry = true
      node = (node + 1) % plan.nodes.count
      if !rest.isEmpty { try? await clock.sleep(for: Self.retryInterval) }
    }
  }

  /// Asks the nodes in turn what became of the transactions under way, whenever a block is final.
  private func follow() async {
    let clients = plan.nodes.map { NodeClient($0) }
    var turn = 0
    var asked: UInt64 = 0
    var due: ContinuousClock.Instant?
    while !isOver {
      let client = clients[turn % clients.count]
      turn += 1
      if let status = try? await client.status() {
        height = max(height, status.height)
        book.note(height: status.height, at: clock.now)
        if status.height > asked, due == nil { due = clock.now + askDelay }
        if turn.isMultiple(of: 50) || due.map({ $0 <= clock.now }) ?? false {
          if await ask(client) { (asked, due) = (max(asked, status.height), nil) }
        }
      }
      try? await clock.sleep(for: Self.pollInterval)
    }
    for client in clients { await client.close() }
  }

  /// Whether the node answered.
  private func ask(_ client: NodeClient) async -> Bool {
    var ids = book.ids[...]
    while !ids.isEmpty {
      let part = Array(ids.prefix(SubmissionFormat.transactionsMax))
      ids = ids.dropFirst(part.count)
      guard let answer = try? await client.states(part) else { return false }
      for (id, transaction) in zip(part, answer.transactions) {
        if let state = TransactionState(asked: transaction) {
          _ = book.book(state, of: id, at: clock.now)
        }
      }
    }
    return true
  }
}
