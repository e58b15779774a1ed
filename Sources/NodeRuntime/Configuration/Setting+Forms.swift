import LedgerCore
import Logging

/// The kinds of settings there are, each with its check.
extension Setting {
  typealias Field<Value> = WritableKeyPath<NodeConfiguration, Value> & Sendable

  static func integer(
    _ path: String, _ field: any Field<Int>, _ range: ClosedRange<Int>, _ unit: String,
    _ comment: String
  ) -> Setting {
    let expected = "\(unit), \(range.lowerBound) to \(range.upperBound)"
    return Setting(
      path: path, form: .integer, expected: expected, comment: comment,
      get: { .integer($0[keyPath: field]) },
      set: { configuration, value in
        guard case .integer(let number) = value, range.contains(number) else {
          return "it must lie between \(range.lowerBound) and \(range.upperBound) (\(unit))"
        }
        configuration[keyPath: field] = number
        return nil
      })
  }

  static func flag(_ path: String, _ field: any Field<Bool>, _ comment: String) -> Setting {
    Setting(
      path: path, form: .flag, expected: "true or false", comment: comment,
      get: { .flag($0[keyPath: field]) },
      set: { configuration, value in
        guard case .flag(let flag) = value else { return "it must be true or false" }
        configuration[keyPath: field] = flag
        return nil
      })
  }

  static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ path: String, _ field: any Field<Choice>, _ comment: String
  ) -> Setting {
    let choices = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    return Setting(
      path: path, form: .text, expected: "one of \(choices)", comment: comment,
      get: { .text($0[keyPath: field].rawValue) },
      set: { configuration, value in
        guard case .text(let text) = value, let choice = Choice(rawValue: text) else {
          return "it must be one of \(choices)"
        }
        configuration[keyPath: field] = choice
        return nil
      })
  }

  /// A text that a value is made of and written as; `parse` answers nil for what is none.
  static func text<Value: Sendable>(
    _ path: String, _ field: any Field<Value>, expected: String, _ comment: String,
    parse: @escaping @Sendable (String) -> Value?, write: @escaping @Sendable (Value) -> String
  ) -> Setting {
    Setting(
      path: path, form: .text, expected: expected, comment: comment,
      get: { .text(write($0[keyPath: field])) },
      set: { configuration, value in
        guard case .text(let text) = value, let parsed = parse(text) else {
          return "it must be \(expected)" + lengthHint(value, expected)
        }
        configuration[keyPath: field] = parsed
        return nil
      })
  }

  /// The same for a list, without repetitions.
  static func texts<Value: Sendable & Equatable>(
    _ path: String, _ field: any Field<[Value]>, expected: String, _ comment: String,
    parse: @escaping @Sendable (String) -> Value?, write: @escaping @Sendable (Value) -> String
  ) -> Setting {
    Setting(
      path: path, form: .texts,
      expected: "list of " + (expected == hexExpected ? "keys, each " : "") + expected,
      comment: comment,
      get: { .texts($0[keyPath: field].map(write)) },
      set: { configuration, value in
        guard case .texts(let texts) = value else { return "it must be a list of \(expected)" }
        var list: [Value] = []
        for text in texts {
          guard let parsed = parse(text) else {
            return "\(SettingValue.quoted(text)) must be \(expected)"
              + lengthHint(.text(text), expected)
          }
          guard !list.contains(parsed) else { return "\(SettingValue.quoted(text)) is there twice" }
          list.append(parsed)
        }
        configuration[keyPath: field] = list
        return nil
      })
  }

  static let hexExpected = "64 hexadecimal digits"

  /// Digits are counted for the reader: nobody counts 64.
  static func lengthHint(_ value: SettingValue, _ expected: String) -> String {
    guard expected == hexExpected, case .text(let text) = value, text.count != 64 else { return "" }
    return "; it has \(text.count) characters"
  }
}

/// Texts of which values are made.
enum SettingText {
  static let endpointExpected = #""HOST:PORT", such as "127.0.0.1:8101" or "[::1]:8101""#

  /// A name or address without a port.
  static func host(_ text: String) -> String? {
    let endpoint = NodeConfiguration.Endpoint(text.contains(":") ? "[\(text)]:1" : "\(text):1")
    return endpoint.map { $0.host.lowercased() }
  }

  /// `scheme://host[:port]` as browsers send it, or `*`.
  static func origin(_ text: String) -> String? {
    if text == "*" { return text }
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
      let rest = String(text.dropFirst(scheme.count))
      let hasPort = NodeConfiguration.Endpoint(rest) != nil
      return hasPort || host(rest) != nil ? text.lowercased() : nil
    }
    return nil
  }

  /// `auto` is nil; nil of nil is no value.
  static func workers(_ text: String) -> Int?? {
    if text == "auto" { return .some(nil) }
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text),
      count <= WorkerPool.workersMax
    else { return nil }
    return count
  }

  static func place(_ text: String) -> NodeConfiguration.Metrics.Place? {
    switch text {
    case "api": .api
    case "off": .off
    default: NodeConfiguration.Endpoint(text).map { .own($0) }
    }
  }

  static func write(_ place: NodeConfiguration.Metrics.Place) -> String {
    switch place {
    case .api: "api"
    case .off: "off"
    case .own(let endpoint): endpoint.description
    }
  }
}
