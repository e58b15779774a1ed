import HTTPTypes
import NodeAnswers

/// Offences that the chain has recorded.
struct EvidenceRoutes: Sendable {
  let service: any NodeService

  var routes: [Route] {
    [
      Route(
        .get, "/v1/evidence", "getEvidence", "Recorded offences of ER Nodes, newest first",
        query: Paging.parameters("NUMBER of the last one had"),
        results: [.json(.page(of: "Offence"), "Who, what, when, and by whose report.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4, run: list)
    ]
  }

  private func list(_ call: Call) async throws -> Answer {
    let limit = try call.limit()
    let before = try call.query["cursor"].map(Paging.index).map(UInt64.init)
    let found = try await service.offences(before: before, limit: limit + 1)
    var page = PageAnswer(items: Array(found.prefix(limit)))
    if found.count > limit, let last = page.items.last { page.next = "\(last.number)" }
    return try .json(page)
  }
}
