public import LedgerCore

/// Joining and catching up (protocol §5); no I/O.
///
/// A node follows when it knows the tips of a quorum, itself included, and is at the highest block
/// that is known to be final; else it is catching up. A height is known to be final by a verified
/// certificate, or because f + 1 members say so. One peer's unproven word makes this node ask it
/// for the next block, and nothing more: that block's certificate is of a set known here.
///
/// A full node has no account here. It follows when it knows the tip of one of those it follows and
/// is at the highest block known to be final; it asks for each next block at once. What it does
/// not know from them it learns late, never wrongly: every block comes with its certificate.
///
/// Blocks are asked of several peers at a time, verified by certificate in one check for many,
/// and handed out to be applied one by one, in order.
public struct CatchUpMachine: Sendable {
  /// What a check under way is for.
  enum Purpose: Sendable {
    /// A vote of this node that a peer told of in its greeting, with its tip where that does not
    /// count before. Another key than one that is known to be this node's proves no lie.
    case ownVote(Vote, Tip?, isKeyKnown: Bool, from: AccountID)
    case tip(height: UInt64, from: AccountID)
    /// The heights of blocks, each with its number of signatures, under the set of this hash.
    case blocks([(height: UInt64, signatures: Int)], set: Digest)
  }

  /// This node's account; nil for a full node.
  public let own: AccountID?
  public let chain: ChainID
  /// The block interval.
  public let intervalMilliseconds: UInt64
  /// Nil before the start.
  public internal(set) var mode: CatchUpMode?

  var isStarted = false
  var height: UInt64 = 0
  var certificate: QuorumCertificate?
  /// As `CatchUpStart.sets`.
  var sets: [ValidatorSet] = []
  /// Decides `height` + 1.
  var set: ValidatorSet?
  var setHash = Digest.zero
  var watermark: VotePosition?
  var isVoteLogMissing = false
  var peers = CatchUpPeers()
  var buffer = BlockBuffer()
  /// The block handed out to be applied.
  var applying: UInt64?
  /// The highest height with a verified certificate.
  var certifiedHeight: UInt64 = 0
  /// The highest vote of this node that a peer holds.
  var ownVoteSeen: VotePosition?
  /// The latest vote of each member, ascending by account.
  var latestVotes: [(account: AccountID, vote: Vote)] = []
  var checks: [UInt64: Purpose] = [:]
  var isCheckingTip = false
  var isCheckingBlocks = false
  /// Since when a higher block is said to be final.
  var behindSince: UInt64?
  /// Where and when catching up began.
  var began: (height: UInt64, at: UInt64)?
  var reportAt: UInt64 = 0
  var cursor = 0
  /// The votes this node may cast, settled when it follows first.
  var settled: (mayVoteFrom: UInt64, pause: VotingPause?)?
  var isDiverged = false
  private var lastToken: UInt64 = 0
  private var announcedWake: UInt64?
  /// Deadlines are counted by it: the clock may step back.
  private var clock = SteadyClock()
  var effects: [CatchUpEffect] = []

  /// `intervalMilliseconds` is the block interval of genesis.
  public init(own: AccountID?, chain: ChainID, intervalMilliseconds: UInt64) {
    self.own = own
    self.chain = chain
    self.intervalMilliseconds = max(1, intervalMilliseconds)
  }

  /// Takes one event at a time in milliseconds, from any origin; what is wanted done is returned in
  /// order.
  public mutating func step(_ event: CatchUpEvent, now time: UInt64) -> [CatchUpEffect] {
    let now = clock.advance(to: time)
    if clock.hasSteppedBack { announcedWake = nil }
    switch event {
    case .start(let start): begin(start)
    case .peerConnected(let peer): connected(peer)
    case .peerDisconnected(let peer): disconnected(peer, now: now)
    case .followerConnected(let peer): followerConnected(peer)
    case .followerDisconnected(let peer): peers.remove(peer)
    case .message(let message, let peer): receive(message, from: peer, now: now)
    case .checked(let token, let verdicts): checked(token, verdicts, now: now)
    case .decided(let certificate, let sets): advance(certificate, sets: sets)
    case .applyFailed(let height): if applying == height { diverge() }
    case .sawCertificate(let height): certifiedHeight = max(certifiedHeight, height)
    case .voteSeen(let vote, let account):
      // Votes are many, and change nothing here and now.
      note(vote, of: account)
      return []
    case .ownVoteDecided(let position): ownVoteDecided(position)
    case .tick: announcedWake = nil
    }
    if isStarted { pump(now: now) }
    defer { effects = [] }
    return effects
  }

  /// A member's latest vote, as heard since the start.
  public func latestVote(of account: AccountID) -> Vote? {
    latestVotes.first { $0.account == account }?.vote
  }

  /// How full everything is that others make this node keep.
  public var queues: [QueueFill] {
    [
      // The next block is always taken.
      QueueFill("blocks ahead", buffer.list.count, of: CatchUpLimits.bufferBlocksMax + 1),
      QueueFill("latest votes", latestVotes.count, of: 2 * Limits.validatorsMax),
      QueueFill("requests", peers.list.count { $0.request != nil }, of: CatchUpLimits.requestsMax),
    ]
  }

  mutating func token() -> UInt64 {
    lastToken += 1
    return lastToken
  }

  /// The certificate for the very next height means nothing for this long.
  var grace: UInt64 { min(intervalMilliseconds, CatchUpLimits.nextHeightGraceMillisecondsMax) }

  // MARK: start and advance

  private mutating func begin(_ start: CatchUpStart) {
    guard !isStarted else { return }
    isStarted = true
    height = start.height
    certificate = start.certificate
    take(start.sets)
    watermark = start.watermark
    isVoteLogMissing = start.isVoteLogMissing
    for peer in peers.list where peer.isConnected && isGreeted(peer) { greet(peer.account) }
  }

  private mutating func take(_ sets: [ValidatorSet]) {
    self.sets = sets
    let next = sets.last { $0.firstHeight <= height &+ 1 } ?? sets.first
    guard let next, next != set else { return }
    set = next
    setHash = next.hash(chain)
  }

  /// The set that decides a height, where that is known.
  func validators(at height: UInt64) -> ValidatorSet? {
    guard height <= self.height.addingReportingOverflow(2).partialValue else { return nil }
    return sets.last { $0.firstHeight <= height }
  }

  /// The same; for other heights the set that is nearest to it of those known.
  func nearestValidators(to height: UInt64) -> ValidatorSet? {
    sets.last { $0.firstHeight <= height } ?? sets.first
  }

  private mutating func advance(_ certificate: QuorumCertificate, sets: [ValidatorSet]) {
    guard isStarted, !isDiverged, certificate.height > height else { return }
    height = certificate.height
    self.certificate = certificate
    take(sets)
    certifiedHeight = max(certifiedHeight, height)
    if let applied = applying, applied <= height { applying = nil }
    let height = height
    buffer.removeAll { $0.block.height <= height }
    behindSince = nil
    if case .following = mode, own != nil {
      effects.append(.broadcast(.tip(Tip(certificate))))
    }
    // Followers fetch while this node catches up, too.
    if peers.list.contains(where: \.isFollower) {
      effects.append(.announce(.tip(Tip(certificate))))
    }
  }

  private mutating func diverge() {
    isDiverged = true
    applying = nil
    buffer.removeAll { _ in true }
  }

  // MARK: mode

  /// Does all that has become due or possible, and says when to be woken next.
  private mutating func pump(now: UInt64) {
    expireRequests(now: now)
    if claimedHeight(now: now) <= height, knownTarget(now: now) <= height {
      behindSince = nil
    } else if behindSince == nil {
      behindSince = now
    }
    if !isDiverged {
      checkTip(now: now)
      checkBlocks(now: now)
      applyNext()
      requestBlocks(now: now)
      judgeToldVotes(now: now)
    }
    settleMode(now: now)
    report(now: now)
    wake(now: now)
  }

  private mutating func settleMode(now: UInt64) {
    let next = currentMode(now: now)
    guard next != mode else { return }
    let wasFollowing = if case .following = mode { true } else { false }
    mode = next
    if case .catchingUp = next {
      if began == nil { began = (height, now) }
    } else {
      began = nil
    }
    effects.append(.mode(next))
    if case .following = next, !wasFollowing, own != nil, let certificate {
      effects.append(.broadcast(.tip(Tip(certificate))))
    }
  }

  private mutating func currentMode(now: UInt64) -> CatchUpMode {
    guard !isDiverged, let set else { return .diverged(height: height + 1) }
    let known = own == nil ? knownServers(now: now) : knownTips(now: now)
    let needed = own == nil ? 1 : set.quorum
    guard known >= needed, settled != nil || !isCheckingOwnVote else {
      return .catchingUp(.tipsUnknown(known: known, quorum: needed))
    }
    let target = knownTarget(now: now)
    if target > height, !isInGrace(target, now: now) { return .catchingUp(.behind(target: target)) }
    let (mayVoteFrom, pause) = settled ?? settle()
    settled = (mayVoteFrom, pause)
    return .following(mayVoteFrom: mayVoteFrom, pause)
  }

  /// Whether the next height, said to be final, is still left to this node's own consensus.
  func isInGrace(_ target: UInt64, now: UInt64) -> Bool {
    guard case .following = mode, target == height + 1, let since = behindSince else {
      return false
    }
    return now < since + grace
  }

  /// Whether a vote that a peer told of is not judged yet.
  private var isCheckingOwnVote: Bool {
    checks.values.contains { if case .ownVote = $0 { true } else { false } }
  }

  /// Whether a peer's tip waits for the verdict on the vote it was told with.
  func isWithheld(_ peer: AccountID) -> Bool {
    checks.values.contains { if case .ownVote(_, _?, _, peer) = $0 { true } else { false } }
  }

  /// From which height this node votes, having reached the tip for the first time.
  private func settle() -> (mayVoteFrom: UInt64, pause: VotingPause?) {
    if own == nil { return (.max, .fullNode) }
    let isNewNetwork = height == 0 && ownVoteSeen == nil
    let pause: VotingPause? =
      if isVoteLogMissing, !isNewNetwork {
        .voteLogMissing
      } else if let seen = ownVoteSeen, watermark.map({ seen > $0 }) ?? true {
        .voteAboveWatermark(seen)
      } else {
        nil
      }
    guard pause != nil else { return (height + 1, nil) }
    // Above any height it is known to have voted at, too.
    let afterSeen = ownVoteSeen.map { $0.height == .max ? .max : $0.height + 1 } ?? 0
    return (max(height + CatchUpLimits.quietHeights, afterSeen), pause)
  }

  private mutating func ownVoteDecided(_ position: VotePosition) {
    guard let settled else {
      guard isVoteLogMissing || watermark.map({ position > $0 }) ?? true else { return }
      ownVoteSeen = max(ownVoteSeen ?? position, position)
      return
    }
    // A header carries the COMMITs of the height before, or late ones: the next COMMIT after this
    // is seen up to two heights after its own. Once it has begun to vote, the votes in blocks are
    // its own.
    let next = position.height.addingReportingOverflow(CatchUpLimits.quietHeights + 1)
    guard settled.pause != nil, settled.pause != .fullNode, height < settled.mayVoteFrom,
      !next.overflow, next.partialValue > settled.mayVoteFrom
    else { return }
    self.settled = (next.partialValue, .voteAboveWatermark(position))
  }

  // MARK: progress and time

  private mutating func report(now: UInt64) {
    guard case .catchingUp(.behind(let target)) = mode, reportAt <= now, let began else { return }
    reportAt = now + CatchUpLimits.reportMilliseconds
    let blocks = height - began.height
    let elapsed = now - began.at
    let left = (target - height).multipliedReportingOverflow(by: elapsed)
    effects.append(
      .report(
        CatchUpProgress(
          height: height, target: target,
          blocksPerKilosecond: elapsed == 0 ? 0 : blocks &* 1_000_000 / elapsed,
          millisecondsLeft: blocks == 0 || left.overflow ? nil : left.partialValue / blocks)))
  }

  private mutating func wake(now: UInt64) {
    var deadlines: [UInt64] = []
    let target = max(knownTarget(now: now), claimedHeight(now: now))
    for index in peers.list.indices {
      if let request = peers.list[index].request { deadlines.append(request.deadline) }
      if !peers.list[index].isConnected, peers.list[index].tip != nil {
        deadlines.append(peers.list[index].disconnectedAt + intervalMilliseconds)
      }
      if target > height || peers.list[index].distrustedUntil > now {
        deadlines += [peers.list[index].idleUntil, peers.list[index].distrustedUntil]
      }
    }
    if let behindSince { deadlines.append(behindSince + grace) }
    if case .catchingUp(.behind) = mode { deadlines.append(reportAt) }
    guard let next = deadlines.filter({ $0 > now }).min() else { return }
    if let announced = announcedWake, announced <= next, announced > now { return }
    announcedWake = next
    effects.append(.wake(at: clock.instant(of: next)))
  }
}
