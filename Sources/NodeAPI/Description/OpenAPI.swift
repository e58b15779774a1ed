import HTTPTypes
import NodeAnswers

/// The description of the API (OpenAPI 3.1), made from the table of routes itself.
enum OpenAPI {
  static func document(_ routes: [Route]) -> JSONValue {
    var paths: [(String, [(String, JSONValue)])] = []
    for route in routes {
      let operation = (route.method.rawValue.lowercased(), operation(route))
      if let place = paths.firstIndex(where: { $0.0 == route.path }) {
        paths[place].1.append(operation)
      } else {
        paths.append((route.path, [operation]))
      }
    }
    return .object([
      ("openapi", .text("3.1.0")),
      ("jsonSchemaDialect", .text("https://json-schema.org/draft/2020-12/schema")),
      (
        "info",
        .object([
          ("title", .text("ECO2 Ledger node")), ("version", .text("1")),
          ("summary", .text("What a node of the ECO2 Ledger answers to its clients.")),
          (
            "description",
            .text(
              "Amounts are decimal strings of base units; hashes, ids and keys hexadecimal; times "
                + "milliseconds since 1970. Transactions travel as their bytes (BCS). Every GET "
                + "answers HEAD, every path OPTIONS.")
          ),
          (
            "license",
            .object([("name", .text("Apache-2.0")), ("identifier", .text("Apache-2.0"))])
          ),
        ])
      ),
      ("servers", .list([.object([("url", .text("/"))])])),
      ("paths", .object(paths.map { ($0.0, .object($0.1)) })),
      (
        "components",
        .object([("schemas", .object(Schemas.all.map { ($0.name, $0.json) }))])
      ),
    ])
  }

  private static func operation(_ route: Route) -> JSONValue {
    var fields: [(String, JSONValue)] = [
      ("operationId", .text(route.name)), ("summary", .text(route.summary)),
    ]
    let parameters =
      route.pathParameters.map { parameter($0, place: "path") }
      + route.query.map { parameter($0, place: "query") }
    if !parameters.isEmpty { fields.append(("parameters", .list(parameters))) }
    if !route.bodies.isEmpty {
      let content = route.bodies.map { body in
        (
          body.contentType,
          JSONValue.object([
            (
              "schema",
              .object([
                ("type", .text("string")), ("format", .text("binary")),
                ("description", .text(body.summary)),
              ])
            )
          ])
        )
      }
      fields.append(
        ("requestBody", .object([("required", .flag(true)), ("content", .object(content))])))
    }
    fields.append(("responses", .object(responses(route))))
    return .object(fields)
  }

  private static func parameter(_ parameter: RouteParameter, place: String) -> JSONValue {
    .object([
      ("name", .text(parameter.name)), ("in", .text(place)),
      ("required", .flag(place == "path")), ("description", .text(parameter.summary)),
      ("schema", parameter.schema.json),
      ("example", parameter.schema.exampleValue(parameter.example)),
    ])
  }

  private static func responses(_ route: Route) -> [(String, JSONValue)] {
    let content = route.results.map { result in
      // JSON of no schema is a whole document, such as this one.
      let plain = result.contentType == ResponseFormat.json ? "object" : "string"
      let fields: [(String, JSONValue)] =
        result.schema.map { [("schema", $0.json), ("example", $0.example)] }
        ?? [("schema", .object([("type", .text(plain))]))]
      return (result.contentType, JSONValue.object(fields))
    }
    let summary = route.results.map(\.summary).joined(separator: " ")
    var responses: [(String, JSONValue)] = [
      ("200", .object([("description", .text(summary)), ("content", .object(content))]))
    ]
    if route.method == .get {
      responses.append(("304", .object([("description", .text("As the tag says."))])))
    }
    let problems = Problem.anywhere + route.problems
    let statuses = problems.map(\.status.code).reduce(into: [Int]()) { list, status in
      if !list.contains(status) { list.append(status) }
    }.sorted()
    for status in statuses {
      let codes = problems.filter { $0.status.code == status }
        .map { "`\($0.code)`: \($0.title)." }.joined(separator: " ")
      responses.append(
        (
          String(status),
          .object([
            ("description", .text(codes)),
            (
              "content",
              .object([
                (ResponseFormat.problem, .object([("schema", Schema.reference("Problem").json)]))
              ])
            ),
          ])
        ))
    }
    return responses
  }
}

extension Schema {
  /// A parameter's example as its schema's type.
  fileprivate func exampleValue(_ text: String) -> JSONValue {
    switch self {
    case .whole: Decimal.parse(text).map { .whole($0) } ?? .text(text)
    case .yesOrNo: .flag(text == "true")
    default: .text(text)
    }
  }
}
