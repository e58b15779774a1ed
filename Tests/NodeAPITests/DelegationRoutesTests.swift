import LedgerClient
import LedgerCore
import NodeAnswers
import Testing

@testable import NodeAPI

@Suite("Routes about elections and governance")
struct DelegationRoutesTests {
  @Test("each list leads from page to page, by key or by number")
  func pages() async throws {
    let named = try MemoryNode.account(7).address(network: .test)
    let other = try MemoryNode.account(8).address(network: .test)
    try await withClient { (client) async throws in
      func all<Item>(_ read: (String?) async throws -> PageAnswer<Item>) async throws -> [Item] {
        var (items, cursor): ([Item], String?) = ([], nil)
        repeat {
          let page = try await read(cursor)
          items += page.items
          cursor = page.next
        } while cursor != nil && items.count < 50
        return items
      }
      for limit in [1, 2, 5, 9] {
        let candidates = try await all { try await client.candidates(cursor: $0, limit: limit) }
        let supporters = try await all {
          try await client.supporters(of: named, cursor: $0, limit: limit)
        }
        let votes = try await all { try await client.votes(of: named, cursor: $0, limit: limit) }
        let motions = try await all { try await client.motions(cursor: $0, limit: limit) }
        #expect([candidates.count, supporters.count, votes.count] == [5, 5, 5])
        #expect(motions.map(\.number) == [4, 3, 2, 1, 0])
      }
      #expect(try await client.votes(of: other).items.isEmpty)
    }
  }

  @Test("one candidate, voter, motion and the election are told; what is not there is not found")
  func single() async throws {
    let named = try MemoryNode.account(7).address(network: .test)
    let other = try MemoryNode.account(8).address(network: .test)
    try await withClient { (client) async throws in
      #expect(try await client.election() == Samples.election)
      #expect(try await client.candidate(named) == Samples.candidate)
      #expect(try await client.voter(named) == Samples.voter)
      #expect(try await client.motion(4) == Samples.motion(4))
      await #expect(throws: ClientError.self) { try await client.candidate(other) }
      await #expect(throws: ClientError.self) { try await client.motion(5) }
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
