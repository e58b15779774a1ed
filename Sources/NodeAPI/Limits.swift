import NodeAnswers

/// Bounds that no setting changes; bodies are bounded by the settings, pages by `PageFormat`.
enum APILimits {
  /// Bytes of a path with its query.
  static let targetBytesMax = 4 * 1024
  /// Parameters of a query.
  static let parametersMax = 16
  /// So many items of a list, asked for or named, count as one more request.
  static let itemsPerRequest = 25
  /// Items of the longest list there is.
  static let listItemsMax: UInt64 = 4_096
  /// Requests of one connection that are not answered yet.
  static let pipelinedRequestsMax = 64
  /// Longer answers are written in pieces of this size, as fast as they are read, and count
  /// against `APISettings.answersBytesMax`.
  static let answerChunkBytes = 64 * 1024
  /// Addresses whose use is counted; the one that has been quiet longest is forgotten.
  static let addressesMax = 16_384
  /// How old a status that is handed out may be, when nothing has been decided meanwhile.
  static let statusAgeMillisecondsMax: Int64 = 100
  /// What has been refused is still read, and dropped, for this long, so that the answer arrives.
  static let lingerMilliseconds: Int64 = 2_000
  /// Contents of blocks kept for those who ask next.
  static let blocksKeptMax = 64
  /// Blocks being read at a time.
  static let blockReadsMax = 4
  /// Transactions of a page of events, the unit in which subscribers read.
  static let eventPageTransactions = 256
  /// Bytes of event pages kept for those who come next.
  static let eventsKeptBytesMax = 32 * 1024 * 1024
  /// Event pages being read at a time.
  static let eventReadsMax = 8
  /// How far behind an event's id may be to be resumed from.
  static let eventHeightsMax: UInt64 = 10_000
  /// How far ahead of this node an event's id may be: another node gave it.
  static let eventHeightsAheadMax: UInt64 = 100
  /// Bytes of a frame, and of a message, from a WebSocket client.
  static let frameBytesMax = 4 * 1024
  /// Frames a WebSocket client may send in one heartbeat's time.
  static let framesMax = 64
}

/// What an operator can set of the API.
public struct APISettings: Equatable, Sendable {
  /// Names under which clients reach this node, beside loopback names and IP addresses.
  public var publicNames: [String] = []
  /// Origins whose pages may ask this node, such as `https://wallet.example`; `*`: any, but only to
  /// read.
  public var allowedOrigins: [String] = []
  /// Connections at a time; for one more, the address that has most gives one up.
  public var connectionsMax = 1_024
  /// Of one address (IPv4 /32, IPv6 /64); for one more, the one idle longest is closed.
  public var connectionsPerAddressMax = 256
  /// Requests a second of one address, on average; dear ones count more, a connection counts as
  /// one. 0: no limit.
  public var requestsPerSecondMax = 500
  /// Requests an address may make at once.
  public var requestsBurst = 2_000
  /// Transactions a second submitted by one address, on average. 0: no limit.
  public var submissionsPerSecondMax = 500
  /// Transactions an address may submit at once.
  public var submissionsBurst = 2 * SubmissionFormat.transactionsMax
  /// Whether the bounds per address hold for this machine's own programs, too; a proxy is one.
  public var limitsLoopback = false
  /// Bytes of a request's body.
  public var bodyBytesMax = SubmissionFormat.bodyBytesMax
  /// Bytes of all headers of a request.
  public var headerBytesMax = 16 * 1_024
  /// Headers of a request.
  public var headersMax = 64
  /// Bytes of all request bodies that are being read, shared by their addresses.
  public var bodiesBytesMax = 128 * 1024 * 1024
  /// Bytes of all long answers that are being written, shared by the addresses they go to.
  public var answersBytesMax = 128 * 1024 * 1024
  /// Event streams at a time, shared by their addresses, and at most of one address.
  public var subscribersMax = 256
  public var subscribersPerAddressMax = 32
  /// From the connection's start to the end of its first request's headers.
  public var headTimeoutMilliseconds: Int64 = 10_000
  /// From an answer's end to the end of the next request's headers.
  public var idleTimeoutMilliseconds: Int64 = 60_000
  /// From the end of a request's headers to the end of its body.
  public var bodyTimeoutMilliseconds: Int64 = 30_000
  /// How fast a body must come, on average over each `bodyPeriodMilliseconds`. 0: no limit.
  public var bodyBytesPerSecondMin = 1_024
  public var bodyPeriodMilliseconds: Int64 = 5_000
  /// How long a client may read nothing while an answer or event waits to be sent.
  public var writeTimeoutMilliseconds: Int64 = 30_000
  /// Between two heartbeats of an event stream.
  public var heartbeatMilliseconds: Int64 = 15_000
  /// Which routes there are.
  public var routes = Routes.all

  /// A choice of routes.
  public enum Routes: Equatable, Sendable {
    case all
    case withoutMetrics
    case onlyMetrics
  }

  /// The settings of a node whose operator names none.
  public init() {}
}
