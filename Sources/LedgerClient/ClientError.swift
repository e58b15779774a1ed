/// Why a node could not be asked, or what it refused.
public enum ClientError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing listens there, or the network does not reach it.
  case unreachable(NodeAddress, reason: String)
  /// The connection ended, or took too long, before the answer was whole.
  case connectionClosed
  /// The node answered with an error: HTTP status, stable code, sentence.
  case refused(status: Int, code: String, sentence: String)
  /// The answer is not what this protocol says.
  case malformedAnswer(String)

  public var description: String {
    switch self {
    case .unreachable(let node, let reason):
      "No node answers at \(node): \(reason). Is it running? Try `eco2 status --node \(node)`."
    case .connectionClosed: "The node closed the connection before it had answered; try again."
    case .refused(_, let code, let sentence): "\(sentence) [\(code)]"
    case .malformedAnswer(let what):
      "The node's answer could not be understood (\(what)); are client and node of one release?"
    }
  }
}

/// Where a node's API listens.
public struct NodeAddress: Hashable, Sendable, CustomStringConvertible {
  public let host: String
  /// TCP port, 1 … 65535.
  public let port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Parses `host:port`, with or without `http://`; nil for anything else.
  public init?(_ text: String) {
    var rest = Substring(text)
    if rest.hasPrefix("http://") { rest = rest.dropFirst("http://".count) }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    guard let colon = rest.lastIndex(of: ":"), colon != rest.startIndex,
      let port = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(port)
    else { return nil }
    host = String(rest[..<colon])
    self.port = port
  }

  public var description: String { "\(host):\(port)" }
}
