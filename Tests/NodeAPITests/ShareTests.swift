import NodeAPI
import NodeAnswers
import Testing

@Suite("What one address may take from the others")
struct ShareTests {
  private let post =
    "POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\n"
    + "Content-Type: \(SubmissionFormat.oneContentType)\r\n"

  private var strict: APISettings {
    var settings = APISettings()
    settings.limitsLoopback = true
    return settings
  }

  @Test("connections kept busy by few addresses keep nobody out", arguments: [1, 4])
  func connections(addresses: UInt8) async throws {
    var settings = strict
    settings.connectionsMax = 20
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      var held: [RawConnection] = []
      for number in 0..<20 {
        let source = 2 + UInt8(number) % addresses
        let connection = try RawConnection(port: server.port, from: source)
        // Half of them is being sent, the other half is being answered.
        try await connection.send(
          number < 10
            ? post + "Content-Length: 9\r\n\r\nabc"
            : "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if number >= 10 { _ = try await connection.head() }
        held.append(connection)
      }
      for _ in 0..<20 {
        #expect(try await server.ask("GET", "/v1/status", from: 100).status == 200)
      }
      for connection in held { await connection.close() }
    }
  }

  @Test("an address at its bound gives up its own, and a stranger's stay")
  func own() async throws {
    var settings = strict
    settings.connectionsPerAddressMax = 3
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      // Connections are taken on several threads: that one was answered says that it was before
      // the next.
      func open(from source: UInt8) async throws -> RawConnection {
        let connection = try RawConnection(port: server.port, from: source)
        try await connection.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await connection.reply().status == 200)
        return connection
      }
      let stranger = try await open(from: 9)
      var own: [RawConnection] = []
      for _ in 0..<4 { own.append(try await open(from: 2)) }
      #expect(try await own[0].isClosed())
      try await stranger.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(try await stranger.reply().status == 200)
      // All are busy: one more is told so.
      for connection in own.dropFirst() {
        try await connection.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await connection.head().status == 200)
      }
      let refusedOne = try RawConnection(port: server.port, from: 2)
      try await refusedOne.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let full = try await refusedOne.reply()
      #expect(full.status == 503 && full.code == "busy" && full.headers["retry-after"] == "10")
    }
  }

  @Test("bodies that stop before their end leave room for those of others")
  func bodies() async throws {
    var settings = strict
    settings.bodiesBytesMax = 100_000
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      var held: [RawConnection] = []
      for _ in 0..<4 {
        let connection = try RawConnection(port: server.port, from: 2)
        try await connection.send(post + "Content-Length: 40000\r\n\r\n")
        try await connection.send([UInt8](repeating: 1, count: 30_000))
        held.append(connection)
      }
      let refused = try await held[3].reply()
      #expect(refused.status == 503 && refused.code == "busy")
      let type = ["Content-Type": SubmissionFormat.oneContentType]
      let body = [UInt8](repeating: 1, count: 20_000)
      let other = try await server.ask(
        "POST", "/v1/transactions", headers: type, body: body, from: 3)
      #expect(other.status == 200)
    }
  }

  @Test("event streams of one address leave as many for others")
  func streams() async throws {
    var settings = strict
    settings.subscribersMax = 8
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      var held: [RawConnection] = []
      func statuses(_ source: UInt8, _ count: Int) async throws -> [Int] {
        var statuses: [Int] = []
        for _ in 0..<count {
          let connection = try RawConnection(port: server.port, from: source)
          try await connection.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
          statuses.append(try await connection.head().status)
          held.append(connection)
        }
        return statuses
      }
      let first = try await statuses(2, 5)
      #expect(first == [200, 200, 200, 200, 429])
      let second = try await statuses(3, 3)
      #expect(second == [200, 200, 429])
      let third = try await statuses(4, 1)
      #expect(third == [200])
    }
  }

  @Test("requests for what is not there, and connections, count like any other")
  func nothing() async throws {
    var settings = strict
    settings.requestsPerSecondMax = 1
    settings.requestsBurst = 5
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      // The share grows again while a slow machine asks: so until it is used up.
      for (source, host) in [(UInt8(2), "localhost"), (3, "evil.example")] {
        let connection = try RawConnection(port: server.port, from: source)
        var (status, asked) = (0, 0)
        while status != 429, asked < 1_000 {
          try await connection.send("GET /nothing HTTP/1.1\r\nHost: \(host)\r\n\r\n")
          status = try await connection.reply().status
          asked += 1
        }
        #expect(status == 429, "\(host): after \(asked) requests")
      }
      // Connections are taken on several threads, in any order: all but some of these are refused.
      var connections: [RawConnection] = []
      for _ in 0..<40 {
        connections.append(try RawConnection(port: server.port, from: 4, timeoutSeconds: 1))
      }
      var refused: HTTPReply?
      for connection in connections where refused == nil {
        refused = try? await connection.reply()
      }
      #expect(refused?.status == 429 && refused?.code == "too_many_requests")
      #expect(refused?.headers["retry-after"] == "1")
    }
  }

  @Test("a body must go on coming, and one that was answered early is not read")
  func slowBodies() async throws {
    var settings = APISettings()
    settings.bodyPeriodMilliseconds = 100
    settings.bodyBytesPerSecondMin = 1_000
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      for first in [3, 5_000] {
        let slow = try RawConnection(port: server.port)
        try await slow.send(post + "Content-Length: 9000\r\n\r\n")
        try await slow.send([UInt8](repeating: 1, count: first))
        let told = try await slow.reply()
        #expect(told.status == 408 && told.code == "request_timeout")
        #expect(try await slow.isClosed())
      }
    }
    try await LiveServer.with(MemoryNode()) { server in
      let early = try RawConnection(port: server.port)
      try await early.send(
        "POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
          + "Content-Length: 9000\r\n\r\nabc")
      let told = try await early.reply()
      #expect(told.status == 415 && told.headers["connection"] == "close")
      #expect(try await early.isClosed())
    }
  }
}
