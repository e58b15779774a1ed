public import LedgerCore
public import NIOCore
public import NIOPosix
public import NodeAnswers

/// Talks to one node's API over a few kept-alive connections, opened when first needed.
///
/// Everything here says what one node says. `Ledger` asks several, goes on where one fails, and
/// proves what can be proved.
public actor NodeClient {
  /// How far a submission waits before it is answered.
  public enum Wait: String, Sendable, CaseIterable {
    case pending
    case accepted
    case final
  }

  public nonisolated let node: NodeAddress
  private let group: any EventLoopGroup
  private let pool: ConnectionPool

  /// Uses the process-wide event loops unless given others.
  ///
  /// - Parameter connectionsMax: how many requests are under way at a time; others wait.
  public init(
    _ node: NodeAddress, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    connectionsMax: Int = ClientLimits.connectionsPerNodeMax
  ) {
    self.node = node
    self.group = group
    pool = ConnectionPool(node: node, group: group, connectionsMax: max(1, connectionsMax))
  }

  /// Submits transactions' bytes; answers one state for each, in order.
  ///
  /// - Parameters:
  ///   - transactions: 1 … `SubmissionFormat.transactionsMax`, `SubmissionFormat.bodyBytesMax`
  ///     bytes together.
  ///   - timeoutMilliseconds: for the whole call; the node itself waits no longer than
  ///     `SubmissionFormat.waitMillisecondsMax`.
  public func submit(
    _ transactions: [ArraySlice<UInt8>], wait: Wait = .pending,
    timeoutMilliseconds: Int64 = ClientLimits.waitTimeoutMilliseconds
  ) async throws(ClientError) -> SubmissionAnswer {
    var body = BCSWriter(reserving: 8 + transactions.reduce(0) { $0 + $1.count + 3 })
    body.length(transactions.count)
    for transaction in transactions { body.byteString(transaction) }
    let path = wait == .pending ? "/v1/transactions" : "/v1/transactions?wait=\(wait.rawValue)"
    return try await answers(
      path, SubmissionFormat.listContentType, body.bytes, count: transactions.count,
      timeoutMilliseconds: timeoutMilliseconds)
  }

  /// Where each of these transactions stands, in order; `unknown` for what this node does not know.
  ///
  /// - Parameter ids: 1 … `SubmissionFormat.transactionsMax`.
  public func states(_ ids: [Digest]) async throws(ClientError) -> SubmissionAnswer {
    var body = BCSWriter(reserving: 8 + ids.count * 32)
    body.list(ids)
    return try await answers(
      "/v1/transactions/states", SubmissionFormat.idsContentType, body.bytes, count: ids.count,
      timeoutMilliseconds: ClientLimits.readTimeoutMilliseconds)
  }

  /// What a transaction with this body and so many signatures would be charged in the next block,
  /// fees for first records included.
  public func estimate(_ body: TransactionBody, signatureCount: Int)
    async throws(ClientError) -> EstimateAnswer
  {
    try await send(
      HTTPRequest(
        method: .post(contentType: ResponseFormat.transactionBody, body: body.bcs),
        path: "/v1/estimates?signatures=\(signatureCount)")
    ).json()
  }

  /// Sends any bytes to any path: for tests of what a node refuses.
  public func raw(path: String, contentType: String?, body: [UInt8])
    async throws(ClientError) -> (status: Int, body: [UInt8])
  {
    let method: HTTPRequest.Method =
      contentType.map { .post(contentType: $0, body: body) } ?? .get
    let response = try await send(
      HTTPRequest(
        method: method, path: path, timeoutMilliseconds: ClientLimits.listTimeoutMilliseconds,
        answerBytesMax: ClientLimits.rawAnswerBytesMax))
    return (response.status, response.body)
  }

  /// Closes the connections; what is under way fails. The next request opens a new one.
  public func close() async { await pool.close() }

  func get<Answer: Decodable & Sendable>(
    _ path: String, as type: Answer.Type = Answer.self
  ) async throws(ClientError) -> Answer {
    try await send(HTTPRequest(method: .get, path: path)).json()
  }

  func getList<Answer: Decodable & Sendable>(
    _ path: String, as type: Answer.Type = Answer.self
  ) async throws(ClientError) -> Answer {
    try await send(
      HTTPRequest(
        method: .get, path: path, timeoutMilliseconds: ClientLimits.listTimeoutMilliseconds,
        answerBytesMax: ClientLimits.listAnswerBytesMax)
    ).json()
  }

  func getBytes(_ path: String, accept: String) async throws(ClientError) -> [UInt8] {
    try await send(
      HTTPRequest(
        method: .get, path: path, accept: accept,
        timeoutMilliseconds: ClientLimits.listTimeoutMilliseconds,
        answerBytesMax: ClientLimits.rawAnswerBytesMax)
    ).bytes(accept)
  }

  /// Opens a stream of events.
  func openStream(_ path: String, lastID: EventID?) async throws(ClientError) -> EventConnection {
    try await EventConnection.open(node, path: path, lastID: lastID, on: group)
  }

  private func answers(
    _ path: String, _ contentType: String, _ body: [UInt8], count: Int, timeoutMilliseconds: Int64
  ) async throws(ClientError) -> SubmissionAnswer {
    let answer = try await send(
      HTTPRequest(
        method: .post(contentType: contentType, body: body), path: path,
        timeoutMilliseconds: timeoutMilliseconds,
        answerBytesMax: ClientLimits.listAnswerBytesMax)
    ).json(SubmissionAnswer.self)
    guard answer.transactions.count == count else {
      throw .malformedAnswer("it tells of \(answer.transactions.count) transactions, not \(count)")
    }
    return answer
  }

  private func send(_ request: HTTPRequest) async throws(ClientError) -> HTTPResponse {
    try await pool.send(request)
  }
}
