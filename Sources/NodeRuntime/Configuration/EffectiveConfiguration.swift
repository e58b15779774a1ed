/// The settings a node runs with, and where each comes from.
public struct EffectiveConfiguration: Sendable {
  /// Where a value comes from; later ones override earlier ones.
  public enum Source: Sendable, Equatable, CustomStringConvertible {
    case builtIn
    case file(line: Int)
    case environment(String)
    case flag

    public var description: String {
      switch self {
      case .builtIn: "default"
      case .file(let line): "file, line \(line)"
      case .environment(let name): "environment, \(name)"
      case .flag: "flag"
      }
    }
  }

  public private(set) var configuration: NodeConfiguration
  private var sources: [String: Source] = [:]

  /// Takes a file's settings, then the environment's, then the command line's.
  ///
  /// - Parameters:
  ///   - text: a `node.toml`.
  ///   - file: its name, for faults.
  ///   - environment: variables; those named `ECO2_SECTION_…` are settings.
  ///   - overrides: `section.name=value`, as `--set` has them.
  /// - Throws: everything that is wrong, not only the first of it.
  public init(
    text: String, file: String, environment: [String: String] = [:], overrides: [String] = []
  ) throws(ConfigurationFaults) {
    let reader = ConfigurationReader(text, file: file)
    configuration = reader.configuration
    for (path, place) in reader.placesSet.sorted(by: { $0.value < $1.value }) {
      sources[path] = .file(line: place.line)
    }
    var faults = reader.faults
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      if let fault = take(variable: name, value) { faults.append(fault) }
    }
    for override in overrides {
      if let fault = take(override: override) { faults.append(fault) }
    }
    if faults.isEmpty { faults = consistency(reader) }
    guard faults.isEmpty else { throw ConfigurationFaults(faults: faults) }
  }

  /// Every setting with its value, as TOML writes it, and its source.
  public var entries: [(setting: Setting, value: String, source: Source)] {
    Setting.all.map { setting in
      (setting, setting.get(configuration).toml, sources[setting.path] ?? .builtIn)
    }
  }

  private mutating func take(variable name: String, _ value: String) -> ConfigurationFault? {
    guard let setting = Setting.all.first(where: { $0.variable == name }) else {
      let isMeant = Setting.sections.contains {
        name.hasPrefix(Setting.variablePrefix + Setting.upper($0.name) + "_")
      }
      guard isMeant else { return nil }
      let hint = Spelling.hint(name, Setting.all.compactMap(\.variable))
      return ConfigurationFault(.environment(name), "there is no such setting" + hint)
    }
    sources[setting.path] = .environment(name)
    return take(value, setting).map { ConfigurationFault(.environment(name), $0) }
  }

  private mutating func take(override: String) -> ConfigurationFault? {
    let origin = ConfigurationFault.Origin.flag(LogText.escaped(override))
    guard let equals = override.firstIndex(of: "=") else {
      return ConfigurationFault(origin, "write section.name=value")
    }
    let path = override[..<equals].filter { $0 != " " }
    guard let setting = Setting.named(path) else {
      let hint = Spelling.hint(path, Setting.all.map(\.path))
      return ConfigurationFault(origin, "there is no setting \(LogText.escaped(path))" + hint)
    }
    sources[path] = .flag
    return take(String(override[override.index(after: equals)...]), setting).map {
      ConfigurationFault(origin, $0)
    }
  }

  /// Takes a value written without TOML's quotes: lists with commas, tables as `name=value,…`.
  private mutating func take(_ text: String, _ setting: Setting) -> String? {
    guard let value = Self.value(text, setting.form) else {
      return "\(setting.path) must be \(setting.form.name)"
    }
    return setting.set(&configuration, value).map { "\(setting.path): \(LogText.escaped($0))" }
  }

  private static func value(_ text: String, _ form: SettingForm) -> SettingValue? {
    let text = text.filter { !$0.isNewline }
    let parts = text.split(separator: ",").map { $0.filter { $0 != " " } }
    switch form {
    case .text: return .text(text)
    case .integer: return Int(text.filter { $0 != "_" }).map { .integer($0) }
    case .flag: return Bool(text).map { .flag($0) }
    case .texts: return .texts(parts)
    case .table:
      let pairs = parts.compactMap { part -> NamedText? in
        guard let equals = part.firstIndex(of: "=") else { return nil }
        return NamedText(
          name: String(part[..<equals]), text: String(part[part.index(after: equals)...]))
      }
      guard pairs.count == parts.count, Set(pairs.map(\.name)).count == pairs.count else {
        return nil
      }
      return .table(pairs.sorted { $0.name < $1.name })
    case .peers: return nil
    }
  }

  /// What no single setting can see.
  private func consistency(_ reader: ConfigurationReader) -> [ConfigurationFault] {
    var faults: [ConfigurationFault] = []
    func fault(_ origin: ConfigurationFault.Origin, _ reason: String) {
      faults.append(ConfigurationFault(origin, reason))
    }
    let peers = configuration.peers.known
    switch (configuration.role, configuration.account) {
    case (.validator, nil):
      fault(
        reader.origin("node.account"),
        "node.account is missing: a validator names its account (64 hexadecimal digits)")
    case (.full, .some):
      fault(reader.origin("node.account"), "node.account: a full node has none; remove it")
    default: break
    }
    for (index, peer) in peers.enumerated() {
      let origin = reader.origin(at: reader.peerPlaces[index])
      if let first = peers[..<index].firstIndex(where: { $0.transportKey == peer.transportKey }) {
        let line = reader.peerPlaces[first].line
        fault(origin, "this node's transport-key is also that of the node at line \(line)")
      }
      guard let account = peer.account else { continue }
      if account == configuration.account {
        fault(origin, "this node's account is the node's own, node.account")
      }
      if let first = peers[..<index].firstIndex(where: { $0.account == account }) {
        let line = reader.peerPlaces[first].line
        fault(origin, "this node's account is also that of the node at line \(line)")
      }
    }
    if configuration.role == .full, peers.isEmpty {
      fault(reader.origin("peers.known"), "peers.known: a full node needs at least one to follow")
    }
    if configuration.store.freeDiskWarnMiB < configuration.store.freeDiskMinMiB {
      fault(
        reader.origin("store.free-disk-warn-mib"),
        "store.free-disk-warn-mib must not be below store.free-disk-min-mib")
    }
    if (1..<NodeLimits.keepBlocksMin).contains(configuration.store.keepBlocks) {
      fault(
        reader.origin("store.keep-blocks"),
        "store.keep-blocks must be 0, which keeps all, or at least \(NodeLimits.keepBlocksMin)")
    }
    if configuration.api.listen.port != 0, configuration.api.listen == configuration.peers.listen {
      fault(reader.origin("api.listen"), "api.listen is also peers.listen; give each its own port")
    }
    return faults
  }
}
