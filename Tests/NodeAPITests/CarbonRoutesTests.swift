import LedgerClient
import LedgerCore
import NodeAnswers
import Testing

@testable import NodeAPI

@Suite("Routes about carbon")
struct CarbonRoutesTests {
  @Test("each list leads from page to page, forwards by key and backwards by number")
  func pages() async throws {
    try await withClient { client in
      func all<Item>(_ read: (String?) async throws -> PageAnswer<Item>) async throws -> [Item] {
        var (items, cursor): ([Item], String?) = ([], nil)
        repeat {
          let page = try await read(cursor)
          items += page.items
          cursor = page.next
        } while cursor != nil && items.count < 50
        return items
      }
      #expect(try await all { try await client.registries(cursor: $0, limit: 2) }.count == 5)
      #expect(try await all { try await client.projects(cursor: $0, limit: 2) }.count == 5)
      #expect(try await client.projects(registry: "none").items.isEmpty)
      #expect(try await all { try await client.custodians(cursor: $0, limit: 5) }.count == 5)
      #expect(try await all { try await client.factors(cursor: $0, limit: 2) }.count == 5)
      for limit in [1, 2, 5, 9] {
        let numbers = try await all { try await client.requests(cursor: $0, limit: limit) }
        #expect(numbers.map(\.number) == [4, 3, 2, 1, 0])
      }
      #expect(
        try await all { try await client.retirements(cursor: $0, limit: 2) }.map(\.number)
          == [4, 3, 2, 1, 0])
      for (mirror, expected) in [
        (RetirementMirror.pending, [0, 1, 2, 3, 4] as [UInt64]), (.overdue, [0, 1]),
      ] {
        let found = try await all {
          try await client.retirements(mirror: mirror, cursor: $0, limit: 1)
        }
        #expect(found.map(\.number) == expected)
      }
      #expect(
        try await all { try await client.obligations(cursor: $0, limit: 2) }.map(\.number)
          == [4, 3, 2, 1, 0])
    }
  }

  @Test("a page of lots without items leads on all the same")
  func emptyPages() async throws {
    try await withServer { client, address in
      let page = try await client.lots()
      #expect(page.items.map(\.number) == [5] && page.next == "7.8")
      let empty = try await client.lots(cursor: page.next)
      #expect(empty.items.isEmpty && empty.next == "6.8")
      let rest = try await client.lots(cursor: empty.next)
      #expect(rest.items.map(\.number) == [8] && rest.next == nil)

      let ledger = try await Ledger.connect(to: [address])
      var numbers: [UInt64] = []
      for try await lot in ledger.lots() { numbers.append(lot.number) }
      #expect(numbers == [5, 8])
      await ledger.close()
    }
  }

  @Test("all that lots and requests can be narrowed to comes to the node as it was asked")
  func filters() async throws {
    let wanted = Samples.filter
    let lots = CreditQuery(
      owner: wanted.owner?.address(network: .test),
      custodian: wanted.custodian?.address(network: .test), registry: wanted.registry,
      project: wanted.project, state: "suspended", vintage: 2_020, product: "CER",
      label: "article-6", serial: CreditQuery.Serial(block: "gs:1", number: 17))
    var requests = lots
    requests.state = "expired"
    try await withClient { [requests] client in
      let found = try await client.lots(lots)
      #expect(found.items.map(\.number) == [9])
      let asked = try await client.requests(requests)
      #expect(asked.items.map(\.number) == [9])
    }
  }

  @Test("what is asked for by name or number is found, with anything in its name")
  func single() async throws {
    try await withClient { client in
      #expect(try await client.project(registry: "verra", id: "a b/c") == Samples.project)
      #expect(try await client.lot(4) == Samples.lotDetail)
      #expect(try await client.serial(3, block: "a/b") == Samples.serial)
      #expect(try await client.serial(4, block: "a/b") == nil)
      #expect(try await client.request(2) == Samples.request(2))
      #expect(try await client.retirement(2) == Samples.retirement(2))
      #expect(try await client.registrars() == Samples.registrars)
      #expect(try await client.registryBook() == Samples.book)
      #expect(try await client.fund() == Samples.fund)
      let sums = try await client.statements(2...4, buckets: 3)
      let indicators = try await client.indicators(2...4)
      #expect(indicators.from == 2 && indicators.to == 4)
      #expect(indicators.indicators == [Samples.indicator])
      #expect(sums.sums.from == 2 && sums.sums.to == 4 && sums.buckets.count == 3)
    }
  }

  @Test(
    "what these routes do not take is refused with its code",
    arguments: [
      ("lots/x", "bad_parameter"), ("lots/9", "not_found"), ("requests/9", "not_found"),
      ("retirements/9", "not_found"), ("retirements?mirror=late", "bad_parameter"),
      ("retirements?mirror=overdue&cursor=x", "bad_cursor"), ("projects/verra/other", "not_found"),
      ("projects/verra/%zz", "bad_parameter"), ("lots?state=gone", "bad_parameter"),
      ("lots?product=XXX", "bad_parameter"), ("lots?label=nice", "bad_parameter"),
      ("lots?vintage=20", "bad_parameter"), ("lots?project=GS1", "bad_parameter"),
      ("lots?owner=eco2t1x", "bad_address"), ("lots?custodian=eco2t1x", "bad_address"),
      ("lots?cursor=1", "bad_cursor"), ("lots?cursor=1.2.3", "bad_cursor"),
      ("lots?cursor=1.x", "bad_cursor"), ("lots?limit=0", "bad_limit"),
      ("lots?serial=1", "bad_parameter"), ("lots?block=a", "bad_parameter"),
      ("requests?state=tradable", "bad_parameter"), ("requests?cursor=1.2", "bad_cursor"),
      ("requests?owner=eco2t1x", "bad_address"),
      ("registries?cursor=xyz", "bad_cursor"), ("serials?serial=1", "bad_parameter"),
      ("serials?block=a", "bad_parameter"), ("serials?block=a&serial=-1", "bad_parameter"),
      ("statements?from=0&to=1", "bad_height"), ("statements?from=3&to=2", "bad_height"),
      ("statements?to=2", "bad_height"), ("statements?from=1&to=8641", "bad_height"),
      ("statements?from=1&to=2&buckets=361", "bad_parameter"),
      ("statements?from=1&to=99", "not_found"), ("indicators?from=1", "bad_height"),
      ("indicators?from=0&to=1", "bad_height"), ("indicators?from=3&to=2", "bad_height"),
      ("indicators?from=1&to=99", "not_found"),
    ])
  func refused(path: String, code: String) async throws {
    try await withClient { client in
      let answer = try await client.raw(path: "/v1/carbon/" + path, contentType: nil, body: [])
      #expect(String(decoding: answer.body, as: UTF8.self).contains("\"code\":\"\(code)\""))
    }
  }

  private func withClient(_ body: @Sendable (NodeClient) async throws -> Void) async throws {
    try await withServer { client, _ in try await body(client) }
  }

  private func withServer(
    _ body: @Sendable (NodeClient, NodeAddress) async throws -> Void
  ) async throws {
    try await LiveServer.with(MemoryNode()) { server in
      let address = NodeAddress(host: "127.0.0.1", port: server.port)
      let client = NodeClient(address)
      let result: Result<Void, any Error>
      do { result = .success(try await body(client, address)) } catch { result = .failure(error) }
      await client.close()
      try result.get()
    }
  }
}
