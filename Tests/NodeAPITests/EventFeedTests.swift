import Testing

@testable import NodeAPI

@Suite("Pages of events")
struct EventFeedTests {
  @Test("pages are kept for those who come next, but not those behind a block's end")
  func kept() async throws {
    let feed = EventFeed(service: try MemoryNode(height: 3))
    let page = try #require(try await feed.page(2, from: 0, isLatest: false))
    #expect(page.events.map(\.id.index) == [0, 1, 2, 3])
    #expect(page.next == nil)
    for count in 1...100 {
      let behind = try await feed.page(
        2, from: count * APILimits.eventPageTransactions, isLatest: false)
      #expect(behind?.events.isEmpty == true)
    }
    #expect(await feed.pagesKept == 1)
  }
}
