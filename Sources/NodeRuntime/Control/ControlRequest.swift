/// What an operator on the node's machine may ask of it, over the socket in its home: one line of
/// printable ASCII, words between single spaces, and nothing else.
///
///     status
///     pause SECONDS
///     resume
public enum ControlRequest: Hashable, Sendable {
  case status
  /// Give away the turns as primary for at most so long; 1…86,400 seconds.
  case pause(seconds: UInt64)
  case resume

  /// Longest line, without its end.
  public static let bytesMax = 64
  /// A pause ends by itself after a day at the latest.
  public static let pauseSecondsMax: UInt64 = 86_400

  /// Parses a line without its end; nil when it is anything but a request.
  public init?(line: some Collection<UInt8>) {
    guard line.count <= Self.bytesMax else { return nil }
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    switch (words.first, words.count) {
    case ("status", 1): self = .status
    case ("resume", 1): self = .resume
    case ("pause", 2):
      guard let seconds = UInt64(words[1]), "\(seconds)" == words[1],
        (1...Self.pauseSecondsMax).contains(seconds)
      else { return nil }
      self = .pause(seconds: seconds)
    default: return nil
    }
  }

  /// The line, without its end.
  public var line: String {
    switch self {
    case .status: "status"
    case .pause(let seconds): "pause \(seconds)"
    case .resume: "resume"
    }
  }
}

/// What a node answers on its control socket: one line of JSON.
public struct ControlAnswer: Codable, Equatable, Sendable {
  /// Why nothing was done; then the rest is empty.
  public var error: String?
  public var standing: ControlStanding?

  public init(error: String) { self.error = error }

  public init(_ standing: ControlStanding) { self.standing = standing }
}

/// Where the node stands, as an operator who wants to stop it needs it.
public struct ControlStanding: Codable, Equatable, Sendable {
  /// The node's clock, milliseconds since 1970, as all times here.
  public var now: UInt64
  public var processIdentifier: Int32
  /// The last final height.
  public var height: UInt64
  /// `following`, `catching-up` or `halted`.
  public var mode: String
  public var isVoting: Bool
  /// Until when the node gives its turns away; nil when it is not paused.
  public var pausedUntil: UInt64?
  /// Turns given away since the node's start.
  public var turnsHandedOver: UInt64
  public var intervalMilliseconds: UInt64
  /// ER Nodes in the set.
  public var members: Int
  /// Whether the view at work is this node's.
  public var leadsNow: Bool
  /// The next heights this node leads, with the earliest time of each; empty when it is no member.
  public var turns: [ControlTurn]
}

/// A height that the node leads in its first view.
public struct ControlTurn: Codable, Equatable, Sendable {
  public var height: UInt64
  /// Its slot, when no slot is missed before.
  public var time: UInt64
}
