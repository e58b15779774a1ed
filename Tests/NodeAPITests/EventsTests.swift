import Foundation
import LedgerCore
import NodeAPI
import NodeAnswers
import Testing

@Suite("Events")
struct EventsTests {
  /// One event as it came.
  struct Event {
    var id = ""
    var kind = ""
    var data = ""
  }

  private func open(
    _ server: LiveServer, _ path: String, headers: String = ""
  ) async throws -> RawConnection {
    let connection = try RawConnection(port: server.port)
    try await connection.send(
      "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\(headers)\r\n")
    let head = try await connection.head()
    #expect(head.status == 200 && head.headers["content-type"] == "text/event-stream")
    #expect(head.headers["cache-control"] == "no-store")
    return connection
  }

  /// The next event or id, without chunk sizes and comments.
  private func next(_ connection: RawConnection) async throws -> Event? {
    var event = Event()
    while let line = try await connection.upTo("\n") {
      let text = line.trimmingCharacters(in: .whitespacesAndNewlines)
      if text.hasPrefix("id: ") { event.id = String(text.dropFirst(4)) }
      if text.hasPrefix("event: ") { event.kind = String(text.dropFirst(7)) }
      if text.hasPrefix("data: ") { event.data = String(text.dropFirst(6)) }
      if line == "\n", !event.id.isEmpty { return event }
    }
    return nil
  }

  private func ids(_ connection: RawConnection, _ count: Int) async throws -> [String] {
    var ids: [String] = []
    while ids.count < count, let event = try await next(connection) { ids.append(event.id) }
    return ids
  }

  @Test("a stream begins behind the last block and brings each new one with its transactions")
  func stream() async throws {
    let node = try MemoryNode(height: 5, transactionsPerBlock: 2)
    try await LiveServer.with(node) { server in
      let connection = try await open(server, "/v1/events")
      node.grow()
      let block = try #require(try await next(connection))
      #expect(block.id == "6.0" && block.kind == "block")
      let answer = try JSONDecoder().decode(BlockAnswer.self, from: Data(block.data.utf8))
      #expect(answer == Samples.block(6))
      let transaction = try #require(try await next(connection))
      #expect(transaction.id == "6.1" && transaction.kind == "transaction")
      let decoded = try JSONDecoder().decode(
        TransactionAnswer.self, from: Data(transaction.data.utf8))
      #expect(decoded.height == 6 && decoded.index == 0 && decoded.receipt != nil)
      node.grow(by: 2)
      let rest = ["6.2", "7.0", "7.1", "7.2", "8.0", "8.1", "8.2"]
      #expect(try await ids(connection, 7) == rest)
    }
  }

  @Test("a client that comes back with its last id misses nothing and gets nothing twice")
  func resume() async throws {
    let node = try MemoryNode(height: 5, transactionsPerBlock: 2)
    try await LiveServer.with(node) { server in
      let one = try await open(server, "/v1/events?after=3.1")
      #expect(try await ids(one, 4) == ["3.2", "4.0", "4.1", "4.2"])
      let header = "Last-Event-ID: 4.2\r\n"
      let two = try await open(server, "/v1/events?after=1.0", headers: header)
      #expect(try await ids(two, 3) == ["5.0", "5.1", "5.2"])
      node.grow()
      #expect(try await ids(two, 1) == ["6.0"])
      let three = try await open(server, "/v1/events?after=0.0")
      #expect(try await ids(three, 2) == ["1.0", "1.1"])
      for end in ["0.4294967295", "0.\(Int.max)"] {
        let four = try await open(server, "/v1/events?after=\(end)")
        #expect(try await ids(four, 2) == ["1.0", "1.1"], "\(end)")
        await four.close()
      }
      let five = try await open(server, "/v1/events?after=3.4294967295")
      #expect(try await ids(five, 1) == ["4.0"])
    }
  }

  @Test("filters leave out the rest, and still say how far the stream is")
  func filters() async throws {
    let node = try MemoryNode(height: 2, transactionsPerBlock: 3)
    let named = node.named.address(network: .test)
    try await LiveServer.with(node) { server in
      let blocks = try await open(server, "/v1/events?after=0.0&kinds=block")
      #expect(try await ids(blocks, 2) == ["1.0", "2.0"])
      let path = "/v1/events?after=0.0&kinds=transaction&account=\(named)"
      let transactions = try await open(server, path)
      // Every second transaction names the account.
      #expect(try await ids(transactions, 2) == ["1.2", "2.2"])
      let none = "/v1/events?after=0.0&kinds=transaction&account=\(try other())"
      let silent = try await open(server, none)
      let event = try #require(try await next(silent))
      #expect(event.id == "1.3" && event.data.isEmpty)
    }
  }

  private func other() throws -> String { try MemoryNode.account(99).address(network: .test) }

  @Test("a block of many transactions comes whole and in order")
  func pages() async throws {
    let node = try MemoryNode(height: 1, transactionsPerBlock: 700)
    try await LiveServer.with(node) { server in
      let connection = try await open(server, "/v1/events?after=0.0")
      #expect(try await ids(connection, 701) == (0...700).map { "1.\($0)" })
      let late = try await open(server, "/v1/events?after=1.650")
      #expect(try await ids(late, 2) == ["1.651", "1.652"])
    }
  }

  @Test("ids that are none, from the future or long gone are refused with their codes")
  func refusals() async throws {
    try await LiveServer.with(MemoryNode(height: 20_000)) { server in
      for (query, status, code) in [
        ("after=5", 400, "bad_event_id"), ("after=20200.0", 400, "bad_event_id"),
        ("after=9999.0", 410, "events_too_old"), ("kinds=blocks", 400, "bad_parameter"),
        ("account=x", 400, "bad_address"), ("from=1", 400, "unknown_parameter"),
      ] {
        let reply = try await server.ask("GET", "/v1/events?\(query)")
        #expect(reply.status == status && reply.code == code, "\(query)")
      }
    }
  }

  @Test("a quiet stream has a heartbeat, and places are bounded and given back")
  func places() async throws {
    var settings = APISettings()
    settings.heartbeatMilliseconds = 50
    settings.subscribersMax = 2
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      let one = try await open(server, "/v1/events")
      #expect(try await one.upTo(": still here") != nil)
      let two = try await open(server, "/v1/events")
      let full = try await server.ask("GET", "/v1/events")
      #expect(full.status == 429 && full.code == "too_many_subscribers")
      #expect(full.headers["retry-after"] != nil)
      await one.close()
      var status = 0
      for _ in 0..<500 where status != 200 {
        let again = try RawConnection(port: server.port)
        try await again.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status = try await again.head().status
        await again.close()
      }
      #expect(status == 200)
      await two.close()
    }
  }
}
