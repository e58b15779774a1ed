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
  /// A known peer with more than this waiting on a channel is reported as congested …
  public var congestedBytes = 2 * 1024 * 1024
  /// … until no more than this waits.
  public var decongestedBytes = 512 * 1024
  /// Payload bytes of one frame from a full node to the node it follows.
  public var requestFrameBytesMax = 1 * 1024 * 1024
  /// Bytes that may wait to be sent to the node that is followed.
  public var requestQueueBytesMax = 8 * 1024 * 1024
  /// Bytes beside one longest frame that may wait to be sent to one follower.
  public var followerQueueBytesMax = 1 * 1024 * 1024
  /// Bytes that may wait for all followers together: two longest frames, whatever their number.
  public var followersQueueFramesMax = 2
  /// Bytes taken from one follower in a second, 256 for each frame included; beyond it its socket
  /// is not read.
  public var followerBytesPerSecondMax = 4 * 1024 * 1024
  /// How long a follower that broke the rules is refused.
  public var followerPenaltyMilliseconds: Int64 = 60_000
  /// Keys under such a penalty; the one that ends first goes when there are more.
  public var followerPenaltiesMax = 1_024
  /// The wait before dialling again one that has turned this node away, for instance because it has
  /// no place for another full node.
  public var turnedAwayMilliseconds: Int64 = 10_000
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

  /// The bounds of a connection, as one side of it sees them.
  func bounds(_ channel: PeerChannel, isFollower: Bool) -> LinkBounds {
    switch channel {
    case .votes:
      LinkBounds(
        frameOut: votesFrameBytesMax, frameIn: votesFrameBytesMax, queue: votesQueueBytesMax)
    case .data:
      LinkBounds(
        frameOut: dataFrameBytesMax, frameIn: dataFrameBytesMax, queue: dataQueueBytesMax)
    case .follow:
      isFollower
        ? LinkBounds(
          frameOut: dataFrameBytesMax, frameIn: requestFrameBytesMax,
          queue: dataFrameBytesMax + followerQueueBytesMax)
        : LinkBounds(
          frameOut: requestFrameBytesMax, frameIn: dataFrameBytesMax,
          queue: requestQueueBytesMax)
    }
  }

  /// How often deadlines are looked at: a quarter of the shortest, so that none is missed by much.
  var tickMilliseconds: Int64 {
    max(
      5, min(pingIntervalMilliseconds, idleTimeoutMilliseconds, handshakeTimeoutMilliseconds) / 4)
  }
}

/// Payload bytes of one frame each way, and of all that wait to be sent.
struct LinkBounds {
  let frameOut: Int
  let frameIn: Int
  let queue: Int
}

/// What is no setting.
enum Bounds {
  /// What a follower's frame weighs beside its payload, so that many small ones are bounded too.
  static let frameOverheadBytes = 256
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
