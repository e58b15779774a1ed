import LedgerCore

/// What a simulation saw.
public struct SimulationReport: Sendable, Encodable {
  public let seed: UInt64
  /// ER Nodes.
  public let nodes: Int
  public let fullNodes: Int
  /// Byzantine members, ascending; empty where everybody is honest.
  public let byzantine: [ByzantineMember]
  /// How sets were to change.
  public let setChanges: SetChanges
  /// How those sets that decided a height followed each other.
  public let sets: SetCounts
  /// Members of the smallest and of the largest of them.
  public let membersMin: Int
  public let membersMax: Int
  /// The highest final height.
  public let heights: UInt64
  public let events: UInt64
  /// How long the network ran, by its own clock.
  public let simulatedMilliseconds: UInt64
  /// Blocks that were decided in a later view than the first.
  public let viewChanges: UInt64
  /// Turns that a paused primary gave away.
  public let turnsHandedOver: UInt64
  /// Faults that began, by kind.
  public let faults: [FaultCount]
  public let crashes: UInt64
  /// Disks that were wiped or held again what they held before.
  public let disksSetBack: UInt64
  /// Nodes that vote no more because they took a forgotten vote of theirs for another process's.
  public let keysStopped: UInt64
  /// Starts that a node refused because of a damaged disk.
  public let startsRefused: UInt64
  /// Writes on their way that a crash took.
  public let writesLost: UInt64
  public let framesSent: UInt64
  public let framesLost: UInt64
  /// Frames that a clogged link kept, and old ones that came once more.
  public let framesHeld: UInt64
  public let framesReplayed: UInt64
  public let transactionsSubmitted: UInt64
  /// Of these, acknowledged by f + 1 ER Nodes: by their own word, or by that of a node that a full
  /// node follows.
  public let transactionsAccepted: UInt64
  /// Of all, in a final block.
  public let transactionsFinal: UInt64
  /// Of these, taken by a full node and relayed.
  public let transactionsRelayed: UInt64
  /// From the end of all faults, a quorum's return, or the height before, until every healthy node
  /// had gained a height: the longest.
  public let livenessMilliseconds: UInt64
  /// The same in thousandths of the view timeout that nodes had come to when it began.
  public let livenessPermille: UInt64
  /// SHA-256 over everything that happened, in order: two runs of one seed agree in it.
  public let logHash: String
  /// Offences of Byzantine members that a block has recorded.
  public let offencesRecorded: UInt64
  /// Members whose offence a node knew that then stayed up to the end.
  public let provableOffenders: UInt64
  /// Those of them that were known to have signed two proposals for one view.
  public let proposalOffenders: UInt64
  /// Empty when every invariant held. The run ends with the event that broke one.
  public let violations: [Violation]

  init(_ world: World) {
    let (counts, checker, clients) = (world.counts, world.checker, world.clients)
    seed = world.seed
    nodes = world.erNodes
    fullNodes = world.nodes.count(where: \.isFull)
    byzantine = world.byzantineMembers
    setChanges = world.setChanges
    let sets = world.sets.list.filter { $0.firstHeight <= checker.height }
    self.sets = world.setCounts(sets)
    membersMin = sets.map(\.count).min() ?? world.erNodes
    membersMax = sets.map(\.count).max() ?? world.erNodes
    heights = checker.height
    events = counts.events
    simulatedMilliseconds = world.elapsed
    viewChanges = UInt64(checker.finals.count { $0.view > 0 })
    turnsHandedOver = counts.turnsHandedOver
    faults = FaultKind.allCases.compactMap { kind in
      world.plan.counts[kind].map { FaultCount(kind: kind, count: $0) }
    }
    crashes = counts.crashes
    disksSetBack = counts.disksSetBack
    keysStopped = counts.keysStopped
    startsRefused = counts.startsRefused
    writesLost = counts.writesLost
    framesSent = counts.framesSent
    framesLost = counts.framesLost
    framesHeld = counts.framesHeld
    framesReplayed = counts.framesReplayed
    transactionsSubmitted = UInt64(clients.ids.count)
    transactionsAccepted = UInt64(clients.acceptedCount)
    transactionsFinal = UInt64(checker.executedAt.count)
    transactionsRelayed = UInt64(
      checker.executedAt.keys.count { clients.sent[$0]?.relayedBy.isEmpty == false })
    livenessMilliseconds = counts.livenessMilliseconds
    livenessPermille = counts.livenessPermille
    offencesRecorded = UInt64(checker.evidence.recorded.count)
    let owed = world.owedEvidence()
    provableOffenders = UInt64(Set(owed.map(\.member)).count)
    let proposals = checker.evidence.owedProposals.intersection(owed)
    proposalOffenders = UInt64(Set(proposals.map(\.member)).count)
    logHash = world.eventLog.finish().hex
    violations = checker.violations
  }
}

/// How often a kind of fault began.
public struct FaultCount: Hashable, Sendable, Encodable {
  public let kind: FaultKind
  public let count: UInt64
}

/// An invariant that did not hold.
public struct Violation: Hashable, Sendable, Encodable {
  public let invariant: Invariant
  /// What happened when it broke: its number in the run, and what it was.
  public let event: UInt64
  public let milliseconds: UInt64
  /// The nodes concerned.
  public let nodes: [Int]
  /// What was found, with numbers.
  public let detail: String
}

/// What must hold after every event.
public enum Invariant: String, Sendable, CaseIterable, Encodable {
  /// No two nodes finalise different blocks at one height.
  case agreement
  /// A final block follows the one before it.
  case chain
  /// A final block's certificate is a quorum's, every signature good.
  case certificate
  /// A node finalises height after height, and a crash takes nothing back.
  case height
  /// No node signs two statements for one position, nor denies a COMMIT.
  case votes
  /// Equal blocks give equal roots, receipts and statements; a store holds what the root says.
  case roots
  /// 300,000,000 ECO2, no more and no less.
  case supply
  /// ECC and what was consumed are what the reserve's lots held; dues are accounted for.
  case carbon
  /// A sequence of an account is executed at most once.
  case replay
  /// An accepted transaction ends final or expired, and so does what a full node took and did not
  /// crash since; a submission is answered.
  case transactions
  /// A full node signs nothing, makes nothing final before an ER Node has, and holds the same
  /// blocks and state.
  case fullNodes
  /// What honest nodes were shown of an offence is recorded in the state, and against nobody else.
  case evidence
  /// Nothing is decided while no quorum is up.
  case quorum
  /// What a node keeps for others stays within its limits.
  case bounds
  /// No node stops, and none accuses an honest one.
  case health
  /// On a healthy network every node makes progress in bounded time.
  case liveness
}
