import Foundation
import LedgerClient
import LedgerCore
import NodeAPI
import NodeAnswers
import Testing

@Suite("The API over a real connection")
struct RoutesTests {
  @Test("what a client gets wrong, and what the node cannot do, each has a code of its own")
  func errors() async throws {
    let address = try MemoryNode.account(7).address(network: .test)
    let expected = [
      ("/v2/nothing", 404, "not_found"), ("/v1/blocks/-1", 400, "bad_height"),
      ("/v1/blocks/99999999999999999999", 400, "bad_height"),
      ("/v1/blocks/01", 400, "bad_height"), ("/v1/blocks/6", 404, "not_found"),
      ("/v1/blocks/1007", 500, "store_failed"), ("/v1/blocks/1008", 503, "busy"),
      ("/v1/blocks/1009", 410, "not_kept"),
      ("/v1/accounts/eco2t1nonsense", 400, "bad_address"),
      ("/v1/accounts/\(address)?proof=yes", 400, "bad_parameter"),
      ("/v1/accounts/\(address)/transactions?cursor=5", 400, "bad_cursor"),
      ("/v1/records/0", 400, "bad_parameter"), ("/v1/records/xy", 400, "bad_parameter"),
      ("/v1/records/\(String(repeating: "0", count: 512))", 400, "bad_parameter"),
      ("/v1/accounts/\(address)/transactions?limit=0", 400, "bad_limit"),
      ("/v1/blocks?limit=501", 400, "bad_limit"),
      ("/v1/blocks?limit=5&limit=5", 400, "unknown_parameter"),
      ("/v1/blocks?cursor=0", 400, "bad_cursor"), ("/v1/blocks?cursr=1", 400, "unknown_parameter"),
      ("/v1/blocks?cursor=%zz", 400, "bad_parameter"), ("/v1/statements/9", 404, "not_found"),
      ("/v1/blocks/2/transactions?cursor=-1", 400, "bad_cursor"),
      ("/v1/schedule?turns=211", 400, "bad_parameter"),
      ("/v1/validators/changes?after=-1", 400, "bad_parameter"),
      ("/v1/validators/changes?limit=501", 400, "bad_limit"),
      ("/v1/validators/changes?cursor=1", 400, "unknown_parameter"),
      ("/v1/validators/changes?after=1000", 410, "not_kept"),
      ("/v1/transactions/12ab", 400, "bad_transaction_id"),
      ("/v1/transactions/\(Samples.hash)", 404, "not_found"),
      ("/v1/bundles/12", 400, "bad_digest"), ("/v1/bundles/\(Samples.hash)", 404, "not_found"),
      ("/v1/problems/nothing", 404, "not_found"), ("/v1/status/", 404, "not_found"),
      ("/v1/\(String(repeating: "x", count: 5_000))", 414, "target_too_long"),
    ]
    try await LiveServer.with(MemoryNode()) { server in
      for (path, status, code) in expected {
        let answer = try await server.ask("GET", path)
        let error = try answer.json(ErrorAnswer.self)
        #expect(answer.status == status, "\(path)")
        #expect(error.code == code && error.status == status, "\(path)")
        #expect(error.type == "/v1/problems/\(code)" && !error.detail.isEmpty)
        #expect(answer.headers["content-type"] == "application/problem+json")
        #expect(answer.headers["cache-control"] == "no-store")
        let meaning = try await server.ask("GET", error.type).json(ProblemAnswer.self)
        #expect(meaning.code == code && meaning.title == error.title)
      }
    }
  }

  @Test("a height that is refused says what this route takes")
  func heights() async throws {
    try await LiveServer.with(MemoryNode()) { server in
      func detail(_ path: String) async throws -> String {
        try await server.ask("GET", path).json(ErrorAnswer.self).detail
      }
      #expect(try await detail("/v1/blocks/newest").contains("or `latest`, not `newest`"))
      let certificate = try await detail("/v1/blocks/latest/certificate")
      #expect(certificate.contains("a number") && !certificate.contains("or `latest`"))
      #expect(try await detail("/v1/blocks/0").hasPrefix("The first block has height 1;"))
      #expect(try await detail("/v1/statements/0").hasPrefix("The first block has height 1;"))
      #expect(try await detail("/v1/blocks/6") == "There is no final block at height 6 yet.")
    }
  }

  @Test("a code for what the node cannot take now does not ask to change the transaction")
  func transactionCodes() async throws {
    try await LiveServer.with(MemoryNode()) { server in
      for (code, isToBeChanged) in [
        ("already_known", false), ("pool_full", false), ("expired", true),
      ] {
        let meaning = try await server.ask("GET", "/v1/problems/\(code)").json(ProblemAnswer.self)
        #expect(meaning.advice.contains("can be changed") == isToBeChanged, "\(code)")
      }
    }
  }

  @Test("each route answers what the node says, as JSON")
  func answers() async throws {
    let node = try MemoryNode()
    let address = node.named.address(network: .test)
    try await LiveServer.with(node) { server in
      func get<Answer: Decodable>(_ path: String, _ type: Answer.Type) async throws -> Answer {
        let reply = try await server.ask("GET", path)
        #expect(reply.status == 200, "\(path)")
        return try reply.json(type)
      }
      #expect(try await get("/v1/status", StatusAnswer.self) == Samples.status(height: 5))
      #expect(try await get("/v1/genesis", GenesisAnswer.self) == Samples.genesis)
      #expect(try await get("/v1/parameters", ParametersAnswer.self) == Samples.parameters)
      #expect(try await get("/v1/validators", ValidatorsAnswer.self) == Samples.validators)
      #expect(try await get("/v1/schedule?turns=3", ScheduleAnswer.self) == Samples.schedule(3))
      #expect(try await get("/v1/schedule", ScheduleAnswer.self).turns.count == 21)
      #expect(try await get("/v1/mempool", MempoolAnswer.self) == Samples.mempool)
      let account = Samples.account(address, height: 5)
      #expect(try await get("/v1/accounts/\(address)", AccountAnswer.self) == account)
      let proven = try await get("/v1/accounts/\(address)?proof=true", ProvenAccountAnswer.self)
      #expect(proven == ProvenAccountAnswer(account: account, proof: Samples.proof))
      #expect(try await get("/v1/records/01", ProofAnswer.self) == Samples.proof)
      #expect(try await get("/v1/records/02ff", ProofAnswer.self).key == "02ff")
      #expect(try await get("/v1/blocks/latest", BlockAnswer.self) == Samples.block(5))
      #expect(try await get("/v1/blocks/2", BlockAnswer.self) == Samples.block(2))
      #expect(
        try await get("/v1/blocks/2/certificate", CertificateAnswer.self) == Samples.certificate(2))
      #expect(try await get("/v1/statements/3", StatementAtHeight.self).timestamp == 3_000)
      #expect(try await get("/v1/bundles/\(Digest.zero.hex)", BundleAnswer.self) == Samples.bundle)
      let found = try await get("/v1/transactions/\(Digest.zero.hex)", TransactionAnswer.self)
      #expect(found == Samples.transaction(2, 1, recipient: address))
      let metrics = try await server.ask("GET", "/metrics")
      #expect(String(decoding: metrics.body, as: UTF8.self).contains("up 1"))
    }
  }

  @Test("changes of set come from a height on, so many a page, and the next page begins after them")
  func setChanges() async throws {
    try await LiveServer.with(MemoryNode()) { server in
      func page(_ query: String) async throws -> PageAnswer<SetChangeAnswer> {
        try await server.ask("GET", "/v1/validators/changes" + query)
          .json(PageAnswer<SetChangeAnswer>.self)
      }
      let first = try await page("?limit=2")
      #expect(first == PageAnswer(items: [10, 20].map(Samples.setChange), next: "20"))
      let second = try await page("?after=20&limit=2")
      #expect(second == PageAnswer(items: [30, 40].map(Samples.setChange), next: "40"))
      let last = try await page("?after=9960&limit=3")
      #expect(last == PageAnswer(items: [9_970, 9_980, 9_990].map(Samples.setChange)))
      #expect(try await page("?after=9990") == PageAnswer(items: []))
      #expect(try await page("?after=18446744073709551615") == PageAnswer(items: []))
      #expect(try await page("").items.count == PageFormat.itemsDefault)
      #expect(try await page("?limit=500").items.count == SetChangeFormat.itemsMax)
    }
  }

  @Test("a client that asks for bytes gets the chain's own")
  func bytes() async throws {
    let expected: [(String, String, [UInt8])] = [
      ("/v1/blocks/2", ResponseFormat.block, [2, 2]),
      ("/v1/blocks/2/certificate", ResponseFormat.certificate, [3, 2]),
      ("/v1/blocks/2/header", ResponseFormat.header, [1, 2]),
      ("/v1/bundles/\(Digest.zero.hex)", ResponseFormat.bundle, [9, 9]),
      ("/v1/transactions/\(Digest.zero.hex)", ResponseFormat.transaction, [1, 2, 3]),
      ("/v1/genesis", ResponseFormat.genesis, [7, 7, 7]),
    ]
    try await LiveServer.with(MemoryNode()) { server in
      for (path, type, bytes) in expected {
        let reply = try await server.ask("GET", path, headers: ["Accept": type])
        #expect(reply.body == bytes && reply.headers["content-type"] == type, "\(path)")
        let refused = try await server.ask("GET", path, headers: ["Accept": "image/png"])
        #expect(refused.status == 406 && refused.code == "not_acceptable", "\(path)")
        guard type != ResponseFormat.header else { continue }
        #expect(reply.headers["vary"] == "Accept", "\(path)")
        let liked = "\(type);q=0.5, application/json;q=0.6"
        let json = try await server.ask("GET", path, headers: ["Accept": liked])
        #expect(json.headers["content-type"] == "application/json", "\(path)")
      }
    }
  }

  @Test("a block's receipts come as bytes, from the place that is asked for on")
  func receipts() async throws {
    try await LiveServer.with(MemoryNode(transactionsPerBlock: 7)) { server in
      for (query, count) in [("", 7), ("?cursor=2", 5), ("?cursor=7", 0)] {
        let reply = try await server.ask("GET", "/v1/blocks/3/receipts" + query)
        #expect(reply.headers["content-type"] == ResponseFormat.receipts)
        let receipts = try Self.receipts(reply.body)
        #expect(receipts.count == count)
        #expect(receipts.allSatisfy { $0.charge == Amount(3) })
        if query.isEmpty { #expect(receipts.first?.outcome == .applied) }
      }
      let missing = try await server.ask("GET", "/v1/blocks/6/receipts")
      #expect(missing.status == 404 && missing.code == "not_found")
      let bad = try await server.ask("GET", "/v1/blocks/3/receipts?cursor=x")
      #expect(bad.status == 400 && bad.code == "bad_cursor")
    }
  }

  private static func receipts(_ body: [UInt8]) throws -> [Receipt] {
    var reader = unsafe BCSReader(body.span.bytes)
    let receipts = try reader.list(of: Receipt.self, in: 0...100, "receipts")
    try reader.finish("receipts")
    return receipts
  }

  @Test("pages follow each other without a gap or a repetition, and the last names no next")
  func pages() async throws {
    let node = try MemoryNode(height: 12, transactionsPerBlock: 7)
    try await LiveServer.with(node) { server in
      func all<Item: Codable & Equatable & Sendable>(
        _ path: String, _ type: Item.Type, limit: Int
      ) async throws -> [[Item]] {
        var pages: [[Item]] = []
        var cursor: String?
        repeat {
          let next = cursor.map { "&cursor=\($0)" } ?? ""
          let page = try await server.ask("GET", "\(path)?limit=\(limit)\(next)")
            .json(PageAnswer<Item>.self)
          pages.append(page.items)
          cursor = page.next
        } while cursor != nil && pages.count < 50
        return pages
      }
      let blocks = try await all("/v1/blocks", BlockAnswer.self, limit: 5)
      #expect(blocks.map(\.count) == [5, 5, 2])
      #expect(blocks.joined().map(\.height) == Array((1...12).reversed()))
      let statements = try await all("/v1/statements", StatementAtHeight.self, limit: 6)
      #expect(statements.map(\.count) == [6, 6])
      let offences = try await all("/v1/evidence", OffenceAnswer.self, limit: 2)
      #expect(offences.map { $0.map(\.number) } == [[4, 3], [2, 1], [0]])
      let transactions = try await all(
        "/v1/blocks/3/transactions", TransactionAnswer.self, limit: 3)
      #expect(transactions.map(\.count) == [3, 3, 1])
      #expect(transactions.joined().map(\.index) == Array(0..<7))
      let whole = try await all("/v1/blocks/3/transactions", TransactionAnswer.self, limit: 7)
      #expect(whole.map(\.count) == [7])
      let path = "/v1/accounts/\(node.named.address(network: .test))/transactions"
      let history = try await all(path, TransactionAnswer.self, limit: 21)
      #expect(history.map(\.count) == [21, 21, 21, 21])
      #expect(history.joined().compactMap(\.height).first == 12)
    }
  }

  @Test("what is final is kept and confirmed by its tag; what changes is never stored")
  func caching() async throws {
    try await LiveServer.with(MemoryNode()) { server in
      let final = [
        "/v1/blocks/2", "/v1/blocks/2/transactions", "/v1/blocks/2/certificate",
        "/v1/blocks/2/header", "/v1/statements/2", "/v1/transactions/\(Digest.zero.hex)",
        "/v1/bundles/\(Digest.zero.hex)",
      ]
      for path in final {
        let first = try await server.ask("GET", path)
        let tag = try #require(first.headers["etag"], "\(path)")
        #expect(first.headers["cache-control"] == "public, max-age=31536000, immutable")
        let again = try await server.ask("GET", path, headers: ["If-None-Match": "\"x\", \(tag)"])
        #expect(again.status == 304 && again.body.isEmpty && again.headers["etag"] == tag)
        let other = try await server.ask("GET", path, headers: ["If-None-Match": "\"x\""])
        #expect(other.status == 200 && other.body == first.body)
      }
      for path in ["/v1/status", "/v1/blocks/latest", "/v1/blocks", "/v1/mempool", "/metrics"] {
        let reply = try await server.ask("GET", path)
        #expect(reply.headers["cache-control"] == "no-store" && reply.headers["etag"] == nil)
      }
    }
  }

  @Test("HEAD answers as GET without a body; OPTIONS and 405 name the methods there are")
  func methods() async throws {
    try await LiveServer.with(MemoryNode()) { server in
      for path in ["/v1/status", "/v1/blocks/2", "/v1/nothing"] {
        let get = try await server.ask("GET", path)
        let head = try await server.ask("HEAD", path)
        #expect(head.status == get.status && head.body.isEmpty)
        #expect(head.headers["content-length"] == get.headers["content-length"])
        #expect(head.headers["etag"] == get.headers["etag"])
      }
      let options = try await server.ask("OPTIONS", "/v1/transactions")
      #expect(options.status == 204 && options.headers["allow"] == "OPTIONS, POST")
      let wrong = try await server.ask("DELETE", "/v1/blocks/2")
      #expect(wrong.status == 405 && wrong.code == "method_not_allowed")
      #expect(wrong.headers["allow"] == "GET, HEAD, OPTIONS")
      #expect(try await server.ask("OPTIONS", "/v1/nothing").status == 404)
    }
  }

  @Test("a list's transactions own their bytes: one that stays keeps no others in memory")
  func ownBytes() async throws {
    try await withClient { client in
      let list = [[UInt8](repeating: 1, count: 300), [], [2]]
      let answer = try await client.submit(list.map { $0[...] })
      // The stub says where each slice begins and how long it is.
      #expect(answer.transactions.map(\.code) == ["0+300", "0+0", "0+1"])
    }
  }

  @Test("lists that are cut, too long or followed by bytes are refused whole")
  func lists() async throws {
    try await withClient { client in
      let type = SubmissionFormat.listContentType
      for body: [UInt8] in [[], [0], [1], [1, 5, 1], [1, 1, 1, 9], [0x80, 0x00], [0xFF, 0x7F]] {
        let answer = try await client.raw(path: "/v1/transactions", contentType: type, body: body)
        #expect(answer.status == 400)
      }
      let long = [UInt8](repeating: 0, count: SubmissionFormat.bodyBytesMax + 1)
      let tooLong = try await client.raw(path: "/v1/transactions", contentType: type, body: long)
      #expect(tooLong.status == 413)
    }
  }

  @Test("an estimate takes a body without signatures, and says how many there will be")
  func estimate() async throws {
    let type = ResponseFormat.transactionBody
    let body = TransactionBody(
      chain: ChainID(Digest.zero.bytes), sender: try MemoryNode.account(1), sequence: 1,
      validUntil: 10,
      chargeMax: Amount(1), feeMax: Amount(1), tip: .zero, sponsor: nil,
      operations: [
        .transfer(Transfer(token: .eco2, recipient: try MemoryNode.account(2), amount: Amount(5)))
      ])
    var writer = BCSWriter()
    body.encode(into: &writer)
    let bytes = writer.bytes
    try await LiveServer.with(MemoryNode()) { server in
      let path = "/v1/estimates?signatures=2"
      let good = try await server.ask("POST", path, headers: ["Content-Type": type], body: bytes)
      #expect(try good.json(EstimateAnswer.self).charge == "2")
      let cut = Array(bytes.dropLast())
      let broken = try await server.ask("POST", path, headers: ["Content-Type": type], body: cut)
      #expect(broken.status == 400 && broken.code == "malformed_body")
      let other = try await server.ask("POST", path, headers: ["Content-Type": "a/b"], body: bytes)
      #expect(other.status == 415)
    }
  }

  @Test("a status is made once for many who ask, and anew as soon as a block is final")
  func statusIsShared() async throws {
    let node = try MemoryNode()
    try await LiveServer.with(node) { server in
      let connection = try RawConnection(port: server.port)
      for _ in 0..<200 {
        try await connection.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await connection.reply().status == 200)
      }
      #expect(node.statuses < 100)
      node.grow()
      #expect(try await server.ask("GET", "/v1/status").json(StatusAnswer.self).height == 6)
    }
  }

  @Test("a request on a connection that has ended is answered with an error, not never")
  func endedConnection() async throws {
    try await withClient { client in
      _ = try await client.status()
      await client.close()
      let network = try await client.status().network
      #expect(network == "stub")
    }
  }

  private func withClient(_ body: @Sendable (NodeClient) async throws -> Void) async throws {
    try await LiveServer.with(MemoryNode()) { server in
      let client = NodeClient(NodeAddress(host: "127.0.0.1", port: server.port))
      let result: Result<Void, any Error>
      do { result = .success(try await body(client)) } catch { result = .failure(error) }
      await client.close()
      try result.get()
    }
  }
}
