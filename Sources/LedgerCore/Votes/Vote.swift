/// The five kinds of vote, in the order of the watermark (protocol §5).
public enum VoteKind: UInt8, Comparable, Sendable, CaseIterable {
  case viewChange = 0
  case newView = 1
  case prePrepare = 2
  case prepare = 3
  case commit = 4

  /// The tag that separates this kind's signatures from all others.
  public var domain: SigningDomain {
    switch self {
    case .viewChange: .viewChange
    case .newView: .newView
    case .prePrepare: .prePrepare
    case .prepare: .prepare
    case .commit: .commit
    }
  }

  public static func < (left: VoteKind, right: VoteKind) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// Where a vote stands: one node signs at most one statement for each position, and only upwards.
public struct VotePosition: Hashable, Comparable, Sendable {
  public let height: UInt64
  public let view: UInt64
  public let kind: VoteKind

  public init(height: UInt64, view: UInt64, kind: VoteKind) {
    self.height = height
    self.view = view
    self.kind = kind
  }

  public static func < (left: VotePosition, right: VotePosition) -> Bool {
    (left.height, left.view, left.kind) < (right.height, right.view, right.kind)
  }
}

/// What a member says by voting.
public struct VoteStatement: Hashable, Sendable {
  /// The kinds' contents.
  public enum Content: Hashable, Sendable {
    /// The highest view of this height in which the member holds a prepared certificate, and its
    /// block; nil when it holds none.
    case viewChange(prepared: PreparedReference?)
    /// Digest over the quorum of view changes, and the block proposed.
    case newView(viewChanges: Digest, block: Digest)
    case prePrepare(block: Digest)
    case prepare(block: Digest, stateRoot: Digest)
    case commit(block: Digest, stateRoot: Digest)
  }

  public let height: UInt64
  public let view: UInt64
  public let content: Content

  public init(height: UInt64, view: UInt64, content: Content) {
    self.height = height
    self.view = view
    self.content = content
  }

  /// The kind of vote that says this.
  public var kind: VoteKind {
    switch content {
    case .viewChange: .viewChange
    case .newView: .newView
    case .prePrepare: .prePrepare
    case .prepare: .prepare
    case .commit: .commit
    }
  }

  /// Where the vote stands in the watermark's order.
  public var position: VotePosition { VotePosition(height: height, view: view, kind: kind) }

  /// The message that is signed, after the kind's tag and the genesis hash.
  public var message: [UInt8] {
    var writer = BCSWriter(reserving: 96)
    writer.u64(height)
    writer.u64(view)
    switch content {
    case .viewChange(let prepared): writer.optional(prepared)
    case .newView(let viewChanges, let block):
      viewChanges.encode(into: &writer)
      block.encode(into: &writer)
    case .prePrepare(let block): block.encode(into: &writer)
    case .prepare(let block, let stateRoot), .commit(let block, let stateRoot):
      block.encode(into: &writer)
      stateRoot.encode(into: &writer)
    }
    return writer.bytes
  }

  /// What precedes the message when it is signed.
  public func prefix(_ chain: ChainID) -> [UInt8] { kind.domain.prefix(chain) }
}

/// A prepared block, by view and hash.
public struct PreparedReference: Hashable, Sendable, BCSCodable {
  public let view: UInt64
  public let block: Digest

  public init(view: UInt64, block: Digest) {
    self.view = view
    self.block = block
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    view = try reader.u64("prepared view")
    block = try Digest(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(view)
    block.encode(into: &writer)
  }
}

/// A member's signed statement.
public struct Vote: Hashable, Sendable {
  public let statement: VoteStatement
  /// Index in the set that decides the height.
  public let member: UInt16
  public let signature: Signature

  public init(statement: VoteStatement, member: UInt16, signature: Signature) {
    self.statement = statement
    self.member = member
    self.signature = signature
  }

  /// The height voted on.
  public var height: UInt64 { statement.height }
  /// The view voted in.
  public var view: UInt64 { statement.view }
}

extension Vote: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let tag = try reader.uleb128("vote kind")
    let height = try reader.u64("height")
    let view = try reader.u64("view")
    let content: VoteStatement.Content
    switch tag {
    case 0: content = .viewChange(prepared: try reader.optional("prepared"))
    case 1:
      content = .newView(viewChanges: try Digest(from: &reader), block: try Digest(from: &reader))
    case 2: content = .prePrepare(block: try Digest(from: &reader))
    case 3:
      content = .prepare(block: try Digest(from: &reader), stateRoot: try Digest(from: &reader))
    case 4:
      content = .commit(block: try Digest(from: &reader), stateRoot: try Digest(from: &reader))
    default: throw BCSError(.unknownTag(UInt64(tag)), field: "vote kind", offset: start)
    }
    statement = VoteStatement(height: height, view: view, content: content)
    member = try reader.u16("member")
    signature = try Signature(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(UInt32(statement.kind.rawValue))
    writer.raw(statement.message)
    writer.u16(member)
    signature.encode(into: &writer)
  }
}
