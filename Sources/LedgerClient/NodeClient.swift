import Foundation
public import LedgerCore
public import NIOCore
public import NIOPosix
public import NodeAnswers

/// Talks to one node's API over one kept-alive connection, opened when first needed.
public actor NodeClient {
  /// How far a submission waits before it is answered.
  public enum Wait: String, Sendable, CaseIterable {
    case pending
    case accepted
    case final
  }

  public nonisolated let node: NodeAddress
  private let group: any EventLoopGroup
  private var connection: HTTPConnection?

  /// Uses the process-wide event loops unless given others.
  public init(
    _ node: NodeAddress, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
  ) {
    self.node = node
    self.group = group
  }

  public func status() async throws -> StatusAnswer { try await get("/v1/status") }

  /// The final block at a height, or the latest for nil.
  public func block(_ height: UInt64?) async throws -> BlockAnswer {
    try await get("/v1/blocks/\(height.map(String.init) ?? "latest")")
  }

  public func account(_ address: String) async throws -> AccountAnswer {
    try await get("/v1/accounts/\(address)")
  }

  /// Submits transactions' bytes; answers one state for each, in order.
  public func submit(_ transactions: [ArraySlice<UInt8>], wait: Wait = .pending)
    async throws -> SubmissionAnswer
  {
    var body = BCSWriter(reserving: 8 + transactions.reduce(0) { $0 + $1.count + 3 })
    body.length(transactions.count)
    for transaction in transactions { body.byteString(transaction) }
    let path = wait == .pending ? "/v1/transactions" : "/v1/transactions?wait=\(wait.rawValue)"
    return try await decode(
      send(
        HTTPRequest(
          method: .post(contentType: SubmissionFormat.listContentType, body: body.bytes),
          path: path,
          timeout: .milliseconds(Int64(SubmissionFormat.waitMillisecondsMax) + 10_000))))
  }

  /// Where a transaction stands that was submitted before, to this node or another; nil when this
  /// node does not know it.
  public func transaction(_ id: Digest) async throws -> TransactionAnswer? {
    do {
      return try await get("/v1/transactions/\(id.hex)")
    } catch ClientError.refused(status: 404, _, _) {
      return nil
    }
  }

  /// Where each of these transactions stands, in order; `unknown` for what this node does not know.
  ///
  /// - Parameter ids: 1 … `SubmissionFormat.transactionsMax`.
  public func states(_ ids: [Digest]) async throws -> SubmissionAnswer {
    var body = BCSWriter(reserving: 8 + ids.count * 32)
    body.list(ids)
    return try await decode(
      send(
        HTTPRequest(
          method: .post(contentType: SubmissionFormat.idsContentType, body: body.bytes),
          path: "/v1/transactions/states", timeout: .seconds(10))))
  }

  /// Sends any bytes to any path: for tests of what a node refuses.
  public func raw(path: String, contentType: String?, body: [UInt8])
    async throws -> (status: Int, body: [UInt8])
  {
    let method: HTTPRequest.Method =
      contentType.map { .post(contentType: $0, body: body) } ?? .get
    let response = try await send(
      HTTPRequest(method: method, path: path, timeout: .seconds(30)))
    return (response.status, response.body)
  }

  public func close() {
    connection?.close()
    connection = nil
  }

  private func get<Answer: Decodable & Sendable>(_ path: String) async throws -> Answer {
    try await decode(send(HTTPRequest(method: .get, path: path, timeout: .seconds(10))))
  }

  private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    if connection?.isOpen != true {
      do {
        connection = try await HTTPConnection.open(node, on: group)
      } catch {
        throw ClientError.unreachable(node, reason: Self.reason(error))
      }
    }
    guard let connection else { throw ClientError.connectionClosed }
    do {
      return try await connection.send(request)
    } catch let error as ClientError {
      throw error
    } catch {
      throw ClientError.connectionClosed
    }
  }

  private static func reason(_ error: any Error) -> String {
    if let error = error as? NIOConnectionError, let first = error.connectionErrors.first {
      return reason(first.error)
    }
    if let error = error as? IOError { return unsafe String(cString: strerror(error.errnoCode)) }
    return "\(error)"
  }

  private func decode<Answer: Decodable & Sendable>(_ response: HTTPResponse) throws -> Answer {
    let data = Data(response.body)
    guard response.status == 200 else {
      guard let error = try? JSONDecoder().decode(ErrorAnswer.self, from: data) else {
        throw ClientError.refused(
          status: response.status, code: "http_\(response.status)",
          sentence: "The node answered with HTTP status \(response.status).")
      }
      throw ClientError.refused(
        status: response.status, code: error.code, sentence: error.detail)
    }
    do {
      return try JSONDecoder().decode(Answer.self, from: data)
    } catch {
      throw ClientError.malformedAnswer("\(error)")
    }
  }
}
