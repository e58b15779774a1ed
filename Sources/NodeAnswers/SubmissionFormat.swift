/// How transactions travel to `POST /v1/transactions`, and its limits.
public enum SubmissionFormat {
  /// One transaction's bytes.
  public static let oneContentType = "application/vnd.eco2.transaction+bcs"
  /// A BCS list of byte strings, each one transaction.
  public static let listContentType = "application/vnd.eco2.transactions+bcs"
  /// A BCS list of 32-byte transaction ids.
  public static let idsContentType = "application/vnd.eco2.transaction-ids+bcs"
  /// Transactions, or ids, in one request.
  public static let transactionsMax = 4_096
  /// Bytes of one request's body.
  public static let bodyBytesMax = 4 * 1024 * 1024
  /// How long a request may wait for `accepted` or `final`.
  public static let waitMillisecondsMax = 120_000
}
