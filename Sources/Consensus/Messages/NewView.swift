public import LedgerCore

/// A later view's proposal: the quorum of view changes that brings the view in, and the block that
/// follows from them.
///
/// Where any of the view changes names a prepared block, the block is the one prepared in the
/// highest view, and its certificate stands beside it; otherwise it is a fresh one.
public struct NewView: Hashable, Sendable {
  /// A NEW-VIEW over the digest of the view changes and the block's hash.
  public let vote: Vote
  /// A quorum of VIEW-CHANGEs for exactly this view, strictly ascending by member.
  public let viewChanges: [Vote]
  /// The PREPAREs of the highest prepared view among them; nil when none is prepared.
  public let certificate: QuorumCertificate?
  /// A PRE-PREPARE for the block's hash.
  public let prePrepare: Vote
  public let block: Block

  public init(
    vote: Vote, viewChanges: [Vote], certificate: QuorumCertificate?, prePrepare: Vote,
    block: Block
  ) {
    self.vote = vote
    self.viewChanges = viewChanges
    self.certificate = certificate
    self.prePrepare = prePrepare
    self.block = block
  }

  public var view: UInt64 { vote.view }

  /// What a NEW-VIEW vote names of its view changes: SHA-256 of the NEW-VIEW tag, the genesis hash
  /// and the encoded list.
  public static func digest(of viewChanges: [Vote], chain: ChainID) -> Digest {
    var writer = BCSWriter(reserving: viewChanges.count * 128)
    writer.list(viewChanges)
    return SigningDomain.newView.digest(chain, writer.bytes)
  }

  /// The highest prepared view that any of the view changes names; nil when none is prepared.
  static func highestPrepared(in viewChanges: [Vote]) -> PreparedReference? {
    var highest: PreparedReference?
    for vote in viewChanges {
      guard case .viewChange(let prepared?) = vote.statement.content else { continue }
      if prepared.view >= (highest?.view ?? 0) { highest = prepared }
    }
    return highest
  }
}

extension NewView: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    vote = try Vote(from: &reader, kinds: [.newView])
    let start = reader.offset
    let count = try reader.length(in: 1...Limits.validatorsMax, "view changes")
    var votes: [Vote] = []
    for _ in 0..<count { votes.append(try Vote(from: &reader, kinds: [.viewChange])) }
    guard zip(votes, votes.dropFirst()).allSatisfy({ $0.member < $1.member }) else {
      throw BCSError(.unsorted, field: "view changes", offset: start)
    }
    viewChanges = votes
    certificate =
      try reader.isPresent("certificate")
      ? QuorumCertificate(from: &reader, kind: .prepare) : nil
    prePrepare = try Vote(from: &reader, kinds: [.prePrepare])
    block = try Block(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    vote.encode(into: &writer)
    writer.list(viewChanges)
    writer.optional(certificate)
    prePrepare.encode(into: &writer)
    block.encode(into: &writer)
  }
}
