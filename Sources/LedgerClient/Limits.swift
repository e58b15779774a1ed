import NodeAnswers

/// Bounds of what the client accepts, keeps and waits for, in one place.
public enum ClientLimits {
  // MARK: Answers

  /// A JSON answer about one thing.
  public static let answerBytesMax = 4 * 1024 * 1024
  /// A page, or an answer about many transactions.
  public static let listAnswerBytesMax = 64 * 1024 * 1024
  /// Bytes asked for as bytes: a genesis document is the longest.
  public static let rawAnswerBytesMax = 64 * 1024 * 1024
  /// One event of a stream: a transaction with its contents.
  public static let eventBytesMax = 1024 * 1024
  /// What an error answer's sentence may hold.
  public static let sentenceCharactersMax = 1_000
  /// What an account's address in an answer may hold; longer ones are cut.
  public static let addressCharactersMax = 128

  // MARK: Connections

  /// Connections to one node, those that wait for an answer included.
  public static let connectionsPerNodeMax = 64
  /// Requests that wait for a connection to one node.
  public static let requestsQueuedMax = 4_096
  /// Nodes of one client.
  public static let nodesMax = 64

  // MARK: Times

  public static let connectTimeoutMilliseconds: Int64 = 5_000
  /// For an answer that costs a node little.
  public static let readTimeoutMilliseconds: Int64 = 10_000
  /// For a page, a block's contents or a genesis document.
  public static let listTimeoutMilliseconds: Int64 = 30_000
  /// A wait at a node for a transaction's end, with some time for the way.
  public static let waitTimeoutMilliseconds = Int64(SubmissionFormat.waitMillisecondsMax) + 10_000
  /// A stream on which nothing came for so long, not even a comment, is opened anew elsewhere.
  public static let streamSilenceMilliseconds: Int64 = 60_000

  // MARK: Failing nodes

  /// The pause after a node's first failure; doubles with each further one.
  public static let backoffMillisecondsMin: Int64 = 250
  public static let backoffMillisecondsMax: Int64 = 30_000
  /// The longest that a node's `Retry-After` is heeded.
  public static let retryAfterMillisecondsMax: Int64 = 30_000
  /// For how long a node that gave a false proof is not asked.
  public static let distrustMilliseconds: Int64 = 600_000
  /// How old the knowledge of the nodes' heights may be before they are asked anew.
  public static let standingMillisecondsMax: Int64 = 2_000
}
