/// A JSON value as it is written into the description; objects keep their order.
indirect enum JSONValue: Encodable, Sendable {
  case text(String)
  case whole(UInt64)
  case flag(Bool)
  case list([JSONValue])
  case object([(String, JSONValue)])

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .text(let text):
      var container = encoder.singleValueContainer()
      try container.encode(text)
    case .whole(let number):
      var container = encoder.singleValueContainer()
      try container.encode(number)
    case .flag(let flag):
      var container = encoder.singleValueContainer()
      try container.encode(flag)
    case .list(let values):
      var container = encoder.unkeyedContainer()
      for value in values { try container.encode(value) }
    case .object(let fields):
      var container = encoder.container(keyedBy: Key.self)
      for (name, value) in fields { try container.encode(value, forKey: Key(stringValue: name)) }
    }
  }
}

extension Schema {
  /// The schema in JSON Schema 2020-12.
  var json: JSONValue {
    switch self {
    case .text(let summary, let pattern, _):
      return .object(
        [("type", .text("string")), ("description", .text(summary))]
          + (pattern.map { [("pattern", .text($0))] } ?? []))
    case .choice(let summary, let values):
      return .object([
        ("type", .text("string")), ("description", .text(summary)),
        ("enum", .list(values.map { .text($0) })),
      ])
    case .whole(let summary, _, let max):
      return .object(
        [
          ("type", .text("integer")), ("description", .text(summary)), ("minimum", .whole(0)),
        ] + (max.map { [("maximum", .whole($0))] } ?? []))
    case .yesOrNo(let summary, _):
      return .object([("type", .text("boolean")), ("description", .text(summary))])
    case .list(let summary, let item):
      return .object([
        ("type", .text("array")), ("description", .text(summary)), ("items", item.json),
      ])
    case .table(let summary, _):
      return .object([
        ("type", .text("object")), ("description", .text(summary)),
        ("additionalProperties", .object([("type", .text("string"))])),
      ])
    case .reference(let name):
      return .object([("$ref", .text("#/components/schemas/\(name)"))])
    }
  }

  /// An example, made of those of its parts.
  var example: JSONValue {
    switch self {
    case .text(_, _, let example): .text(example)
    case .choice(_, let values): .text(values.first ?? "")
    case .whole(_, let example, _): .whole(example)
    case .yesOrNo(_, let example): .flag(example)
    case .list(_, let item): .list([item.example])
    case .table(_, let example): .object(example.map { ($0.0, .text($0.1)) })
    case .reference(let name):
      Schemas.all.first { $0.name == name }.map(\.example) ?? .object([])
    }
  }
}

extension ObjectSchema {
  var example: JSONValue {
    .object(fields.filter(\.isInExample).map { ($0.name, $0.schema.example) })
  }

  var json: JSONValue {
    .object([
      ("type", .text("object")), ("description", .text(summary)),
      ("properties", .object(fields.map { ($0.name, $0.schema.json) })),
      ("required", .list(fields.filter(\.isRequired).map { .text($0.name) })),
      ("examples", .list([example])),
    ])
  }
}
