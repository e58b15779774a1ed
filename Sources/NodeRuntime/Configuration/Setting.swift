import LedgerCore
import Logging

/// A value as it stands in a file, a variable or a flag, of the few types settings have.
enum SettingValue: Sendable, Equatable {
  case text(String)
  case integer(Int)
  case flag(Bool)
  case texts([String])
  /// Names and texts, sorted by name.
  case table([NamedText])
  case peers([NodeConfiguration.Peer])

  /// As TOML writes it, on one line; peers are no single value.
  var toml: String {
    switch self {
    case .text(let text): Self.quoted(text)
    case .integer(let number): String(number)
    case .flag(let flag): flag ? "true" : "false"
    case .texts(let texts): "[" + texts.map(Self.quoted).joined(separator: ", ") + "]"
    case .table(let pairs):
      pairs.isEmpty
        ? "{}"
        : "{ " + pairs.map { "\($0.name) = \(Self.quoted($0.text))" }.joined(separator: ", ") + " }"
    case .peers(let peers): peers.isEmpty ? "[]" : "\(peers.count) nodes"
    }
  }

  /// A TOML basic string.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        quoted += "\\u00" + Hex.encode([UInt8(truncatingIfNeeded: scalar.value)])
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

/// One entry of a table of texts.
struct NamedText: Sendable, Equatable {
  let name: String
  let text: String
}

/// The type a setting is written with.
enum SettingForm: Sendable, Equatable {
  case text, integer, flag, texts, table, peers

  var name: String {
    switch self {
    case .text: "a string"
    case .integer: "an integer"
    case .flag: "true or false"
    case .texts: "a list of strings"
    case .table: "a table of strings"
    case .peers: "tables"
    }
  }
}

/// One setting: its name, what it may be, what it means, and where it goes. The only place that
/// says so: reading, writing, checking, showing and the documentation's table all go by it.
public struct Setting: Sendable {
  /// `section.name`.
  public let path: String
  let form: SettingForm
  /// What it may be, for the file's comment, the documentation and errors: unit and range.
  public let expected: String
  /// What it means, one or more sentences.
  public let comment: String
  /// Whether a written file holds it also when it is the default.
  var isAlwaysWritten = false
  let get: @Sendable (NodeConfiguration) -> SettingValue
  /// Takes a value of the setting's form; says what is wrong with it, or nil.
  let set: @Sendable (inout NodeConfiguration, SettingValue) -> String?

  /// `api.connections-max` as the environment has it: `ECO2_API_CONNECTIONS_MAX`; nil for what no
  /// variable can hold.
  public var variable: String? {
    form == .peers ? nil : Self.variablePrefix + Self.upper(path)
  }

  /// How the command line sets it; nil for what a flag cannot hold.
  public var flag: String? { form == .peers ? nil : "--set \(path)=…" }

  /// The default as TOML writes it; nil when there is none.
  public var defaultText: String? {
    let value = get(NodeConfiguration())
    return value == .text("") ? nil : value.toml
  }

  var components: [String] { path.split(separator: ".").map(String.init) }

  /// The setting of a path.
  public static func named(_ path: String) -> Setting? { all.first { $0.path == path } }

  /// Variables of the environment that set something start with it.
  static let variablePrefix = "ECO2_"

  /// `api.connections-max` → `API_CONNECTIONS_MAX`.
  static func upper(_ path: String) -> String {
    String(path.map { $0 == "." || $0 == "-" ? "_" : $0 }).uppercased()
  }

  /// The sections, in the file's order, with what stands over them.
  static let sections: [(name: String, comment: String)] = [
    ("node", "What this node is."),
    ("peers", "Connections to other nodes."),
    ("api", "What clients get, and how much of it."),
    ("store", "What is kept in data/."),
    ("log", "What is written to standard error."),
    ("metrics", "Numbers for Prometheus."),
  ]
}
