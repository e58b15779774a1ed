import HTTPTypes
import LedgerCore
import NIOCore
import NodeAnswers

/// Every route, in one table; it is described by itself.
struct APIRoutes: Sendable {
  static let metrics = "/metrics"

  let table: RouteTable

  init(service: any NodeService, settings: APISettings, limiter: RateLimiter, events: EventRoutes) {
    let bodies = RequestBodies(settings)
    let blocks = FinalBlocks(service: service)
    var routes =
      StatusRoutes(service: service, status: StatusCache(service: service), bodies: bodies).routes
    routes += AccountRoutes(service: service).routes
    routes += RecordRoutes(service: service).routes
    routes += EvidenceRoutes(service: service).routes
    routes += TransactionRoutes(service: service, limiter: limiter, bodies: bodies).routes
    routes += BlockRoutes(service: service, blocks: blocks).routes
    routes += CarbonRoutes(service: service).routes
    routes += DelegationRoutes(service: service).routes
    routes.append(events.route)
    routes.append(Self.problems)
    routes.append(Self.description(of: routes))
    table = RouteTable(
      routes.filter { route in
        switch settings.routes {
        case .all: true
        case .withoutMetrics: route.path != Self.metrics
        case .onlyMetrics: route.path == Self.metrics
        }
      })
  }

  /// The description of the others and of itself, made once.
  private static func description(of routes: [Route]) -> Route {
    func route(_ bytes: ByteBuffer) -> Route {
      Route(
        .get, "/v1/openapi.json", "getDescription", "This description (OpenAPI 3.1)",
        results: [.bytes(ResponseFormat.json, "The description.")]
      ) { _ in
        Answer(bytes, contentType: ResponseFormat.json, .slow(seconds: 300))
      }
    }
    let document = OpenAPI.document(routes + [route(ByteBuffer())])
    return route(ByteBuffer(bytes: (try? JSON.encode(document)) ?? []))
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
