import LedgerCore
import TOMLKit

/// Reads a `node.toml`: into settings what can be read, into faults the rest.
struct ConfigurationReader {
  private(set) var configuration = NodeConfiguration()
  private(set) var faults: [ConfigurationFault] = []
  /// Where the file sets a setting, by the setting's path.
  private(set) var placesSet: [String: TOMLPlaces.Place] = [:]
  /// Where the list of known nodes names each.
  private(set) var peerPlaces: [TOMLPlaces.Place] = []

  private let file: String
  private let places: TOMLPlaces

  /// - Parameter file: the name that faults bear.
  init(_ text: String, file: String) {
    self.file = file
    places = TOMLPlaces(text)
    if let index = text.unicodeScalars.firstIndex(where: { $0.value == 0 }) {
      let line = text.unicodeScalars[..<index].count { $0 == "\n" } + 1
      fault(TOMLPlaces.Place(line: line, column: 1), "a NUL byte; this is no text")
      return
    }
    do {
      read(try TOMLTable(string: text), at: [])
    } catch let error as TOMLParseError {
      notTOML(error)
    } catch {
      fault(nil, "\(error)")
    }
    faults.sort { Self.order($0.origin) < Self.order($1.origin) }
  }

  /// The origin of a setting of this file; the file as a whole when it is not set there.
  func origin(_ path: String) -> ConfigurationFault.Origin {
    origin(at: placesSet[path])
  }

  func origin(at place: TOMLPlaces.Place?) -> ConfigurationFault.Origin {
    .file(file, line: place?.line ?? 0, column: place?.column ?? 0)
  }

  private static func order(_ origin: ConfigurationFault.Origin) -> TOMLPlaces.Place {
    guard case .file(_, let line, let column) = origin else { return .init(line: 0, column: 0) }
    return TOMLPlaces.Place(line: line, column: column)
  }

  private mutating func fault(_ place: TOMLPlaces.Place?, _ reason: String) {
    faults.append(ConfigurationFault(origin(at: place), reason))
  }

  /// Keys that stand twice are all named; any other error of TOML ends the reading.
  private mutating func notTOML(_ error: TOMLParseError) {
    for (path, place, first) in places.duplicates {
      fault(
        place,
        "\(path.joined(separator: ".")) is there twice; it is first set at line \(first.line)")
    }
    guard faults.isEmpty else { return }
    let place = TOMLPlaces.Place(line: error.source.begin.line, column: error.source.begin.column)
    // The parser writes what it saw escaped already.
    let reason = error.description.split(
      separator: "\\", omittingEmptySubsequences: false
    ).map { LogText.escaped(String($0)) }
      .joined(separator: "\\")
    fault(place, "this is not TOML: \(reason)")
  }

  private mutating func read(_ table: TOMLTable, at prefix: [String]) {
    for name in table.keys {
      guard let value = table[name] else { continue }
      let path = prefix + [name]
      let place = place(of: path)
      if let setting = Setting.all.first(where: { $0.components == path }) {
        take(setting, value, at: path)
      } else if Setting.all.contains(where: { $0.components.starts(with: path) }) {
        if let section = value.table {
          read(section, at: path)
        } else {
          fault(place, "\(path.joined(separator: ".")) is a section: write [\(name)]")
        }
      } else {
        let known = prefix.isEmpty ? Setting.sections.map(\.name) : Self.names(under: prefix)
        let kind =
          prefix.isEmpty ? "no section" : "no setting of [\(prefix.joined(separator: "."))]"
        fault(place, "\(LogText.escaped(name)) is \(kind)" + Self.meant(name, known, prefix))
      }
    }
  }

  /// Where a key stands, or the first that stands under it.
  private func place(of path: [String]) -> TOMLPlaces.Place? {
    places.keys[path] ?? places.keys.filter { $0.key.starts(with: path) }.map(\.value).min()
  }

  private static func names(under prefix: [String]) -> [String] {
    Setting.all.filter { $0.components.starts(with: prefix) }.map { $0.components[prefix.count] }
  }

  /// The name that was meant: of this section, else where another section has just this one.
  private static func meant(_ name: String, _ known: [String], _ prefix: [String]) -> String {
    let hint = Spelling.hint(name, known)
    guard hint.isEmpty else { return hint }
    let elsewhere = Setting.all.first { $0.components.last == name }
    if let elsewhere { return "; did you mean \(elsewhere.path)?" }
    return "; known: " + known.joined(separator: ", ")
  }

  private mutating func take(
    _ setting: Setting, _ value: any TOMLValueConvertible, at path: [String]
  ) {
    let place = places.values[path] ?? places.keys[path]
    placesSet[setting.path] = self.place(of: path)
    if setting.form == .peers { return takePeers(value, at: path) }
    guard let converted = Self.value(value, setting.form) else {
      let found = Self.name(value)
      return fault(place, "\(setting.path) must be \(setting.form.name), not \(found)")
    }
    if let reason = setting.set(&configuration, converted) {
      fault(place, "\(setting.path): \(LogText.escaped(reason))")
    }
  }

  private static func name(_ value: any TOMLValueConvertible) -> String {
    switch value.type {
    case .string: "a string"
    case .int: "an integer"
    case .bool: "a boolean"
    case .array: "a list"
    case .table: "a table"
    case .double: "a number with a fraction"
    case .date, .time, .dateTime: "a date or time"
    }
  }

  private static func value(_ value: any TOMLValueConvertible, _ form: SettingForm) -> SettingValue?
  {
    switch form {
    case .text: value.string.map { .text($0) }
    case .integer: value.int.map { .integer($0) }
    case .flag: value.bool.map { .flag($0) }
    case .texts: texts(value).map { .texts($0) }
    case .table:
      value.table.flatMap { table in
        let pairs = table.keys.sorted().compactMap { name in
          table[name]?.string.map { NamedText(name: name, text: $0) }
        }
        return pairs.count == table.count ? .table(pairs) : nil
      }
    case .peers: nil
    }
  }

  private static func texts(_ value: any TOMLValueConvertible) -> [String]? {
    guard let array = value.array else { return nil }
    let texts = array.compactMap(\.string)
    return texts.count == array.count ? texts : nil
  }
}

// MARK: - Known nodes

extension ConfigurationReader {
  private mutating func takePeers(_ value: any TOMLValueConvertible, at path: [String]) {
    guard let array = value.array else {
      return fault(places.keys[path], "write one [[peers.known]] table a node")
    }
    for (index, element) in array.enumerated() {
      let path = path + [String(index)]
      guard let table = element.table else {
        fault(places.values[path], "write one [[peers.known]] table a node")
        continue
      }
      takePeer(table, at: path)
    }
  }

  private mutating func takePeer(_ table: TOMLTable, at path: [String]) {
    let start = places.keys[path] ?? places.values[path]
    let names = PeerField.allCases.map(\.rawValue)
    for name in table.keys where !names.contains(name) {
      fault(
        places.keys[path + [name]],
        "\(LogText.escaped(name)) is no setting of [[peers.known]]"
          + Self.meant(name, names, []))
    }
    let account = peerText(table, .account, at: path, start)
    let key = peerText(table, .transportKey, at: path, start)
    let address = peerText(table, .address, at: path, start)
    let accountID = account.flatMap { AccountID(hex: $0) }
    check(account, accountID != nil, .account, at: path)
    let transportKey = key.flatMap { PublicKey(hex: $0) }
    check(key, transportKey != nil, .transportKey, at: path)
    let endpoint = address.flatMap { NodeConfiguration.Endpoint($0) }
    check(address, endpoint != nil && endpoint?.port != 0, .address, at: path)
    guard let transportKey, let endpoint, account == nil || accountID != nil else { return }
    configuration.peers.known.append(
      .init(account: accountID, transportKey: transportKey, endpoint: endpoint))
    peerPlaces.append(start ?? .init(line: 0, column: 0))
  }

  private mutating func peerText(
    _ table: TOMLTable, _ field: PeerField, at path: [String], _ start: TOMLPlaces.Place?
  ) -> String? {
    guard let value = table[field.rawValue] else {
      if field != .account { fault(start, "this node's \(field.rawValue) is missing") }
      return nil
    }
    guard let text = value.string else {
      let place = places.values[path + [field.rawValue]]
      fault(place, "\(field.rawValue) must be a string, not \(Self.name(value))")
      return nil
    }
    return text
  }

  private mutating func check(
    _ text: String?, _ isGood: Bool, _ field: PeerField, at path: [String]
  ) {
    guard let text, !isGood else { return }
    fault(
      places.values[path + [field.rawValue]],
      "\(field.rawValue) must be \(field.expected)"
        + Setting.lengthHint(.text(text), field.expected))
  }
}

/// What a table of `[[peers.known]]` says.
enum PeerField: String, CaseIterable {
  case account
  case transportKey = "transport-key"
  case address

  var expected: String {
    self == .address ? SettingText.endpointExpected : Setting.hexExpected
  }
}
