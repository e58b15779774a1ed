public import LedgerCore

/// All that consensus needs to know to decide one height; the replica gives it with `.begin`.
public struct HeightContext: Sendable {
  public let height: UInt64
  /// The set that decides this height.
  public let set: ValidatorSet
  /// This node's index in the set; nil for one that only follows.
  public let own: Int?
  /// Members' indices in the order in which they lead: view v is led by entry v mod count. From
  /// `Schedule.primaries`.
  public let primaries: [Int]
  /// Hash of the parent's header; the genesis hash for block 1.
  public let parent: Digest
  /// Of the parent, milliseconds; genesis time for block 1.
  public let parentTimestamp: UInt64
  /// False while catching up, or while the vote log is missing: then nothing is signed and no view
  /// timer runs, but decisions are followed.
  public let mayVote: Bool
  /// The highest position this node's key has ever signed; nil when it has signed nothing.
  public let watermark: VotePosition?
  /// This node's own votes of this height from before a restart.
  public let ownVotes: [Vote]
  /// What `.persistPrepared` stored last for this height, after a restart.
  public let prepared: PreparedRecord?
  /// What the simulator changes; a node's is `.none`.
  package var rehearsal = Rehearsal.none

  /// Nil when an index is not one of the set's, or nobody leads.
  public init?(
    height: UInt64, set: ValidatorSet, own: Int?, primaries: [Int], parent: Digest,
    parentTimestamp: UInt64, mayVote: Bool, watermark: VotePosition? = nil, ownVotes: [Vote] = [],
    prepared: PreparedRecord? = nil
  ) {
    let members = 0..<set.count
    guard !primaries.isEmpty, primaries.allSatisfy(members.contains),
      own.map(members.contains) ?? true, height < UInt64.max
    else { return nil }
    self.height = height
    self.set = set
    self.own = own
    self.primaries = primaries
    self.parent = parent
    self.parentTimestamp = parentTimestamp
    self.mayVote = mayVote
    self.watermark = watermark
    self.ownVotes = ownVotes
    self.prepared = prepared
  }

  /// The index of the member that leads a view.
  public func primary(of view: UInt64) -> Int {
    primaries[Int(view % UInt64(primaries.count))]
  }

  /// Whether this node leads a view.
  func leads(_ view: UInt64) -> Bool { own == primary(of: view) }
}
