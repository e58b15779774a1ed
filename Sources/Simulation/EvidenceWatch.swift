import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica

/// Which offences honest nodes were shown, and which of them the chain has recorded.
///
/// An offence of a Byzantine member is **provable** when one honest ER Node has, in one life, all
/// that proves it, in a way in which it must look at it. Of votes: two good signatures of the
/// member, over statements that contradict each other (protocol §5), in PREPAREs, COMMITs,
/// VIEW-CHANGEs without a certificate, and proposals of view 0 that the node has not refused, which
/// the member itself has sent to that node, all of the height which that node worked at and had not
/// decided when they came, nor for `verificationMilliseconds` after; it was neither paused nor slow
/// meanwhile, has refused no message because too many waited, and the member has spoken of no more
/// than `viewsMax` views of that height (the oldest are forgotten). Of bundles: a badly signed
/// transaction that the node says it has found, and that evidence can carry.
///
/// The chain **owes** a record of a provable offence once the node that knows of it has stayed up
/// until things are healthy: what a node knows of offences is lost when it goes down before its
/// report is in a bundle.
struct EvidenceWatch {
  /// An offence that a node must report.
  struct Case: Hashable {
    let observer: Int
    let life: UInt64
    let member: Int
    let family: Offence.Family
  }

  /// Contradictions whose signatures a node has yet to verify.
  struct Fresh {
    let known: Case
    let height: UInt64
    let time: UInt64
    let isOfProposals: Bool
  }

  private struct Pair: Hashable {
    let observer: Int
    let member: Int
  }

  /// What a member has told a node of one height, in one life.
  private struct Told {
    var life: UInt64
    var height: UInt64
    var votes: [Vote] = []
    var views: Set<UInt64> = []
  }

  /// A node has verified what has come, this long after.
  static let verificationMilliseconds: UInt64 = 200
  static let viewsMax = 6

  private var told: [Pair: Told] = [:]
  private(set) var fresh: [Fresh] = []
  private(set) var owed: Set<Case> = []
  /// Those owed in which a member has signed two proposals for one view.
  private(set) var owedProposals: Set<Case> = []
  /// Messages that honest nodes have refused.
  var refusals: UInt64 = 0
  /// By the reports of honest nodes.
  private(set) var recorded: Set<RecordedOffence> = []

  /// A Byzantine member's frame has come to a node that works at a height; `place` is the member's
  /// index in the set of that height.
  mutating func told(
    _ message: ConsensusMessage, by member: Int, at place: Int, to observer: Int, life: UInt64,
    at height: UInt64,
    now: UInt64, isGood: (Vote) -> Bool
  ) {
    guard message.height == height else { return }
    let pair = Pair(observer: observer, member: member)
    var known = told[pair] ?? Told(life: life, height: height)
    if known.life != life || known.height != height { known = Told(life: life, height: height) }
    defer { told[pair] = known }
    known.views.formUnion(message.views(of: member))
    guard let vote = message.plainVote, Int(vote.member) == place,
      vote.view <= ConsensusLimits.viewMax, !known.votes.contains(vote), isGood(vote)
    else { return }
    known.votes.append(vote)
    guard known.views.count <= Self.viewsMax,
      let other = known.votes.first(where: { VoteEvidence($0, vote) != nil })
    else { return }
    let isOfProposals = [other, vote].allSatisfy { $0.statement.kind == .prePrepare }
    let found = Case(observer: observer, life: life, member: member, family: .votes)
    guard !owed.contains(found), !fresh.contains(where: { $0.known == found }) else { return }
    fresh.append(
      Fresh(known: found, height: height, time: now, isOfProposals: isOfProposals))
  }

  func isWaiting(for observer: Int) -> Bool { fresh.contains { $0.known.observer == observer } }

  /// Where a node works now: what it was shown in time it has verified.
  mutating func worked(_ observer: Int, at height: UInt64?, now: UInt64) {
    fresh.removeAll { entry in
      guard entry.known.observer == observer else { return false }
      guard now < entry.time + Self.verificationMilliseconds else {
        owed.insert(entry.known)
        if entry.isOfProposals { owedProposals.insert(entry.known) }
        return true
      }
      return entry.height != height
    }
  }

  /// A node stands still, is down, or has refused messages: what it has not verified is lost.
  mutating func interrupted(_ observer: Int) {
    fresh.removeAll { $0.known.observer == observer }
    for pair in told.keys where pair.observer == observer { told[pair] = nil }
  }

  /// A node has found a badly signed transaction in a bundle.
  mutating func found(_ offence: BundleOffence, by member: Int, observer: Int, life: UInt64) {
    guard case .badlySigned(let signed, let transaction, let proof) = offence,
      BundleEvidence(
        header: signed.header, signature: signed.signature, transaction: transaction, proof: proof)
        != nil
    else { return }
    owed.insert(Case(observer: observer, life: life, member: member, family: .bundles))
  }

  mutating func recorded(_ offence: RecordedOffence) { recorded.insert(offence) }
}

extension ConsensusMessage {
  /// The vote that a node takes in for itself, whatever else it thinks of the message.
  fileprivate var plainVote: Vote? {
    switch self {
    case .vote(let vote) where [.prepare, .commit].contains(vote.statement.kind): vote
    case .proposal(let message): message.vote
    case .viewChange(let message)
    where message.prepared == nil && message.vote.statement.content == .viewChange(prepared: nil):
      message.vote
    default: nil
    }
  }

  /// The views of which it shows a member's votes.
  fileprivate func views(of member: Int) -> [UInt64] {
    switch self {
    case .vote(let vote): [vote.view]
    case .proposal(let message): [message.vote.view]
    case .viewChange(let message): [message.vote.view]
    case .newView(let message): [message.vote.view]
    case .decided, .inquiry: []
    }
  }
}
