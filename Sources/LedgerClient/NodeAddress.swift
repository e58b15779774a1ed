/// Where a node's API listens.
public struct NodeAddress: Hashable, Sendable, CustomStringConvertible {
  public let host: String
  /// TCP port, 1 … 65535.
  public let port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Parses `host:port` or `[IPv6]:port`, with or without `http://`; nil for anything else.
  public init?(_ text: String) {
    var rest = Substring(text)
    if rest.hasPrefix("http://") { rest = rest.dropFirst("http://".count) }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let colon = rest.lastIndex(of: ":"), colon != rest.startIndex,
      let port = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(port)
    else { return nil }
    var host = rest[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    // The host goes into a header: nothing there may end it.
    guard !host.isEmpty, host.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x2F }) else {
      return nil
    }
    self.host = String(host)
    self.port = port
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
