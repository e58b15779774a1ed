import Foundation
import Logging
import NodeAPI
import NodeAnswers
import Testing

/// A server on a free port of this machine, for the time of a test.
struct LiveServer: Sendable {
  let port: Int

  static func with(
    _ service: any NodeService, settings: APISettings = APISettings(),
    _ body: (LiveServer) async throws -> Void
  ) async throws {
    let (ports, listening) = AsyncStream<Int>.makeStream()
    let server = APIServer(
      service: service, host: "127.0.0.1", port: 0, settings: settings,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let running = Task {
      defer { listening.finish() }
      try await server.run { listening.yield($0) }
    }
    let port = try #require(await ports.first { _ in true })
    let result: Result<Void, any Error>
    do { result = .success(try await body(LiveServer(port: port))) } catch {
      result = .failure(error)
    }
    running.cancel()
    _ = try? await running.value
    try result.get()
  }

  /// Sends a request with exactly these headers beside Host, and reads the whole answer.
  func ask(
    _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = [],
    from source: UInt8 = 1
  ) async throws -> HTTPReply {
    let connection = try RawConnection(port: port, from: source)
    var all = headers
    if all["Host"] == nil { all["Host"] = "127.0.0.1:\(port)" }
    if !body.isEmpty { all["Content-Length"] = String(body.count) }
    let lines = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
    try await connection.send("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n")
    try await connection.send(body)
    return try await connection.reply(hasBody: method != "HEAD")
  }
}

/// An HTTP answer.
struct HTTPReply {
  let status: Int
  let headers: [String: String]
  let body: [UInt8]

  func json<Answer: Decodable>(_ type: Answer.Type) throws -> Answer {
    try JSONDecoder().decode(type, from: Data(body))
  }

  var code: String? { try? json(ErrorAnswer.self).code }
}
