import Foundation
import LedgerCore
import NodeAnswers
import Testing

@testable import LedgerClient

@Suite("Asking one node")
struct NodeClientTests {
  private func error(_ reply: ScriptedNode.Reply) async throws -> ClientError? {
    var found: ClientError?
    try await ScriptedNode.with([{ _ in reply }]) { nodes in
      let client = NodeClient(nodes[0].address)
      do throws(ClientError) { _ = try await client.status() } catch { found = error }
      await client.close()
    }
    return found
  }

  @Test("the status of an older node, which says less, is read; one that lacks more is not")
  func olderNode() throws {
    let bytes = try JSONEncoder().encode(TestAnswers.status(height: 7))
    var said = try #require(
      try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    for name in ["role", "followers"] { said[name] = nil }
    said["a name of the future"] = 1
    let status = try JSONDecoder().decode(
      StatusAnswer.self, from: try JSONSerialization.data(withJSONObject: said))
    #expect(status == TestAnswers.status(height: 7))
    #expect(status.role == "validator" && status.followers == 0)
    said["height"] = nil
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        StatusAnswer.self, from: try JSONSerialization.data(withJSONObject: said))
    }
  }

  @Test("an answer of another status, type or shape has an error of its own")
  func errors() async throws {
    #expect(
      try await error(.problem(503, "busy"))
        == .refused(status: 503, code: "busy", sentence: "A test."))
    #expect(
      try await error(.answer(status: 418, contentType: "text/html", body: Array("<p>".utf8)))
        == .refused(
          status: 418, code: "http_418", sentence: "The node answered with HTTP status 418."))
    #expect(
      try await error(.answer(status: 200, contentType: "text/html", body: []))
        == .malformedAnswer("it is text/html, not application/json"))
    #expect(
      try await error(.answer(status: 200, contentType: "application/json", body: [0xFF]))
        == .malformedAnswer(
          "its JSON cannot be used: a text is not valid UTF-8, at line 1, column 1"))
    #expect(
      try await error(.answer(status: 200, contentType: "application/json", body: Array("{}".utf8)))
        == .malformedAnswer(
          "its JSON cannot be used: the field `network` is missing, at line 1, column 1"))
    #expect(try await error(.hangUp) == .connectionClosed)
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    #expect(
      try await error(.raw(Array(moved.utf8)))
        == .refused(
          status: 302, code: "http_302", sentence: "The node answered with HTTP status 302."))
    let broken = try await error(.raw(Array("SMTP ready\r\n\r\n".utf8)))
    guard case .malformedAnswer? = broken else {
      Issue.record("\(String(describing: broken))")
      return
    }
  }

  @Test("an answer longer than its bound is given up, with a stated length or without end")
  func bounds() async throws {
    let limit = ClientLimits.answerBytesMax
    let tooLong = ClientError.malformedAnswer("it is longer than \(limit) bytes")
    let stated =
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: \(limit + 1)\r\n\r\n"
    #expect(try await error(.raw(Array(stated.utf8))) == tooLong)
    let body = [UInt8](repeating: UInt8(ascii: " "), count: limit + 1)
    let chunked =
      Array("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n".utf8)
      + Array("transfer-encoding: chunked\r\n\r\n\(String(body.count, radix: 16))\r\n".utf8) + body
    #expect(try await error(.raw(chunked)) == tooLong)
  }

  @Test("a call ends when its time is over or its task is cancelled, though the node says nothing")
  func timeouts() async throws {
    try await ScriptedNode.with([{ _ in .silence }]) { nodes in
      let client = NodeClient(nodes[0].address)
      await #expect(throws: ClientError.timedOut(milliseconds: 2_000)) {
        try await client.submit([[1]], timeoutMilliseconds: 2_000)
      }
      let task = Task { try await client.status() }
      while nodes[0].count("/v1/status") == 0 { await Task.yield() }
      task.cancel()
      await #expect(throws: ClientError.cancelled) { try await task.value }
      await client.close()
    }
  }

  @Test("where nothing listens the reason is named")
  func unreachable() async throws {
    let node = try await ScriptedNode.start { _ in .silence }
    try await node.stop()
    let client = NodeClient(node.address)
    await #expect(
      throws: ClientError.unreachable(node.address, reason: "Connection refused")
    ) { try await client.status() }
  }

  @Test("requests beyond the connections wait for one, and those that wait time out as others do")
  func connections() async throws {
    let script: ScriptedNode.Script = { request in
      request.path == "/v1/status" ? .json(TestAnswers.status(height: 3)) : .silence
    }
    try await ScriptedNode.with([script]) { nodes in
      let client = NodeClient(nodes[0].address, connectionsMax: 1)
      let heights = try await withThrowingTaskGroup(of: UInt64.self) { group in
        for _ in 0..<20 { group.addTask { try await client.status().height } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(heights == Array(repeating: 3, count: 20))
      let blocked = Task { try await client.genesis() }
      while nodes[0].count("/v1/genesis") == 0 { await Task.yield() }
      await #expect(throws: ClientError.timedOut(milliseconds: 60)) {
        try await client.submit([[1]], timeoutMilliseconds: 60)
      }
      #expect(nodes[0].count("/v1/transactions") == 0)
      blocked.cancel()
      _ = try? await blocked.value
      #expect(try await client.status().height == 3)
      await client.close()
    }
  }

  @Test("an answer about another number of transactions than were sent is refused")
  func counts() async throws {
    let script: ScriptedNode.Script = { _ in .json(SubmissionAnswer(transactions: [])) }
    try await ScriptedNode.with([script]) { nodes in
      let client = NodeClient(nodes[0].address)
      await #expect(throws: ClientError.malformedAnswer("it tells of 0 transactions, not 1")) {
        try await client.submit([[1]])
      }
      await client.close()
    }
  }

  @Test("what a person types cannot leave its place in the path")
  func escaping() async throws {
    try await ScriptedNode.with([{ _ in .problem(400, "bad_address") }]) { nodes in
      let client = NodeClient(nodes[0].address)
      _ = try? await client.account("../status?x=1#\r\nhost: a")
      #expect(
        nodes[0].asked.map(\.path) == ["/v1/accounts/..%2Fstatus%3Fx%3D1%23%0D%0Ahost%3A%20a"])
      await client.close()
    }
    #expect(NodeAddress("[::1]:80")?.host == "::1")
    #expect(NodeAddress("[::1]:80").map { "\($0)" } == "[::1]:80")
    #expect(NodeAddress("a\r\nb:80") == nil)
    #expect(NodeAddress("http://a:80/") == NodeAddress(host: "a", port: 80))
  }
}
