import Foundation
import LedgerCore

/// JSON whose objects keep their order: what the fixture files are written from and read into.
indirect enum FixtureJSON: Equatable {
  case object([(key: String, value: FixtureJSON)])
  case list([FixtureJSON])
  case text(String)
  case number(UInt64)
  case flag(Bool)

  static func == (left: FixtureJSON, right: FixtureJSON) -> Bool {
    switch (left, right) {
    case (.object(let a), .object(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    case (.list(let a), .list(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.flag(let a), .flag(let b)): a == b
    default: false
    }
  }

  /// Bytes as hexadecimal.
  static func hex(_ bytes: some Collection<UInt8>) -> FixtureJSON {
    .text(Hex.encode(Array(bytes)))
  }

  /// An answer as the API serves it: keys sorted, absent fields left out.
  init(answer: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self = try JSONDecoder().decode(FixtureJSON.self, from: encoder.encode(answer))
  }

  /// Of an object: the value of a key.
  subscript(_ key: String) -> FixtureJSON? {
    guard case .object(let entries) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  var items: [FixtureJSON] {
    guard case .list(let items) = self else { return [] }
    return items
  }

  var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  var number: UInt64? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  /// Of a hexadecimal text: its bytes.
  var bytes: [UInt8]? { text.flatMap { Hex.decode($0) } }
}

extension FixtureJSON: Decodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
      self = .object(
        try keys.map { ($0.stringValue, try container.decode(FixtureJSON.self, forKey: $0)) })
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var items: [FixtureJSON] = []
      while !container.isAtEnd { items.append(try container.decode(FixtureJSON.self)) }
      self = .list(items)
      return
    }
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(UInt64.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }
}

extension FixtureJSON {
  /// The text: what fits a line of 100 columns stands on one, the rest is indented by two.
  func text(indent: Int = 0) -> String {
    let short = compact
    if short.count + indent <= 100 { return short }
    let inner = String(repeating: " ", count: indent + 2)
    let outer = String(repeating: " ", count: indent)
    switch self {
    case .object(let entries):
      let lines = entries.map { "\(inner)\"\($0.key)\": \($0.value.text(indent: indent + 2))" }
      return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
    case .list(let items):
      let lines = items.map { inner + $0.text(indent: indent + 2) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
    default: return short
    }
  }

  private var compact: String {
    switch self {
    case .object(let entries):
      guard !entries.isEmpty else { return "{}" }
      return "{ " + entries.map { "\"\($0.key)\": \($0.value.compact)" }.joined(separator: ", ")
        + " }"
    case .list(let items): return "[" + items.map(\.compact).joined(separator: ", ") + "]"
    // No text of the fixtures holds a character that JSON escapes.
    case .text(let text): return "\"\(text)\""
    case .number(let number): return "\(number)"
    case .flag(let flag): return flag ? "true" : "false"
    }
  }
}

extension FixtureJSON {
  /// Reads an answer of the API from its JSON.
  func answer<Answer: Decodable>(_ type: Answer.Type) throws -> Answer {
    try JSONDecoder().decode(Answer.self, from: Data(text().utf8))
  }
}
