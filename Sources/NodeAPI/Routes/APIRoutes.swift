import HTTPTypes
import LedgerCore
import NIOCore
import NodeAnswers

/// Every route, in one table; it is described by itself.
struct APIRoutes: Sendable {
  static let metrics = "/metrics"

  let table: RouteTable

  init(service: any NodeService, settings: APISettings, limiter: RateLimiter) {
    let bodies = RequestBodies(bytesMax: settings.bodyBytesMax)
    let blocks = FinalBlocks(service: service)
    var routes =
      StatusRoutes(service: service, status: StatusCache(service: service), bodies: bodies).routes
    routes += AccountRoutes(service: service).routes
    routes += TransactionRoutes(service: service, limiter: limiter, bodies: bodies).routes
    routes += BlockRoutes(service: service, blocks: blocks).routes
    routes.append(Self.problems)
    table = RouteTable(
      routes.filter { route in
        switch settings.routes {
        case .all: true
        case .withoutMetrics: route.path != Self.metrics
        case .onlyMetrics: route.path == Self.metrics
        }
      })
  }

  private static var problems: Route {
    Route(
      .get, "/v1/problems/{code}", "getProblem", "What a stable code means",
      pathParameters: [
        RouteParameter(
          "code", "A code of a problem, or of a refused or failed transaction.",
          .text("Code.", example: "busy"), example: "busy")
      ],
      results: [.json(.reference("ProblemMeaning"), "Its title, and what a client can do.")]
    ) { call in
      guard let meaning = Problem.meaning(of: call.value) else {
        throw Problem.notFound.because("There is no code `\(call.value.prefix(40))`.")
      }
      return try .json(meaning, .slow(seconds: 3_600))
    }
  }
}
