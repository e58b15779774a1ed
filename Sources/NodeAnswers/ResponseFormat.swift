/// The types of what a node answers and takes beside JSON: the bytes of the chain itself, in BCS.
public enum ResponseFormat {
  public static let json = "application/json"
  public static let problem = "application/problem+json"
  public static let events = "text/event-stream"
  public static let metrics = "text/plain; version=0.0.4; charset=utf-8"
  public static let transaction = SubmissionFormat.oneContentType
  public static let transactionBody = "application/vnd.eco2.transaction-body+bcs"
  public static let block = "application/vnd.eco2.block+bcs"
  public static let header = "application/vnd.eco2.header+bcs"
  public static let certificate = "application/vnd.eco2.certificate+bcs"
  public static let bundle = "application/vnd.eco2.bundle+bcs"
  public static let receipts = "application/vnd.eco2.receipts+bcs"
  public static let genesis = "application/vnd.eco2.genesis+bcs"

  /// Receipts in one answer: 4 MiB or less.
  public static let receiptsMax = 65_536
}
