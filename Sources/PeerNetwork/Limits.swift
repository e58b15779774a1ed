/// Bounds and times of peer connections, in one place.
public struct PeerLimits: Sendable {
  /// Payload bytes of one frame on the votes channel.
  public var votesFrameBytesMax = 1 * 1024 * 1024
  /// Payload bytes of one frame on the data channel.
  public var dataFrameBytesMax = 4 * 1024 * 1024
  /// Bytes that may wait to be sent to one peer on its votes channel.
  public var votesQueueBytesMax = 4 * 1024 * 1024
  /// Bytes that may wait to be sent to one peer on its data channel.
  public var dataQueueBytesMax = 16 * 1024 * 1024
  /// From an accepted TCP connection to the end of the hellos.
  public var handshakeTimeoutMilliseconds: Int64 = 5_000
  /// How long dialling may wait for TCP.
  public var connectTimeoutMilliseconds: Int64 = 3_000
  /// A side that has sent nothing for this long sends a keep-alive.
  public var pingIntervalMilliseconds: Int64 = 2_000
  /// A connection on which nothing has arrived for this long is half-open and is closed.
  public var idleTimeoutMilliseconds: Int64 = 8_000
  /// The first wait before dialling again; doubles up to the maximum, which bounds how long a node
  /// that comes back waits for those who dial it.
  public var backoffInitialMilliseconds: Int64 = 100
  public var backoffMaxMilliseconds: Int64 = 1_000
  /// A connection that lived this long was a good one: the next wait is the first again.
  public var stableMilliseconds: Int64 = 2_000
  /// Accepted connections that are not yet authenticated; more are closed at once.
  public var pendingInboundMax = 128
  /// Refusals reported as events in one second; all are counted.
  public var refusalEventsPerSecondMax = 20

  public init() {}

  func frameBytesMax(_ channel: PeerChannel) -> Int {
    channel == .votes ? votesFrameBytesMax : dataFrameBytesMax
  }

  func queueBytesMax(_ channel: PeerChannel) -> Int {
    channel == .votes ? votesQueueBytesMax : dataQueueBytesMax
  }

  /// How often deadlines are looked at: a quarter of the shortest, so that none is missed by much.
  var tickMilliseconds: Int64 {
    max(
      5, min(pingIntervalMilliseconds, idleTimeoutMilliseconds, handshakeTimeoutMilliseconds) / 4)
  }
}

/// What is no setting.
enum Bounds {
  /// Before the hello is read, no frame may be longer.
  static let helloBytesMax = 128
  /// Plaintext handed to TLS at once; TLS makes records of 16 KiB of it.
  static let stagingBytesMax = 64 * 1024
  /// Plaintext taken from TLS at once: one record.
  static let recordBytesMax = 16 * 1024
  /// A connection with more ciphertext than this waiting for its socket takes no more frames.
  static let socketBufferBytesHigh = 512 * 1024
  static let socketBufferBytesLow = 128 * 1024
}
