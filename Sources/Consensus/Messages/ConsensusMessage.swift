public import LedgerCore

/// What members tell each other. Tags 0 … 5 in this order (protocol §5).
///
/// Nearly all are votes, and are moved often: what holds a block lies beside.
public enum ConsensusMessage: Hashable, Sendable {
  /// View 0's proposal.
  indirect case proposal(Proposal)
  /// A PREPARE or a COMMIT; or another's PRE-PREPARE, shown as proof.
  case vote(Vote)
  indirect case viewChange(ViewChange)
  /// A later view's proposal, with the quorum that brought the view in.
  indirect case newView(NewView)
  /// A decided height's certificate.
  indirect case decided(Decided)
  case inquiry(Inquiry)

  /// The height it is about.
  public var height: UInt64 {
    switch self {
    case .proposal(let message): message.vote.height
    case .vote(let vote): vote.height
    case .viewChange(let message): message.vote.height
    case .newView(let message): message.vote.height
    case .decided(let message): message.certificate.height
    case .inquiry(let message): message.height
    }
  }

  /// Reads one message that must fill the bytes exactly, at most
  /// `ConsensusLimits.messageBytesMax` of them.
  public init(decoding bytes: ArraySlice<UInt8>) throws(BCSError) {
    guard bytes.count <= ConsensusLimits.messageBytesMax else {
      throw BCSError(
        .lengthOutOfRange(
          length: UInt64(bytes.count), min: 1, max: ConsensusLimits.messageBytesMax),
        field: "consensus message", offset: 0)
    }
    try self.init(bcs: bytes)
  }
}

extension ConsensusMessage: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    switch try reader.uleb128("message kind") {
    case 0: self = .proposal(try Proposal(from: &reader))
    case 1: self = .vote(try Vote(from: &reader, kinds: [.prePrepare, .prepare, .commit]))
    case 2: self = .viewChange(try ViewChange(from: &reader))
    case 3: self = .newView(try NewView(from: &reader))
    case 4: self = .decided(try Decided(from: &reader))
    case 5: self = .inquiry(try Inquiry(from: &reader))
    case let tag: throw BCSError(.unknownTag(UInt64(tag)), field: "message kind", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    switch self {
    case .proposal(let message):
      writer.uleb128(0)
      message.encode(into: &writer)
    case .vote(let vote):
      writer.uleb128(1)
      vote.encode(into: &writer)
    case .viewChange(let message):
      writer.uleb128(2)
      message.encode(into: &writer)
    case .newView(let message):
      writer.uleb128(3)
      message.encode(into: &writer)
    case .decided(let message):
      writer.uleb128(4)
      message.encode(into: &writer)
    case .inquiry(let message):
      writer.uleb128(5)
      message.encode(into: &writer)
    }
  }
}

extension Vote {
  /// Reads a vote that must be of one of these kinds.
  init(from reader: inout BCSReader, kinds: [VoteKind]) throws(BCSError) {
    let start = reader.offset
    try self.init(from: &reader)
    guard kinds.contains(statement.kind) else {
      throw BCSError(.invalidValue, field: "vote kind", offset: start)
    }
  }
}

extension QuorumCertificate {
  /// Reads a certificate that must be of this kind.
  init(from reader: inout BCSReader, kind: Kind) throws(BCSError) {
    let start = reader.offset
    try self.init(from: &reader)
    guard self.kind == kind else {
      throw BCSError(.invalidValue, field: "certificate kind", offset: start)
    }
  }
}
