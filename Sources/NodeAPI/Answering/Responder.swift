import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NodeAnswers

/// What a request comes with from its connection.
struct ConnectionContext: InitializableFromSource {
  let client: ClientAddress
  let channel: any Channel
  let logger: Logger

  init(source: ApplicationRequestContextSource) {
    client = ClientAddress(source.channel.remoteAddress)
    channel = source.channel
    logger = source.logger
  }
}

/// From a request to its response: who asks and under which name, the address's share, the route,
/// its answer, and every error as a problem.
struct Responder: HTTPResponder {
  typealias Context = ConnectionContext

  let table: RouteTable
  let admission: Admission
  let meter: any APIMeter
  let answers: ByteBudget
  let dear: DearLane

  @concurrent
  func respond(to request: Request, context: ConnectionContext) async throws -> Response {
    meter.requestBegan()
    let began = ContinuousClock.now
    var path = "other"
    var origin: String?
    var response: Response
    do {
      let admitted = Result { () throws(APIError) in try admit(request) }
      origin = try? admitted.get()
      // Whatever is asked, and however it is answered.
      try admission.take(1, context.client)
      origin = try admitted.get()
      let answer = try await answer(request, context, &path)
      response = answer.response(
        method: request.method, ifNoneMatch: request.headers[.ifNoneMatch], budget: answers,
        client: context.client)
    } catch let error as HTTPParserError {
      throw error
    } catch {
      response = Self.problem(error, context.logger)
        .response(method: request.method, ifNoneMatch: nil, budget: answers, client: context.client)
      // What is left of a body that was refused is not worth reading.
      if response.status == .contentTooLarge { response.headers[.connection] = "close" }
    }
    if let origin {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.accessControlExposeHeaders] = "ETag, Retry-After"
      if origin != "*" {
        response.headers[.vary] = response.headers[.vary].map { "\($0), Origin" } ?? "Origin"
      }
    }
    meter.requestEnded(
      route: path, status: response.status.code,
      nanoseconds: UInt64(max(0, (.now - began) / .nanoseconds(1))))
    return response
  }

  /// Checks host and origin; gives the origin that may read the response.
  private func admit(_ request: Request) throws(APIError) -> String? {
    let host = request.head.authority ?? ""
    try admission.hosts.check(host: host)
    guard let origin = request.headers[.origin] else { return nil }
    return try admission.hosts.check(origin: origin, host: host, isReading: Self.isReading(request))
  }

  /// Whether nothing but reading is asked for, or going to be asked for after a preflight.
  private static func isReading(_ request: Request) -> Bool {
    let method = request.headers[.accessControlRequestMethod] ?? request.method.rawValue
    return ["GET", "HEAD", "OPTIONS"].contains(method)
  }

  private func answer(
    _ request: Request, _ context: ConnectionContext, _ path: inout String
  ) async throws -> Answer {
    let client = context.client
    let target = try RequestTarget(request.head.path ?? "")
    if request.method == .options { return try options(target) }
    let (route, values) = try table.find(request.method, target)
    path = route.path
    let query = try target.query(known: route.query)
    // A long page costs more than a short one.
    let items = query["limit"].flatMap { Decimal.parse($0) } ?? 0
    try admission.take(
      route.cost - 1 + Int(min(items, APILimits.listItemsMax)) / APILimits.itemsPerRequest, client)
    let call = Call(
      request: request, client: client, channel: context.channel, parts: target, pathValues: values,
      query: query)
    guard route.cost > 1 else { return try await route.run(call) }
    return try await withTaskExecutorPreference(dear) { try await route.run(call) }
  }

  /// What a path takes; for pages of other origins as well, whose browsers ask first.
  private func options(_ target: RequestTarget) throws -> Answer {
    var answer = Answer([], contentType: "text/plain")
    answer.status = .noContent
    let allowed: String
    do {
      _ = try table.find(.trace, target)
      throw Problem.internalError.error
    } catch let error as APIError {
      guard let allow = error.allow else { throw error }
      allowed = allow
    }
    answer.headers[.allow] = allowed
    answer.headers[.accessControlAllowMethods] = allowed
    answer.headers[.accessControlAllowHeaders] = "Content-Type, If-None-Match, Last-Event-ID"
    answer.headers[.accessControlMaxAge] = "600"
    return answer
  }

  private static func problem(_ error: any Error, _ logger: Logger) -> Answer {
    switch error {
    case let error as APIError: return .problem(error)
    case let error as NodeServiceError: return .problem(APIError(error))
    case is CancellationError: return .problem(Problem.unavailable.error)
    default:
      logger.error("a request could not be answered", metadata: ["error": "\(error)"])
      return .problem(Problem.internalError.error)
    }
  }
}
