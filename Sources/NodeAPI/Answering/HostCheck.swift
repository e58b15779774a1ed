import NIOCore

/// Which names this node answers under, and which pages may ask it.
///
/// A page of another site whose name was made to point to this machine (DNS rebinding) sends that
/// name as `Host`: it is refused. An IP address or a loopback name cannot be rebound.
struct HostCheck: Sendable {
  private let names: Set<String>
  private let origins: Set<String>
  private let takesAnyReader: Bool

  init(_ settings: APISettings) {
    names = Set(settings.publicNames.map { $0.lowercased() })
    origins = Set(settings.allowedOrigins.filter { $0 != "*" }.map { $0.lowercased() })
    takesAnyReader = settings.allowedOrigins.contains("*")
  }

  /// Refuses a host that is none of this node's.
  func check(host: String) throws(APIError) {
    guard allows(host: host) else {
      throw Problem.hostNotAllowed.because(
        "This node does not answer as `\(host.prefix(80))`. \(Problem.hostNotAllowed.advice)")
    }
  }

  func allows(host: String) -> Bool {
    guard let name = Self.name(host) else { return false }
    return name == "localhost" || name.hasSuffix(".localhost") || Self.isAddress(name)
      || names.contains(name)
  }

  /// The value of `Access-Control-Allow-Origin` for a request with this origin; nil for requests of
  /// the node's own pages. Refuses what is not allowed.
  func check(origin: String, host: String, isReading: Bool) throws(APIError) -> String? {
    let origin = origin.lowercased()
    if origin == "http://\(host.lowercased())" || origin == "https://\(host.lowercased())" {
      return nil
    }
    if origins.contains(origin) { return origin }
    if takesAnyReader, isReading { return "*" }
    throw Problem.originNotAllowed.because(
      "Pages of `\(origin.prefix(80))` may not ask this node so. "
        + Problem.originNotAllowed.advice)
  }

  /// The name of a `Host`, without its port; nil when it is none.
  private static func name(_ host: String) -> String? {
    let host = host.lowercased()
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return nil }
      let port = host[host.index(after: end)...]
      guard port.isEmpty || isPort(port) else { return nil }
      return String(host[host.index(after: host.startIndex)..<end])
    }
    guard let colon = host.firstIndex(of: ":") else { return host.isEmpty ? nil : host }
    guard isPort(host[colon...]), colon != host.startIndex else { return nil }
    return String(host[..<colon])
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.first == ":" && Decimal.parse(text.dropFirst()).map { (1...65_535).contains($0) } == true
  }

  private static func isAddress(_ name: String) -> Bool {
    (try? SocketAddress(ipAddress: name, port: 1)) != nil
  }
}
