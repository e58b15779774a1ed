public import LedgerCore

/// View 0's proposal: the primary's PRE-PREPARE and its block.
public struct Proposal: Hashable, Sendable {
  /// A PRE-PREPARE for the block's hash.
  public let vote: Vote
  public let block: Block

  public init(vote: Vote, block: Block) {
    self.vote = vote
    self.block = block
  }
}

extension Proposal: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    vote = try Vote(from: &reader, kinds: [.prePrepare])
    block = try Block(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    vote.encode(into: &writer)
    block.encode(into: &writer)
  }
}
