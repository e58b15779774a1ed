public import LedgerCore

/// pBFT without I/O (protocol §5): decides one height after the other.
///
/// Everything that happens is an event with a time, everything it wants is an effect: sending,
/// storing, executing, signing, timers and signature verification. This shell routes messages by
/// height and has their signatures checked; `HeightMachine` decides a height.
///
/// Invariants:
/// - A message acts only after all its signatures are verified.
/// - What others make this node keep is bounded by `ConsensusLimits`, by peer.
/// - After a divergence nothing is signed until the process starts anew.
public struct ConsensusMachine: Sendable {
  let chain: ChainID
  let timing: ConsensusTiming
  var current: HeightMachine?
  var queue = CheckQueue()
  var future = FutureBuffer()
  /// Decided heights, ascending.
  var recent: [RecentDecision] = []
  /// The height decided last, for those who still work at it.
  private var last: Decided?
  private var badSignatures = PeerCounts()
  /// When each peer was last answered; answers with a block are limited on their own.
  private var answers = PeerCounts()
  private var blockAnswers = PeerCounts()
  /// When each peer was last greeted.
  private var greetings = PeerCounts()
  /// Whether f + 1 members, or a certificate, have contradicted this node's own execution.
  public private(set) var hasDiverged = false
  private var handsOver = false
  private var reportedAhead: UInt64 = 0
  private var lastWake: UInt64?

  /// A machine that waits for `.begin`.
  public init(chain: ChainID, timing: ConsensusTiming) {
    self.chain = chain
    self.timing = timing
  }

  /// The height at work or just decided; nil before the first `.begin`.
  public var height: UInt64? { current?.height }

  /// The current view of that height.
  public var view: UInt64? { current?.view }

  /// Whether that height is decided and the next has not begun.
  public var isDecided: Bool { current?.decision != nil }

  /// Whether this node signs votes: allowed by the replica, a member, and not diverged.
  public var isVoting: Bool { current?.mayVote ?? false }

  /// Takes one event. `now` is milliseconds since 1970; it may step back without harm.
  public mutating func step(_ event: ConsensusEvent, now: UInt64) -> [ConsensusEffect] {
    var effects: [ConsensusEffect] = []
    switch event {
    case .begin(let context): begin(context, now: now, &effects)
    case .message(let message, let peer): receive(message, from: peer, now: now, &effects)
    case .peerConnected(let peer): greet(peer, now: now, &effects)
    case .checked(let token, let verdicts):
      for (item, isGood) in queue.settle(token: token, verdicts) {
        if isGood {
          apply(item.message, from: item.peer, now: now, &effects)
        } else {
          let total = badSignatures.increment(item.peer)
          effects.append(.report(.badSignatures(from: item.peer, total: total)))
        }
      }
    case .proposalBuilt(let block, let view): current?.built(block, view: view)
    case .executed(let block, let result): current?.executed(block, result)
    case .signed(let vote): current?.signed(vote, now: now)
    case .signingRefused(let statement): current?.signingRefused(statement, now: now)
    case .persisted(let token): current?.persisted(token: token)
    case .mayVoteChanged(let allowed): current?.setMayVote(allowed, now: now)
    case .decidedCommits(let votes):
      for vote in votes { applyLate(vote, &effects) }
    case .handOverChanged(let hands):
      handsOver = hands
      current?.handsOver = hands
    case .tick: lastWake = nil
    }
    settle(now: now, &effects)
    return effects
  }

  private mutating func begin(
    _ context: HeightContext, now: UInt64, _ effects: inout [ConsensusEffect]
  ) {
    if let current, context.height <= current.height { return }
    var machine = HeightMachine(
      context, chain: chain, timing: timing, mayVote: !hasDiverged,
      firstToken: current?.nextToken ?? 1, now: now)
    machine.hasDiverged = hasDiverged
    machine.handsOver = handsOver
    current = machine
    lastWake = nil
    queue.drop(below: context.height)
    reportedAhead = 0
    let lateHeights = UInt64(ConsensusLimits.lateHeightsMax)
    recent.removeAll { $0.height.addingClamped(lateHeights) < context.height }
    for (message, peer) in future.take(context.height, members: context.set) {
      receive(message, from: peer, now: now, &effects)
    }
  }

  /// Lets the height act, takes its effects, and asks for what is next.
  private mutating func settle(now: UInt64, _ effects: inout [ConsensusEffect]) {
    act(now: now, &effects)
    if let check = queue.next() { effects.append(check) }
    if let wake = current?.nextInstant(after: now), wake != lastWake {
      lastWake = wake
      effects.append(.wake(at: wake))
    }
  }

  /// Lets the height apply its rules, takes its effects, and remembers its decision.
  private mutating func act(now: UInt64, _ effects: inout [ConsensusEffect]) {
    current?.settle(now: now)
    guard let fresh = current?.takeEffects() else { return }
    effects += fresh
    hasDiverged = hasDiverged || current?.hasDiverged ?? false
    guard let height, isDecided, recent.last?.height != height,
      let machine = current, let decision = machine.decision
    else { return }
    let others = fresh.compactMap { effect -> UInt16? in
      guard case .lateCommit(let commit, _) = effect else { return nil }
      return commit.member
    }
    recent.append(RecentDecision(decision.certificate, others: others, machine))
    last = decision
  }

  /// Whether this height is at work and undecided.
  private func isOpen(_ height: UInt64) -> Bool { height == self.height && !isDecided }

  private mutating func receive(
    _ message: ConsensusMessage, from peer: AccountID, now: UInt64,
    _ effects: inout [ConsensusEffect]
  ) {
    guard let height else { return }
    guard isOpen(message.height) else {
      if message.height > height {
        hold(message, from: peer, &effects)
      } else {
        receiveLate(message, from: peer, now: now, &effects)
      }
      return
    }
    if case .inquiry(let inquiry) = message {
      let pause = timing.retransmitMilliseconds / 2
      guard answers.isDue(peer, now: now, pause: pause) else { return }
      effects += (current?.answers(to: inquiry) ?? []).map { .send($0, to: peer) }
      return
    }
    switch current?.admission(of: message) {
    case nil, .known: break
    case .refused(let reason): effects.append(.report(.refused(reason, from: peer)))
    case .check(let checks) where checks.isEmpty: current?.apply(message, now: now)
    case .check(let checks): check(message, checks, from: peer, &effects)
    }
  }

  private mutating func check(
    _ message: ConsensusMessage, _ checks: [SignatureCheck], from peer: AccountID,
    _ effects: inout [ConsensusEffect]
  ) {
    if !queue.add(CheckQueue.Item(message: message, peer: peer, checks: checks)) {
      effects.append(.report(.refused(.tooMany, from: peer)))
    }
  }

  /// Takes in a message with good signatures, at the height it belongs to by now.
  private mutating func apply(
    _ message: ConsensusMessage, from peer: AccountID, now: UInt64,
    _ effects: inout [ConsensusEffect]
  ) {
    if isOpen(message.height) {
      current?.apply(message, now: now)
      // One verdict may bring several messages: the first quorum decides, the rest is late.
      act(now: now, &effects)
    } else if case .vote(let vote) = message {
      applyLate(vote, &effects)
    }
  }

  /// A verified vote for a decided height.
  private mutating func applyLate(_ vote: Vote, _ effects: inout [ConsensusEffect]) {
    guard let index = recent.firstIndex(where: { $0.height == vote.height }) else { return }
    if let evidence = recent[index].accuse(with: vote) {
      effects.append(.report(.evidence(evidence)))
    }
    if let commit = recent[index].take(vote) {
      effects.append(.lateCommit(commit, height: vote.height))
    }
  }

  private mutating func hold(
    _ message: ConsensusMessage, from peer: AccountID, _ effects: inout [ConsensusEffect]
  ) {
    guard let current else { return }
    future.hold(message, from: peer, current: current.height)
    let set = current.context.set
    guard
      let reached = future.heightReached(byAtLeast: set.faultyMax + 1, of: set.members),
      reached > current.height.addingClamped(1), reached > reportedAhead
    else { return }
    reportedAhead = reached
    effects.append(.report(.peersAhead(height: reached)))
  }

  /// A message for a decided height: a late COMMIT is taken, a vote that contradicts a known one is
  /// looked at, one who is stuck is answered.
  private mutating func receiveLate(
    _ message: ConsensusMessage, from peer: AccountID, now: UInt64,
    _ effects: inout [ConsensusEffect]
  ) {
    switch message {
    case .vote(let vote): checkLate(vote, from: peer, &effects)
    case .viewChange(let change):
      checkLate(change.vote, from: peer, &effects)
      answer(message.height, withBlock: false, to: peer, now: now, &effects)
    case .inquiry(let inquiry):
      answer(inquiry.height, withBlock: inquiry.needsBlock, to: peer, now: now, &effects)
    case .proposal(let proposal): checkLate(proposal.vote, from: peer, &effects)
    case .newView(let view):
      checkLate(view.vote, from: peer, &effects)
      checkLate(view.prePrepare, from: peer, &effects)
    case .decided: break
    }
  }

  private mutating func checkLate(
    _ vote: Vote, from peer: AccountID, _ effects: inout [ConsensusEffect]
  ) {
    guard let decision = recent.first(where: { $0.lacks(vote) || $0.isContradicted(by: vote) }),
      let signature = vote.check(in: decision.set)
    else { return }
    check(.vote(vote), [signature], from: peer, &effects)
  }

  /// Sends a member that has just connected what a retransmission would, which may be far off by
  /// now: once for a connection, and not more often than the answers to its inquiries where
  /// connections come and go.
  private mutating func greet(
    _ peer: AccountID, now: UInt64, _ effects: inout [ConsensusEffect]
  ) {
    guard let current, !isDecided, current.context.set.index(of: peer) != nil,
      greetings.isDue(peer, now: now, pause: timing.retransmitMilliseconds / 2)
    else { return }
    effects += current.repeated().map { .send($0, to: peer) }
  }

  private mutating func answer(
    _ height: UInt64, withBlock: Bool, to peer: AccountID, now: UInt64,
    _ effects: inout [ConsensusEffect]
  ) {
    let pause = timing.retransmitMilliseconds / 2
    let isDue =
      withBlock
      ? blockAnswers.isDue(peer, now: now, pause: pause)
      : answers.isDue(peer, now: now, pause: pause)
    guard isDue else { return }
    guard let last, last.certificate.height == height else {
      effects.append(.answerDecided(height: height, withBlock: withBlock, to: peer))
      return
    }
    let block = withBlock ? last.block : nil
    effects.append(.send(.decided(Decided(certificate: last.certificate, block: block)), to: peer))
  }
}
