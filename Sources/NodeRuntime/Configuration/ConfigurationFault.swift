/// One thing wrong with the settings: where, and what is expected instead.
public struct ConfigurationFault: Sendable, Equatable, CustomStringConvertible {
  /// Where a setting was read.
  public enum Origin: Sendable, Equatable, CustomStringConvertible {
    /// Line and column from 1; 0 where the fault is that something is not there.
    case file(String, line: Int, column: Int)
    case environment(String)
    case flag(String)

    public var description: String {
      switch self {
      case .file(let path, 0, _): path
      case .file(let path, let line, let column): "\(path):\(line):\(column)"
      case .environment(let name): "environment variable \(name)"
      case .flag(let text): "--set \(text)"
      }
    }
  }

  public let origin: Origin
  public let reason: String

  init(_ origin: Origin, _ reason: String) {
    self.origin = origin
    self.reason = reason
  }

  public var description: String { "\(origin): \(reason)" + (reason.hasSuffix("?") ? "" : ".") }
}

/// Everything wrong with the settings, all at once.
public struct ConfigurationFaults: Error, Sendable, CustomStringConvertible {
  public let faults: [ConfigurationFault]

  public var description: String { faults.map(\.description).joined(separator: "\n") }
}
