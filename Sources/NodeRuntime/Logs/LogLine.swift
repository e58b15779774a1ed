import Logging

/// One line of the log, as text for people or as a JSON object for programs. Whatever is in it, it
/// stays one line: control characters are escaped, and no line is longer than `bytesMax` by much.
struct LogLine {
  var time: UInt64
  var level: Logger.Level
  var module: String
  var message: String
  var fields: Logger.Metadata

  /// Characters of a message or a field; what is longer is cut, and ends with `…`.
  static let charactersMax = 4_096
  /// Fields within fields that are written.
  private static let depthMax = 4

  func written(as format: NodeConfiguration.LogFormat, hasPriority: Bool) -> String {
    let line =
      switch format {
      case .text: text
      case .json: json
      }
    return (hasPriority ? "<\(Self.priority(level))>" : "") + line + "\n"
  }

  /// `2026-11-22T04:50:01.123Z notice replica: view change height=12 view=1`
  private var text: String { "\(Timestamp.rfc3339(milliseconds: time)) \(said)" }

  /// All of the text but the time.
  var said: String {
    var text = "\(level.rawValue) \(module): "
    text += LogText.escaped(Self.cut(message))
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      text += " \(LogText.escaped(name))=\(Self.word(Self.flat(value, depth: 0)))"
    }
    return text
  }

  /// A value as `name=value` holds it: in quotes unless it is one plain word.
  private static func word(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" }
    guard !isPlain else { return LogText.escaped(text) }
    return "\"" + LogText.escaped(text).replacing("\"", with: "\\\"") + "\""
  }

  private static func flat(_ value: Logger.MetadataValue, depth: Int) -> String {
    guard depth < depthMax else { return "…" }
    switch value {
    case .string(let text): return cut(text)
    case .stringConvertible(let value): return cut("\(value)")
    case .array(let values):
      return "[" + values.map { flat($0, depth: depth + 1) }.joined(separator: ", ") + "]"
    case .dictionary(let values):
      let pairs = values.sorted { $0.key < $1.key }
      return "{"
        + pairs.map { "\($0.key): \(flat($0.value, depth: depth + 1))" }.joined(separator: ", ")
        + "}"
    }
  }

  private var json: String {
    var json = "{\"time\":\"\(Timestamp.rfc3339(milliseconds: time))\""
    json += ",\"level\":\"\(level.rawValue)\",\"module\":\(Self.quoted(module))"
    json += ",\"message\":\(Self.quoted(Self.cut(message)))"
    if !fields.isEmpty { json += ",\"fields\":" + Self.object(fields, depth: 0) }
    return json + "}"
  }

  private static func object(_ fields: Logger.Metadata, depth: Int) -> String {
    let members = fields.sorted { $0.key < $1.key }.map {
      "\(quoted($0.key)):\(jsonValue($0.value, depth: depth + 1))"
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func jsonValue(_ value: Logger.MetadataValue, depth: Int) -> String {
    guard depth < depthMax else { return quoted("…") }
    return switch value {
    case .string(let text): quoted(cut(text))
    case .stringConvertible(let value): quoted(cut("\(value)"))
    case .array(let values):
      "[" + values.map { jsonValue($0, depth: depth + 1) }.joined(separator: ",") + "]"
    case .dictionary(let values): object(values, depth: depth)
    }
  }

  /// A JSON string; everything that could move a terminal's cursor is escaped too.
  private static func quoted(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": json += "\\\""
      case "\\": json += "\\\\"
      case "\n": json += "\\n"
      case "\r": json += "\\r"
      case "\t": json += "\\t"
      case _ where LogText.mustEscape(scalar):
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > charactersMax, text.count > charactersMax else { return text }
    return text.prefix(charactersMax) + "…"
  }

  /// Severities of syslog (RFC 5424 §6.2.1), which the journal reads from `<N>` (sd-daemon(3)).
  static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}

/// A moment as text.
enum Timestamp {
  /// RFC 3339 in UTC with milliseconds, from milliseconds since 1970-01-01. Civil date from days:
  /// H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  static func rfc3339(milliseconds: UInt64) -> String {
    let seconds = milliseconds / 1_000
    // The last moment of year 9999: later ones have no four digits.
    let clamped = min(seconds, 253_402_300_799)
    let shifted = clamped / 86_400 + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let second = clamped % 86_400
    let date = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    let time =
      "\(digits(second / 3_600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
    return "\(date)T\(time).\(digits(milliseconds % 1_000, 3))Z"
  }

  private static func digits(_ value: UInt64, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
