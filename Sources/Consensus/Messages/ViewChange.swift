public import LedgerCore

/// A member's wish for a higher view, and beside it what it holds prepared.
public struct ViewChange: Hashable, Sendable {
  /// A VIEW-CHANGE.
  public let vote: Vote
  /// The record that the vote's reference names; nil when it names none.
  public let prepared: PreparedRecord?

  public init(vote: Vote, prepared: PreparedRecord?) {
    self.vote = vote
    self.prepared = prepared
  }

  /// Whether vote and record speak of the same prepared block, in an earlier view.
  var isConsistent: Bool {
    guard case .viewChange(let reference) = vote.statement.content, vote.view > 0 else {
      return false
    }
    return reference == prepared?.reference && (reference?.view ?? 0) < vote.view
      && (prepared?.certificate.height ?? vote.height) == vote.height
  }
}

extension ViewChange: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    vote = try Vote(from: &reader, kinds: [.viewChange])
    prepared = try reader.optional("prepared record")
  }

  public func encode(into writer: inout BCSWriter) {
    vote.encode(into: &writer)
    writer.optional(prepared)
  }
}
