import Foundation
import NodeAPI
import NodeAnswers
import Testing

@Suite("Events over a WebSocket")
struct WebSocketTests {
  private struct Message: Decodable {
    let id: String
    let event: String
  }

  private func open(
    _ server: LiveServer, _ path: String, headers: String = ""
  ) async throws -> (RawConnection, status: Int, accept: String?) {
    let connection = try RawConnection(port: server.port)
    try await connection.send(
      "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        + "\(headers)\r\n")
    let head = try await connection.head()
    return (connection, head.status, head.headers["sec-websocket-accept"])
  }

  /// The next frame: its opcode and payload; nil at the end.
  private func frame(_ connection: RawConnection) async throws -> (opcode: UInt8, [UInt8])? {
    guard let head = try await connection.bytes(2) else { return nil }
    var length = Int(head[1] & 127)
    if length == 126 {
      length = (try await connection.bytes(2) ?? []).reduce(0) { $0 << 8 | Int($1) }
    } else if length == 127 {
      length = (try await connection.bytes(8) ?? []).reduce(0) { $0 << 8 | Int($1) }
    }
    return (head[0] & 15, try await connection.bytes(length) ?? [])
  }

  private func masked(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0x80 | opcode, 0x80 | UInt8(payload.count), 1, 2, 3, 4]
      + payload.enumerated().map { $1 ^ UInt8($0 % 4 + 1) }
  }

  @Test("the handshake is RFC 6455's, and events come as text frames with their ids")
  func events() async throws {
    let node = try MemoryNode(height: 2, transactionsPerBlock: 1)
    try await LiveServer.with(node) { server in
      let (connection, status, accept) = try await open(server, "/v1/events?after=1.1")
      // The example of RFC 6455, section 1.3.
      #expect(status == 101 && accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
      node.grow()
      var ids: [String] = []
      for _ in 0..<4 {
        let (opcode, payload) = try #require(try await frame(connection))
        #expect(opcode == 1)
        ids.append(try JSONDecoder().decode(Message.self, from: Data(payload)).id)
      }
      #expect(ids == ["2.0", "2.1", "3.0", "3.1"])
      try await connection.send(masked(9, Array("hello".utf8)))
      let pong = try #require(try await frame(connection))
      #expect(pong.opcode == 10 && pong.1 == Array("hello".utf8))
      try await connection.send(masked(8, [3, 0xE8]))
      let close = try #require(try await frame(connection))
      #expect(close.opcode == 8 && close.1 == [3, 0xE8])
      #expect(try await connection.isClosed())
    }
  }

  @Test("what a client must not send closes the connection with the right code")
  func violations() async throws {
    let cases: [(String, [UInt8], UInt16)] = [
      ("an unmasked ping", [0x89, 1, 7], 1_002), ("a text frame", masked(1, [65]), 1_003),
      ("a frame too long", [0x81, 0xFE, 0x20, 0x00, 1, 2, 3, 4], 1_009),
      ("a reserved opcode", masked(3, []), 1_003),
    ]
    try await LiveServer.with(MemoryNode()) { server in
      for (name, bytes, code) in cases {
        let (connection, status, _) = try await open(server, "/v1/events")
        #expect(status == 101)
        try await connection.send(bytes)
        let (opcode, payload) = try #require(try await frame(connection), "\(name)")
        #expect(opcode == 8, "\(name)")
        #expect(payload.prefix(2) == [UInt8(code >> 8), UInt8(code & 255)], "\(name)")
        #expect(try await connection.isClosed(), "\(name)")
      }
    }
  }

  @Test("an upgrade that is refused is answered over HTTP with the reason")
  func refusals() async throws {
    try await LiveServer.with(MemoryNode()) { server in
      for (path, headers, status) in [
        ("/v1/events?after=x", "", 400), ("/v1/events", "Origin: https://evil.example\r\n", 403),
        ("/v1/status", "", 400),
      ] {
        let (_, answered, _) = try await open(server, path, headers: headers)
        #expect(answered == status, "\(path)")
      }
    }
  }

  @Test("an upgrade without version 13 or without a key is told what a WebSocket needs")
  func wrongVersions() async throws {
    let version = "Sec-WebSocket-Version: 13\r\n"
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    try await LiveServer.with(MemoryNode()) { server in
      for headers in ["Sec-WebSocket-Version: 8\r\n\(key)", version, key, version + version + key] {
        let connection = try RawConnection(port: server.port)
        try await connection.send(
          "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\n\(headers)\r\n")
        let head = try await connection.head()
        #expect(head.status == 400, "\(headers)")
        #expect(head.headers["sec-websocket-version"] == "13", "\(headers)")
      }
    }
  }
}
