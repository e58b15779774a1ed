import Consensus
import LedgerCore

/// Many machines in one thread on a seed: effects become events, after delays drawn from the seed.
///
/// Checked at every step: agreement on block and root of each height, certificates that verify, and
/// that no honest disk ever signs two statements for a position or one below its watermark.
struct TestNetwork {
  /// How the network treats messages until `until`; afterwards nothing is lost.
  struct Faults {
    var lossPerMille: UInt64 = 0
    var delayMaxMilliseconds: UInt64 = 20
    var until: UInt64 = 0
  }

  private enum Happening {
    case pause(Bool)
    case event(ConsensusEvent)
    case delivery(ConsensusMessage, from: Int)
    case restart
    case crash
  }

  private struct Scheduled {
    let at: UInt64
    let sequence: UInt64
    let node: Int
    /// The life it belongs to; nil for what outlives a crash.
    let life: Int?
    let happening: Happening
  }

  let members: Members
  private(set) var nodes: [TestNode]
  private(set) var now: UInt64
  var faults = Faults()
  /// Drops a message on its way when true.
  var isCut: (@Sendable (_ from: Int, _ to: Int, _ message: ConsensusMessage) -> Bool)?
  /// Execution takes up to this long.
  var executionMaxMilliseconds: UInt64 = 20
  /// What went wrong, in words; empty in a good run.
  private(set) var violations: [String] = []
  private(set) var highestView: UInt64 = 0
  private(set) var deliveries = 0
  /// By height − 1: what any node has decided.
  private(set) var decided: [(block: Digest, root: Digest, view: UInt64)] = []
  private var random: SplitMix
  private var queue: [Scheduled] = []
  private var sequence: UInt64 = 0
  private var verified: [SignatureCheck: Bool] = [:]

  init(_ count: Int, seed: UInt64 = 1, interval: UInt64 = 1_000) {
    members = Members(count, interval: interval)
    random = SplitMix(seed: seed)
    now = Members.genesisTime
    nodes = []
    for index in 0..<count {
      let machine = ConsensusMachine(chain: members.chain, timing: members.timing)
      nodes.append(TestNode(member: index, machine: machine))
    }
  }

  mutating func configure(_ index: Int, _ change: (inout TestNode) -> Void) {
    change(&nodes[index])
  }

  /// Adds a second copy of a member; it and the first sign with one key, with two disks.
  mutating func addTwin(of member: Int) {
    nodes[member].behaviour = .twin
    let machine = ConsensusMachine(chain: members.chain, timing: members.timing)
    nodes.append(TestNode(member: member, machine: machine))
    nodes[nodes.count - 1].behaviour = .twin
  }

  /// Begins on all nodes that are up.
  mutating func start() {
    for index in nodes.indices where nodes[index].isUp { begin(index) }
  }

  mutating func crash(_ index: Int, at time: UInt64, restartAt: UInt64?) {
    schedule(index, at: time, life: nil, .crash)
    if let restartAt { schedule(index, at: restartAt, life: nil, .restart) }
  }

  /// Asks a node to give its turns away, or no longer; a crash ends it.
  mutating func pause(_ index: Int, at time: UInt64, _ isPaused: Bool = true) {
    schedule(index, at: time, life: nil, .pause(isPaused))
  }

  /// Runs until the true time is reached or something is violated.
  mutating func run(until end: UInt64) {
    while violations.isEmpty, let next = pop(notAfter: end) {
      now = max(now, next.at)
      handle(next)
    }
    now = max(now, end)
  }

  /// Runs until these nodes have decided this many heights; false when the time ran out.
  mutating func run(heights: Int, on indices: [Int], until end: UInt64) -> Bool {
    while violations.isEmpty {
      if indices.allSatisfy({ nodes[$0].disk.chain.count >= heights }) { return true }
      guard let next = pop(notAfter: end) else { return false }
      now = max(now, next.at)
      handle(next)
    }
    return false
  }

  // MARK: - Queue: a binary heap by time, then order of scheduling

  private mutating func schedule(
    _ node: Int, at time: UInt64, life: Int?, _ happening: Happening
  ) {
    sequence += 1
    queue.append(
      Scheduled(at: time, sequence: sequence, node: node, life: life, happening: happening))
    var child = queue.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      queue.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (queue[left].at, queue[left].sequence) < (queue[right].at, queue[right].sequence)
  }

  private mutating func pop(notAfter end: UInt64) -> Scheduled? {
    guard let first = queue.first, first.at <= end else { return nil }
    queue.swapAt(0, queue.count - 1)
    queue.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < queue.count {
        if isBefore(child, least) { least = child }
      }
      guard least != parent else { return first }
      queue.swapAt(parent, least)
      parent = least
    }
  }

  // MARK: - What happens

  private mutating func handle(_ scheduled: Scheduled) {
    let index = scheduled.node
    if let life = scheduled.life, life != nodes[index].life { return }
    switch scheduled.happening {
    case .pause(let isPaused):
      guard nodes[index].isUp else { return }
      nodes[index].isPaused = isPaused
      step(index, .handOverChanged(isPaused))
    case .crash:
      nodes[index].isUp = false
      nodes[index].isPaused = false
      nodes[index].life += 1
    case .restart:
      guard !nodes[index].isUp else { return }
      nodes[index].isUp = true
      nodes[index].machine = ConsensusMachine(chain: members.chain, timing: members.timing)
      begin(index)
    case .event(let event): step(index, event)
    case .delivery(let message, let from):
      guard nodes[index].isUp else { return }
      deliveries += 1
      step(index, .message(message, from: members.account(nodes[from].member)))
    }
  }

  private mutating func begin(_ index: Int) {
    let disk = nodes[index].disk
    let parent = disk.chain.last?.block
    let height = UInt64(disk.chain.count) + 1
    let schedule = Schedule(chain: members.chain, set: members.set)
    step(
      index,
      .begin(
        members.context(
          height: height, own: nodes[index].member, parent: parent.map(members.hash),
          parentTimestamp: parent?.header.timestamp,
          primaries: schedule.primaries(at: height), watermark: disk.watermark,
          ownVotes: disk.votes(of: height),
          prepared: disk.record.flatMap { $0.certificate.height == height ? $0 : nil })))
  }

  private mutating func step(_ index: Int, _ event: ConsensusEvent) {
    let effects = nodes[index].machine.step(event, now: nodes[index].clock(now))
    highestView = max(highestView, nodes[index].machine.view ?? 0)
    for effect in effects { carryOut(effect, index) }
  }

  private mutating func soon(_ index: Int, _ event: ConsensusEvent, within: UInt64 = 3) {
    let delay = 1 + random.below(within)
    schedule(index, at: now + delay, life: nodes[index].life, .event(event))
  }

  private mutating func carryOut(_ effect: ConsensusEffect, _ index: Int) {
    switch effect {
    case .propose(let view, let timestamp, let isEmpty):
      let block = members.block(
        author: nodes[index].member, height: UInt64(nodes[index].disk.chain.count) + 1,
        timestamp: timestamp,
        parent: nodes[index].disk.chain.last.map { members.hash($0.block) },
        content: isEmpty ? nil : UInt8(truncatingIfNeeded: random.next()))
      soon(index, .proposalBuilt(block, view: view))
    case .execute(let block, let hash, _):
      soon(
        index, .executed(block: hash, .root(members.root(of: block))),
        within: executionMaxMilliseconds)
    case .check(let token, let checks):
      soon(index, .checked(token: token, checks.map { verify($0) }))
    case .sign(let statement): sign(statement, index)
    case .persistPrepared(let token, let record):
      nodes[index].disk.record = record
      soon(index, .persisted(token: token))
    case .broadcast(let message): broadcast(message, index)
    case .send(let message, let account):
      if let to = members.index(of: account) { sendToCopies(message, index, to) }
    case .decided(let block, let certificate, _): decide(block, certificate, index)
    case .lateCommit(let commit, let height): checkLate(commit, height, index)
    case .answerDecided(let height, let withBlock, let account):
      guard let to = members.index(of: account), height > 0,
        height <= nodes[index].disk.chain.count
      else { return }
      let entry = nodes[index].disk.chain[Int(height) - 1]
      let answer = Decided(
        certificate: entry.certificate, block: withBlock ? entry.block : nil)
      sendToCopies(.decided(answer), index, to)
    case .wake(let at):
      let trueTime = UInt64(Int64(at) - nodes[index].clockOffset)
      schedule(index, at: max(trueTime, now + 1), life: nodes[index].life, .event(.tick))
    case .report(let note): take(note, index)
    }
  }

  private mutating func take(_ note: ConsensusNote, _ index: Int) {
    switch note {
    case .evidence(let evidence):
      nodes[index].evidence.append(evidence)
      if nodes[Int(evidence.first.member)].behaviour == .honest {
        violations.append("node \(index) has evidence against honest \(evidence.first.member)")
      }
    case .ownKeyUsedElsewhere where nodes[index].behaviour != .honest:
      // It goes on all the same: it is the attacker.
      soon(index, .mayVoteChanged(true))
    case .diverged, .ownKeyUsedElsewhere, .badSignatures:
      violations.append("node \(index): \(note)")
    case .peersAhead(let height): catchUp(index, to: height)
    case .viewChangeStarted, .handedOver, .viewEntered, .refused, .signingRefused: break
    }
  }

  /// Copies final blocks from whoever has them, as catching up does over the network.
  private mutating func catchUp(_ index: Int, to height: UInt64) {
    let own = nodes[index].disk.chain.count
    guard let source = nodes.max(by: { $0.disk.chain.count < $1.disk.chain.count }),
      source.disk.chain.count > own
    else { return }
    nodes[index].disk.chain += source.disk.chain[own...]
    // The same life goes on: only the height changes.
    let life = nodes[index].life
    schedule(index, at: now + 1, life: life, .event(.begin(nextContext(index))))
  }

  private func nextContext(_ index: Int) -> HeightContext {
    let disk = nodes[index].disk
    let height = UInt64(disk.chain.count) + 1
    let schedule = Schedule(chain: members.chain, set: members.set)
    return members.context(
      height: height, own: nodes[index].member,
      parent: disk.chain.last.map { members.hash($0.block) },
      parentTimestamp: disk.chain.last?.block.header.timestamp,
      primaries: schedule.primaries(at: height), watermark: disk.watermark,
      ownVotes: disk.votes(of: height))
  }

  private mutating func sign(_ statement: VoteStatement, _ index: Int) {
    if let known = nodes[index].disk.votes.first(where: {
      $0.statement.position == statement.position
    }) {
      if known.statement != statement { violations.append("node \(index) would sign twice") }
      return soon(index, .signed(known))
    }
    if let watermark = nodes[index].disk.watermark, statement.position <= watermark {
      violations.append("node \(index) would sign below its watermark: \(statement.position)")
      return soon(index, .signingRefused(statement))
    }
    if statement.kind == .commit, nodes[index].disk.record?.view != statement.view {
      violations.append("node \(index) would COMMIT without the record on disk")
    }
    let vote = members.vote(nodes[index].member, statement)
    nodes[index].disk.watermark = statement.position
    nodes[index].disk.votes.append(vote)
    soon(index, .signed(vote))
  }

  private mutating func verify(_ check: SignatureCheck) -> Bool {
    if let known = verified[check] { return known }
    let verdict = Ed25519.verify(check, chain: members.chain)
    verified[check] = verdict
    return verdict
  }

  // MARK: - Messages

  private mutating func broadcast(_ message: ConsensusMessage, _ index: Int) {
    var other: ConsensusMessage?
    if nodes[index].behaviour == .equivocating, case .proposal(let proposal) = message {
      let header = proposal.block.header
      let twin = members.block(
        author: index, height: header.height, timestamp: header.timestamp, parent: header.parent,
        content: 255)
      other = .proposal(members.proposal(twin, by: index))
    }
    for to in nodes.indices where nodes[to].member != nodes[index].member {
      send(to.isMultiple(of: 2) ? other ?? message : message, index, to)
    }
  }

  private mutating func sendToCopies(_ message: ConsensusMessage, _ from: Int, _ member: Int) {
    for to in nodes.indices where nodes[to].member == member { send(message, from, to) }
  }

  private mutating func send(_ message: ConsensusMessage, _ from: Int, _ to: Int) {
    if isCut?(from, to, message) ?? false { return }
    let isFaulty = now < faults.until
    if isFaulty, random.perMille(faults.lossPerMille) { return }
    let delay = 1 + random.below(isFaulty ? faults.delayMaxMilliseconds : 20)
    schedule(to, at: now + delay, life: nil, .delivery(message, from: from))
  }

  // MARK: - Decisions

  private mutating func decide(_ block: Block, _ certificate: QuorumCertificate, _ index: Int) {
    let height = Int(block.header.height)
    let hash = members.hash(block)
    let isProven =
      certificate.checks(in: members.set)?.allSatisfy { verify($0) } ?? false
    if !isProven || certificate.block != hash || certificate.kind != .commit {
      violations.append("node \(index) decided height \(height) without a certificate")
    }
    if certificate.stateRoot != members.root(of: block) {
      violations.append("height \(height) has a wrong root")
    }
    if decided.count < height {
      decided.append((hash, certificate.stateRoot, certificate.view))
    } else if decided[height - 1].block != hash {
      violations.append("fork at height \(height)")
    }
    guard nodes[index].disk.chain.count == height - 1 else {
      violations.append("node \(index) decided height \(height) out of turn")
      return
    }
    nodes[index].disk.chain.append((block, certificate))
    nodes[index].disk.record = nil
    soon(index, .begin(nextContext(index)))
  }

  private mutating func checkLate(_ commit: CommitSignature, _ height: UInt64, _ index: Int) {
    nodes[index].lateCommits += 1
    let block = nodes[index].disk.chain[Int(height) - 1].block
    let vote = Vote(
      statement: members.commit(Int(commit.member), block, view: commit.view).statement,
      member: commit.member, signature: commit.signature)
    guard let check = vote.check(in: members.set), verify(check) else {
      violations.append("node \(index) was given a bad late COMMIT")
      return
    }
  }
}
