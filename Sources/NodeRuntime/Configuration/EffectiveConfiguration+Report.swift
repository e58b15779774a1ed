import LedgerCore

/// What is in force, for people and programs.
public struct ConfigurationReport: Codable, Sendable {
  /// One setting.
  public struct Entry: Codable, Sendable, Equatable {
    /// `section.name`.
    public let setting: String
    /// As TOML writes it.
    public let value: String
    /// `default`, `file`, `environment` or `flag`.
    public let source: String
    /// The line in the file, when it comes from there.
    public let line: Int?
    /// The variable, when it comes from there.
    public let variable: String?
  }

  /// One known node.
  public struct Peer: Codable, Sendable, Equatable {
    /// Account id, hexadecimal; nil for a full node.
    public let account: String?
    /// Transport key, hexadecimal.
    public let transportKey: String
    public let address: String
  }

  public let file: String
  public let settings: [Entry]
  public let peers: [Peer]
}

extension EffectiveConfiguration {
  /// Every setting with its value and where it comes from. There are no secrets among them:
  /// passphrases and private keys are never settings.
  public func report(file: String) -> ConfigurationReport {
    let settings = entries.map { setting, value, source in
      var line: Int?
      var variable: String?
      let name: String
      switch source {
      case .builtIn: name = "default"
      case .file(let number):
        name = "file"
        line = number
      case .environment(let text):
        name = "environment"
        variable = text
      case .flag: name = "flag"
      }
      return ConfigurationReport.Entry(
        setting: setting.path, value: value, source: name, line: line, variable: variable)
    }
    return ConfigurationReport(
      file: file, settings: settings,
      peers: configuration.peers.known.map {
        ConfigurationReport.Peer(
          account: $0.account?.hex, transportKey: $0.transportKey.hex,
          address: $0.endpoint.description)
      })
  }
}

extension Setting {
  /// The table of all settings in Markdown, for the documentation, a part for each section.
  public static var reference: String {
    var lines: [String] = []
    for section in sections {
      lines += ["## [\(section.name)]", "", section.comment, ""]
      lines += ["| setting | what | default | variable |", "|---|---|---|---|"]
      for setting in all where setting.components.first == section.name {
        let name = setting.components.dropFirst().joined(separator: ".")
        let meaning = "\(setting.comment) (\(setting.expected))"
        let builtIn = setting.form == .peers ? nil : setting.defaultText
        lines.append(
          "| `\(name)` | \(cell(meaning)) | \(builtIn.map { "`\($0)`" } ?? "none") | "
            + "\(setting.variable.map { "`\($0)`" } ?? "none") |")
      }
      lines.append("")
    }
    return lines.dropLast().joined(separator: "\n") + "\n"
  }

  private static func cell(_ text: String) -> String {
    text.replacing("\n", with: " ").replacing("<", with: "&lt;")
  }
}
