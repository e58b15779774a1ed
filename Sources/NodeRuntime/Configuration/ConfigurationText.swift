import LedgerCore

/// Writes a `node.toml`: every setting with its comment; those at their default as comments.
enum ConfigurationText {
  private static let widthMax = 98

  static func text(_ configuration: NodeConfiguration) -> String {
    var lines = [
      "# Settings of an ECO2 Ledger node. `eco2 config check --home HOME` checks this file,",
      "# `eco2 config show --home HOME` says what is in force and where it comes from.",
      "# The variable ECO2_SECTION_NAME overrides it, `eco2 node --set section.name=value` both.",
      "# A setting that is commented out has the default that is shown.",
    ]
    for section in Setting.sections {
      lines += ["", "# \(section.comment)", "[\(section.name)]"]
      for setting in Setting.all where setting.components.first == section.name {
        lines += entry(setting, configuration)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func entry(_ setting: Setting, _ configuration: NodeConfiguration) -> [String] {
    let value = setting.get(configuration)
    let builtIn = setting.get(NodeConfiguration())
    let name = setting.components.dropFirst().joined(separator: ".")
    var about = setting.comment + " (\(setting.expected)"
    if setting.form != .peers, builtIn != .text("") { about += "; default \(builtIn.toml)" }
    var lines = [""] + comment(about + ")")
    if case .peers(let peers) = value {
      for peer in peers { lines += known(peer) }
    } else {
      let isQuiet = value == .text("") || value == builtIn && !setting.isAlwaysWritten
      lines.append((isQuiet ? "# " : "") + "\(name) = \(value.toml)")
    }
    return lines
  }

  private static func known(_ peer: NodeConfiguration.Peer) -> [String] {
    var lines = ["", "[[peers.known]]"]
    if let account = peer.account { lines.append("account = \"\(account.hex)\"") }
    lines.append("transport-key = \"\(peer.transportKey.hex)\"")
    lines.append("address = \(SettingValue.quoted(peer.endpoint.description))")
    return lines
  }

  private static func comment(_ text: String) -> [String] {
    var lines: [String] = []
    var line = "#"
    for word in text.split(whereSeparator: \.isWhitespace) {
      if line.count + 1 + word.count > widthMax {
        lines.append(line)
        line = "#"
      }
      line += " " + word
    }
    return lines + [line]
  }
}
