import NodeAPI
import NodeAnswers
import Testing

@Suite("What clients may not do")
struct GuardTests {
  /// Sends bytes and reads the answer and the end of the connection.
  private func send(
    _ text: String, to server: LiveServer
  ) async throws -> (reply: HTTPReply, isClosed: Bool) {
    let connection = try RawConnection(port: server.port)
    try await connection.send(text)
    let reply = try await connection.reply()
    return (reply, reply.headers["connection"] == "close" ? try await connection.isClosed() : false)
  }

  @Test("broken and ambiguous framing is refused, and the connection ends")
  func framing() async throws {
    let get = "GET /v1/status HTTP/1.1\r\n"
    let post = "POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\n"
    let cases = [
      ("both lengths", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      ("two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
      ("a negative length", post + "Content-Length: -1\r\n\r\n"),
      ("a length with a sign", post + "Content-Length: +5\r\n\r\nhello"),
      ("no length", post + "Content-Length: x\r\n\r\n"),
      ("an unknown coding", post + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
      ("a bad chunk size", post + "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"),
      (
        "a chunk size beyond 64 bits",
        post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nab\r\n"
      ),
      ("NUL in a header", get + "Host: localhost\r\nX: a\0b\r\n\r\n"),
      ("NUL in the path", "GET /v1/\0status HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      ("a line folded", get + "Host: localhost\r\nX: a\r\n b\r\n\r\n"),
      ("no host", get + "\r\n"), ("two hosts", get + "Host: localhost\r\nHost: localhost\r\n\r\n"),
      ("a whole URI", "GET http://localhost/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"),
      ("no HTTP", "hello\r\n\r\n"), ("another version", "GET / HTTP/3.7\r\nHost: a\r\n\r\n"),
      ("a space before the colon", get + "Host : localhost\r\n\r\n"),
    ]
    try await LiveServer.with(MemoryNode()) { server in
      for (name, text) in cases {
        let (reply, isClosed) = try await send(text, to: server)
        #expect(reply.status == 400 && reply.code == "bad_framing", "\(name)")
        #expect(isClosed, "\(name)")
      }
      #expect(try await server.ask("GET", "/v1/status").status == 200)
    }
  }

  @Test("headers too long or too many, and bodies too long, are refused before they are read")
  func sizes() async throws {
    let get = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n"
    let long = get + "X: " + String(repeating: "a", count: 65_536) + "\r\n\r\n"
    let many = get + (0..<100).map { "X\($0): a\r\n" }.joined() + "\r\n"
    let post = "POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\n"
    try await LiveServer.with(MemoryNode()) { server in
      for text in [long, many] {
        let (reply, isClosed) = try await send(text, to: server)
        #expect(reply.status == 431 && reply.code == "headers_too_large" && isClosed)
      }
      let (reply, isClosed) = try await send(post + "Content-Length: 99999999\r\n\r\n", to: server)
      #expect(reply.status == 413 && reply.code == "body_too_large" && isClosed)
      let expects = post + "Content-Length: 1\r\nExpect: tea\r\n\r\n"
      #expect(try await send(expects, to: server).reply.code == "expectation_failed")
      // Chunks without an end.
      let connection = try RawConnection(port: server.port)
      try await connection.send(
        post + "Content-Type: \(SubmissionFormat.oneContentType)\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n")
      let chunk = [UInt8]("10000\r\n".utf8) + [UInt8](repeating: 7, count: 65_536) + [13, 10]
      for _ in 0..<70 { try await connection.send(chunk) }
      let endless = try await connection.reply()
      #expect(endless.status == 413 && endless.code == "body_too_large")
    }
  }

  @Test("slow headers, slow bodies and idle connections end in time; waiting clients are told")
  func times() async throws {
    var settings = APISettings()
    settings.headTimeoutMilliseconds = 150
    settings.idleTimeoutMilliseconds = 300
    settings.bodyTimeoutMilliseconds = 150
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      let silent = try RawConnection(port: server.port)
      #expect(try await silent.isClosed())
      let slow = try RawConnection(port: server.port)
      try await slow.send("GET /v1/status HTTP/1.1\r\nHost: loc")
      #expect(try await slow.isClosed())
      let body = try RawConnection(port: server.port)
      try await body.send(
        "POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
          + "Content-Type: \(SubmissionFormat.oneContentType)\r\n\r\nabc")
      let told = try await body.reply()
      #expect(told.status == 408 && told.code == "request_timeout")
      #expect(try await body.isClosed())
      let kept = try RawConnection(port: server.port)
      for _ in 0..<3 {
        try await kept.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await kept.reply().status == 200)
      }
      #expect(try await kept.isClosed())
    }
  }

  @Test("a full house closes the connection idle longest, and serves who comes")
  func connections() async throws {
    var settings = APISettings()
    settings.connectionsMax = 20
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      var idle: [RawConnection] = []
      for _ in 0..<20 { idle.append(try RawConnection(port: server.port)) }
      for _ in 0..<30 { #expect(try await server.ask("GET", "/v1/status").status == 200) }
      #expect(try await idle[0].isClosed())
      for connection in idle { await connection.close() }
    }
  }

  @Test("an address has its share of connections and requests, and is told when to come back")
  func shares() async throws {
    var settings = APISettings()
    settings.limitsLoopback = true
    settings.requestsPerSecondMax = 1
    settings.requestsBurst = 10  // five connections with a request each
    settings.submissionsPerSecondMax = 1
    settings.submissionsBurst = 2
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      let type = ["Content-Type": SubmissionFormat.listContentType]
      let three: [UInt8] = [3, 1, 7, 1, 8, 1, 9]
      // More than a whole bucket is given for a whole bucket, once.
      let first = try await server.ask("POST", "/v1/transactions", headers: type, body: three)
      #expect(first.status == 200)
      let second = try await server.ask("POST", "/v1/transactions", headers: type, body: three)
      #expect(second.status == 429 && second.code == "too_many_requests")
      #expect(second.headers["retry-after"].flatMap(Int.init).map { $0 > 0 } == true)
      var statuses: [Int] = []
      // The bucket fills up meanwhile, by one a second; each of these takes two.
      while statuses.last != 429, statuses.count < 100 {
        statuses.append(try await server.ask("GET", "/v1/status").status)
      }
      #expect(statuses.prefix(3) == [200, 200, 200] && statuses.last == 429)
    }
  }

  @Test("other names and other origins are refused, those that are configured are not")
  func names() async throws {
    var settings = APISettings()
    settings.publicNames = ["node.example"]
    settings.allowedOrigins = ["https://wallet.example"]
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      for (host, status) in [
        ("evil.example", 421), ("localhost.evil.example", 421), ("localhost:80:80", 421),
        ("localhost", 200), ("127.0.0.1:8101", 200), ("[::1]:9", 200), ("Node.Example:443", 200),
        ("a.localhost", 200), ("[::1", 421), ("", 421),
      ] {
        let reply = try await server.ask("GET", "/v1/status", headers: ["Host": host])
        #expect(reply.status == status, "\(host)")
      }
      let wallet = ["Origin": "https://wallet.example"]
      let reply = try await server.ask("GET", "/v1/status", headers: wallet)
      #expect(reply.headers["access-control-allow-origin"] == "https://wallet.example")
      #expect(reply.headers["vary"] == "Origin")
      for origin in ["https://evil.example", "null", "http://node.example"] {
        let refused = try await server.ask("GET", "/v1/status", headers: ["Origin": origin])
        #expect(refused.status == 403 && refused.code == "origin_not_allowed")
        #expect(refused.headers["access-control-allow-origin"] == nil)
      }
    }
    settings.allowedOrigins = ["*"]
    try await LiveServer.with(MemoryNode(), settings: settings) { server in
      let origin = ["Origin": "https://any.example"]
      let read = try await server.ask("GET", "/v1/status", headers: origin)
      #expect(read.headers["access-control-allow-origin"] == "*")
      let write = try await server.ask("POST", "/v1/transactions", headers: origin, body: [1])
      #expect(write.status == 403)
      let preflight = origin.merging(["Access-Control-Request-Method": "POST"]) { one, _ in one }
      #expect(try await server.ask("OPTIONS", "/v1/transactions", headers: preflight).status == 403)
    }
  }

  @Test(
    "a client that says what it will send is told to go on, and pipelined requests are answered")
  func politeness() async throws {
    try await LiveServer.with(MemoryNode()) { server in
      let connection = try RawConnection(port: server.port)
      try await connection.send(
        "POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
          + "Content-Type: \(SubmissionFormat.oneContentType)\r\nContent-Length: 3\r\n\r\n")
      #expect(try await connection.head().status == 100)
      try await connection.send("abc")
      #expect(try await connection.reply().status == 200)
      let get = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
      try await connection.send(String(repeating: get, count: 20))
      for _ in 0..<20 { #expect(try await connection.reply().status == 200) }
      let old = "GET /v1/status HTTP/1.0\r\nHost: localhost\r\n\r\n"
      let (reply, isClosed) = try await send(old, to: server)
      #expect(reply.status == 200 && isClosed)
    }
  }
}
