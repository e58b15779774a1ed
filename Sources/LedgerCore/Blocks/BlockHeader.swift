/// What a block is: everything before its own execution (protocol §5). Version tag 0.
///
/// The view is not in it, and nothing computed by the block's own execution.
public struct BlockHeader: Hashable, Sendable {
  public var height: UInt64
  /// Milliseconds since 1970-01-01 UTC: genesis time plus a multiple of the interval.
  public var timestamp: UInt64
  /// The primary that first proposed the block, unchanged when it is proposed again.
  public var author: AccountID
  /// Hash of the parent's header; the genesis hash for block 1.
  public var parent: Digest
  /// RFC 6962 root over the bundle runs.
  public var bundlesRoot: Digest
  /// Hash of the set that decides this height, from the state after height − 1.
  public var validatorsHash: Digest
  /// Hash of the set that decides height + 1, from the state after height − 1.
  public var nextValidatorsHash: Digest
  public var parentRoots: StateRoots
  public var parentStatement: CarbonStatement
  /// Every valid COMMIT for the parent known to the author, at least a quorum of one view; empty
  /// for block 1. Strictly ascending by member.
  public var parentCommits: [CommitSignature]
  /// COMMITs for blocks before the parent that no header carried yet, by descending height.
  public var lateCommits: [LateCommits]

  public init(
    height: UInt64, timestamp: UInt64, author: AccountID, parent: Digest, bundlesRoot: Digest,
    validatorsHash: Digest, nextValidatorsHash: Digest, parentRoots: StateRoots,
    parentStatement: CarbonStatement, parentCommits: [CommitSignature],
    lateCommits: [LateCommits]
  ) {
    self.height = height
    self.timestamp = timestamp
    self.author = author
    self.parent = parent
    self.bundlesRoot = bundlesRoot
    self.validatorsHash = validatorsHash
    self.nextValidatorsHash = nextValidatorsHash
    self.parentRoots = parentRoots
    self.parentStatement = parentStatement
    self.parentCommits = parentCommits
    self.lateCommits = lateCommits
  }

  /// The block hash: SHA-256 of tag, genesis hash and header.
  public func hash(_ chain: ChainID) -> Digest { SigningDomain.block.digest(chain, bcs) }
}

/// What execution of a block computes.
public struct StateRoots: Hashable, Sendable, BCSCodable {
  /// Root of the ICS-23 state tree after the block.
  public let state: Digest
  /// RFC 6962 root over the block's transactions, in order of execution.
  public let transactions: Digest
  /// RFC 6962 root over the block's receipts.
  public let receipts: Digest

  public init(state: Digest, transactions: Digest, receipts: Digest) {
    self.state = state
    self.transactions = transactions
    self.receipts = receipts
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    state = try Digest(from: &reader)
    transactions = try Digest(from: &reader)
    receipts = try Digest(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    state.encode(into: &writer)
    transactions.encode(into: &writer)
    receipts.encode(into: &writer)
  }
}

/// One member's COMMIT for a block that the context names.
public struct CommitSignature: Hashable, Sendable, BCSCodable {
  /// Index in the set that decided the height.
  public let member: UInt16
  public let view: UInt64
  public let signature: Signature

  public init(member: UInt16, view: UInt64, signature: Signature) {
    self.member = member
    self.view = view
    self.signature = signature
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    member = try reader.u16("member")
    view = try reader.u64("view")
    signature = try Signature(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u16(member)
    writer.u64(view)
    signature.encode(into: &writer)
  }
}

/// COMMITs that arrived after the next block had been proposed.
public struct LateCommits: Hashable, Sendable, BCSCodable {
  public let height: UInt64
  /// Strictly ascending by member.
  public let commits: [CommitSignature]

  public init(height: UInt64, commits: [CommitSignature]) {
    self.height = height
    self.commits = commits
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
    commits = try reader.commitSignatures(in: 1...Limits.validatorsMax, "late commits")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(height)
    writer.list(commits)
  }
}

extension BCSReader {
  mutating func commitSignatures(in range: ClosedRange<Int>, _ field: String)
    throws(BCSError) -> [CommitSignature]
  {
    let start = offset
    let list = try list(of: CommitSignature.self, in: range, field)
    guard zip(list, list.dropFirst()).allSatisfy({ $0.member < $1.member }) else {
      throw BCSError(.unsorted, field: field, offset: start)
    }
    return list
  }
}

extension BlockHeader: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let version = try reader.uleb128("header version")
    guard version == 0 else {
      throw BCSError(.unknownTag(UInt64(version)), field: "header version", offset: start)
    }
    height = try reader.u64("height")
    timestamp = try reader.u64("timestamp")
    author = try AccountID(from: &reader)
    parent = try Digest(from: &reader)
    bundlesRoot = try Digest(from: &reader)
    validatorsHash = try Digest(from: &reader)
    nextValidatorsHash = try Digest(from: &reader)
    parentRoots = try StateRoots(from: &reader)
    parentStatement = try CarbonStatement(from: &reader)
    parentCommits = try reader.commitSignatures(
      in: 0...Limits.validatorsMax, "parent commits")
    let lateStart = reader.offset
    lateCommits = try reader.list(
      in: 0...Int(Limits.lateCommitHeightsMax), "late commits")
    guard zip(lateCommits, lateCommits.dropFirst()).allSatisfy({ $0.height > $1.height }) else {
      throw BCSError(.unsorted, field: "late commits", offset: lateStart)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(0)
    writer.u64(height)
    writer.u64(timestamp)
    author.encode(into: &writer)
    parent.encode(into: &writer)
    bundlesRoot.encode(into: &writer)
    validatorsHash.encode(into: &writer)
    nextValidatorsHash.encode(into: &writer)
    parentRoots.encode(into: &writer)
    parentStatement.encode(into: &writer)
    writer.list(parentCommits)
    writer.list(lateCommits)
  }
}
