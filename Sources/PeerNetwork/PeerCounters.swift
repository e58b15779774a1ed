public import LedgerCore

/// What has passed between this node and one peer on one channel since the start. Bytes are
/// payload bytes.
public struct PeerCounters: Sendable, Equatable {
  public let account: AccountID
  public let channel: PeerChannel
  public internal(set) var isConnected = false
  /// Waiting to be sent now.
  public internal(set) var queuedBytes = 0
  public internal(set) var framesSent: UInt64 = 0
  public internal(set) var bytesSent: UInt64 = 0
  public internal(set) var framesReceived: UInt64 = 0
  public internal(set) var bytesReceived: UInt64 = 0
  /// Not taken because the peer's queue was full; the sender was told.
  public internal(set) var framesDropped: UInt64 = 0
  public internal(set) var bytesDropped: UInt64 = 0
  /// How often more waited than the peer took.
  public internal(set) var congestions: UInt64 = 0
  /// Taken, and still waiting when the connection ended.
  public internal(set) var framesLost: UInt64 = 0
  /// Connections that came to be authenticated.
  public internal(set) var connections: UInt64 = 0
  /// Dials that did not lead to an authenticated connection.
  public internal(set) var dialFailures: UInt64 = 0
  /// Why the last connection or dial ended, for people.
  public internal(set) var lastFailure: String?

  init(account: AccountID, channel: PeerChannel) {
    self.account = account
    self.channel = channel
  }

  /// Connections after the first.
  public var reconnects: UInt64 { connections > 0 ? connections - 1 : 0 }
}

/// What became of a payload handed over for sending.
public enum SendOutcome: Sendable, Hashable {
  /// It waits for its connection; that it arrives is not promised.
  case queued
  /// The peer's queue is full: dropped and counted.
  case full
  case notConnected
  case unknownPeer
  /// Empty, or over the connection's bound.
  case badLength
}

/// What became of a payload handed over for all peers: how many for each outcome.
public struct BroadcastOutcome: Sendable, Hashable {
  public internal(set) var queued = 0
  public internal(set) var full = 0
  public internal(set) var notConnected = 0
  public internal(set) var badLength = 0

  mutating func count(_ outcome: SendOutcome) {
    switch outcome {
    case .queued: queued += 1
    case .full: full += 1
    case .notConnected, .unknownPeer: notConnected += 1
    case .badLength: badLength += 1
    }
  }
}
