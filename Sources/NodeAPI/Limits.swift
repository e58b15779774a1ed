/// Bounds of what clients can keep open; bodies are bounded by `SubmissionFormat`.
enum APILimits {
  /// Connections at a time; more wait in the system's queue until one closes.
  static let connectionsMax = 512
  /// A connection on which no request is being answered, and nothing arrives, ends after this.
  static let idleTimeoutSeconds: Int64 = 60
  /// Bytes of one header, and of all headers of a request.
  static let headerBytesMax = 16 * 1024
  /// Headers of a request.
  static let headersMax = 64
}
