/// The shape of a JSON value, as far as this API needs it (a part of JSON Schema 2020-12), with an
/// example of it.
indirect enum Schema: Sendable {
  case text(String, pattern: String? = nil, example: String)
  case choice(String, [String])
  case whole(String, example: UInt64, max: UInt64? = nil)
  case yesOrNo(String, example: Bool)
  case list(String, of: Schema)
  /// Names to texts.
  case table(String, example: [(String, String)])
  /// One of the named objects, by its name.
  case reference(String)
}

/// A named object and its fields.
struct ObjectSchema: Sendable {
  let name: String
  let summary: String
  let fields: [FieldSchema]

  init(_ name: String, _ summary: String, _ fields: [FieldSchema]) {
    self.name = name
    self.summary = summary
    self.fields = fields
  }
}

/// A field of an object.
struct FieldSchema: Sendable {
  let name: String
  let schema: Schema
  let isRequired: Bool
  /// Whether the object's example has it.
  let isInExample: Bool

  /// A field that is always there.
  static func field(_ name: String, _ schema: Schema) -> FieldSchema {
    FieldSchema(name: name, schema: schema, isRequired: true, isInExample: true)
  }

  /// A field that may be absent.
  static func optional(_ name: String, _ schema: Schema, inExample: Bool = true) -> FieldSchema {
    FieldSchema(name: name, schema: schema, isRequired: false, isInExample: inExample)
  }
}

extension Schema {
  /// 64 hexadecimal digits.
  static func hash(_ summary: String) -> Schema {
    .text(
      summary, pattern: "^[0-9a-f]{64}$",
      example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
  }

  /// Hexadecimal of any length.
  static func hexadecimal(_ summary: String, example: String = "00ff") -> Schema {
    .text(summary, pattern: "^([0-9a-f]{2})*$", example: example)
  }

  /// A decimal of up to 128 bits.
  static func amount(_ summary: String, example: String = "1000000") -> Schema {
    .text(summary, pattern: "^[0-9]{1,39}$", example: example)
  }

  /// An account's address.
  static func address(_ summary: String) -> Schema {
    .text(
      summary, pattern: "^eco2t?1[02-9ac-hj-np-z]+$",
      example: "eco2t1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu")
  }

  static func height(_ summary: String) -> Schema { .whole(summary, example: 42) }

  static func milliseconds(_ summary: String) -> Schema {
    .whole(summary, example: 1_767_225_600_000)
  }

  static func count(_ summary: String) -> Schema { .whole(summary, example: 3) }

  /// The schema of a page of these.
  static func page(of item: String) -> Schema { .reference("\(item)Page") }
}
