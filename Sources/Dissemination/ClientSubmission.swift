/// What one request of this node's own clients hands in.
public struct ClientSubmission: Sendable {
  /// Names the request in the answers.
  public let ticket: UInt64
  /// Each one transaction's bytes, not looked at yet.
  public let transactions: [ArraySlice<UInt8>]

  public init(ticket: UInt64, _ transactions: [ArraySlice<UInt8>]) {
    self.ticket = ticket
    self.transactions = transactions
  }
}
