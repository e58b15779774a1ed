import HTTPTypes
import NodeAnswers

/// One route: what it takes, what it answers, and what runs. The description of the API is made
/// from the same table.
struct Route: Sendable {
  enum Segment: Equatable, Sendable {
    case fixed(String)
    case value
  }

  let method: HTTPRequest.Method
  /// As the description shows it: `/v1/blocks/{height}`.
  let path: String
  let segments: [Segment]
  /// Name of the operation in the description.
  let name: String
  let summary: String
  var pathParameters: [RouteParameter] = []
  var query: [RouteParameter] = []
  /// What its body may be; empty where there is none.
  var bodies: [RouteBody] = []
  var results: [RouteResult] = []
  /// Beside what every route can answer.
  var problems: [Problem] = []
  /// What it counts against the address's requests.
  var cost = 1
  let run: @Sendable (Call) async throws -> Answer

  init(
    _ method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String,
    pathParameters: [RouteParameter] = [], query: [RouteParameter] = [], bodies: [RouteBody] = [],
    results: [RouteResult], problems: [Problem] = [], cost: Int = 1,
    run: @escaping @Sendable (Call) async throws -> Answer
  ) {
    self.method = method
    self.path = path
    segments = path.dropFirst().split(separator: "/").map {
      $0.hasPrefix("{") ? .value : .fixed(String($0))
    }
    self.name = name
    self.summary = summary
    self.pathParameters = pathParameters
    self.query = query
    self.bodies = bodies
    self.results = results
    self.problems = problems
    self.cost = cost
    self.run = run
  }

  /// The path's values when it is this route's; nil otherwise.
  func match(_ path: [Substring]) -> [String]? {
    guard path.count == segments.count else { return nil }
    var values: [String] = []
    for (segment, text) in zip(segments, path) {
      switch segment {
      case .fixed(let name): guard text == name else { return nil }
      case .value:
        guard !text.isEmpty else { return nil }
        values.append(String(text))
      }
    }
    return values
  }
}

/// A parameter of a path or a query.
struct RouteParameter: Sendable {
  let name: String
  let summary: String
  let schema: Schema
  var example: String

  init(_ name: String, _ summary: String, _ schema: Schema, example: String) {
    self.name = name
    self.summary = summary
    self.schema = schema
    self.example = example
  }
}

/// A type of body a route takes.
struct RouteBody: Sendable {
  let contentType: String
  let summary: String
}

/// A type of answer a route gives.
struct RouteResult: Sendable {
  let contentType: String
  /// Of JSON: its schema; nil for bytes and text.
  let schema: Schema?
  let summary: String

  static func json(_ schema: Schema, _ summary: String) -> RouteResult {
    RouteResult(contentType: ResponseFormat.json, schema: schema, summary: summary)
  }

  static func bytes(_ contentType: String, _ summary: String) -> RouteResult {
    RouteResult(contentType: contentType, schema: nil, summary: summary)
  }
}

/// All routes, found by path.
struct RouteTable: Sendable {
  let routes: [Route]
  /// By number of segments, so that few are compared; those without values first.
  private let byLength: [[Route]]

  init(_ routes: [Route]) {
    self.routes = routes
    let longest = routes.map(\.segments.count).max() ?? 0
    byLength = (0...longest).map { length in
      let same = routes.filter { $0.segments.count == length }
      return same.filter { !$0.segments.contains(.value) }
        + same.filter { $0.segments.contains(.value) }
    }
  }

  /// The route of a path for a method; HEAD is answered by GET's.
  func find(_ method: HTTPRequest.Method, _ target: RequestTarget) throws(APIError)
    -> (Route, [String])
  {
    guard target.segments.count < byLength.count else { throw Self.missing(target) }
    let wanted = method == .head ? .get : method
    var allowed: [String] = []
    for route in byLength[target.segments.count] {
      guard let values = route.match(target.segments) else { continue }
      if route.method == wanted { return (route, values) }
      // A fixed path hides the one with a value for each method it has.
      allowed += route.method == .get ? ["GET", "HEAD"] : [route.method.rawValue]
    }
    guard !allowed.isEmpty else { throw Self.missing(target) }
    allowed.append("OPTIONS")
    let list = allowed.sorted().joined(separator: ", ")
    var error = Problem.methodNotAllowed.because(
      "\(target.path.prefix(80)) takes \(list), not \(method.rawValue.prefix(20)).")
    error.allow = list
    throw error
  }

  private static func missing(_ target: RequestTarget) -> APIError {
    Problem.notFound.because(
      "There is nothing at \(target.path.prefix(80)); "
        + "/v1/openapi.json describes all routes.")
  }
}
