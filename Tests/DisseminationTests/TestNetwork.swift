import Dissemination
import LedgerCore
import Testing

/// Several disseminators in one thread: real signatures, real codecs, a disk that survives a crash,
/// and a network that loses what a test says.
final class TestNetwork {
  /// One node and its surroundings.
  struct Node {
    var disseminator: Disseminator
    var disk: [Digest: Bundle] = [:]
    var isUp = true
    var starts: UInt64 = 1
    /// Bundles are verified, and never get to disk.
    var diskIsStuck = false
    var answers: [SubmissionAnswer] = []
    var accepted: [Digest] = []
    var ended: [EndedTransaction] = []
    var available: [Digest] = []
    var unusable: [Digest] = []
    var offences: [BundleOffence] = []
    /// What a full node was told, and by whom.
    var saidAccepted: [(id: Digest, by: AccountID)] = []
    /// Followers that relayed what they should have refused.
    var misbehaved: [AccountID] = []
    /// How many signatures each check had.
    var checks: [Int] = []
    var sent: [(message: DisseminationMessage, to: AccountID?)] = []
    /// How many bundles each node was sent, and whether they arrived or not.
    var bundlesSent: [Int: Int] = [:]
  }

  private struct Scheduled {
    let time: UInt64
    let node: Int
    let start: UInt64
    let event: DisseminationEvent
  }

  static let chain = ChainID(Bytes32(Array(repeating: 7, count: 32)) ?? .zero)
  let interval: UInt64
  let keys: [SigningKey]
  let set: ValidatorSet
  var nodes: [Node] = []
  var now: UInt64 = 1_000_000
  var height: UInt64 = 0
  var runsDecided: [[BundleRun]] = []
  var executed: [Digest] = []
  var executedSet: Set<Digest> = []
  var progress: [AccountID: AuthorProgress] = [:]
  /// What a block has room for.
  var blockTransactionsMax = Int.max
  /// Messages that never arrive.
  var loses: (_ from: Int, _ to: Int, _ message: DisseminationMessage) -> Bool = { _, _, _ in false
  }
  /// Ascending by time, and by insertion among equals.
  private var queue: [Scheduled] = []

  /// How many of the nodes are full nodes: the last ones. Nobody is connected to them.
  let fullNodes: Int

  private let pool: PoolBounds

  init(
    _ count: Int, fullNodes: Int = 0, interval: UInt64 = 10_000, pool: PoolBounds = PoolBounds()
  ) throws {
    self.pool = pool
    self.interval = interval
    self.fullNodes = fullNodes
    let unsorted = try (0..<count).map { try TestKeys.key(UInt8($0 + 1)) }
    keys = unsorted.sorted { AccountID($0.publicKey) < AccountID($1.publicKey) }
    set = try #require(
      ValidatorSet(
        firstHeight: 1,
        members: keys.map {
          Validator(account: AccountID($0.publicKey), consensusKey: $0.publicKey)
        }))
    for index in keys.indices {
      nodes.append(
        Node(
          disseminator: Disseminator(
            own: account(index), chain: Self.chain, intervalMilliseconds: interval,
            pool: pool)))
    }
    for _ in 0..<fullNodes {
      nodes.append(
        Node(
          disseminator: Disseminator(
            own: nil, chain: Self.chain, intervalMilliseconds: interval,
            pool: pool)))
    }
    for index in nodes.indices { start(index) }
    for index in keys.indices { connect(index) }
    run(for: 100)
  }

  func account(_ index: Int) -> AccountID {
    guard index >= set.count else { return set.members[index].account }
    return AccountID(Bytes32([UInt8](repeating: UInt8(index), count: 32)) ?? .zero)
  }

  private func index(_ account: AccountID) -> Int? {
    nodes.indices.first { self.account($0) == account }
  }

  /// A full node follows a node.
  func follow(_ follower: Int, _ server: Int) {
    feed(.followerConnected(account(follower)), to: server)
    feed(.peerConnected(account(server)), to: follower)
  }

  func unfollow(_ follower: Int, _ server: Int) {
    feed(.followerDisconnected(account(follower)), to: server)
    feed(.peerDisconnected(account(server)), to: follower)
  }

  // MARK: starting and stopping

  private func start(_ index: Int) {
    feed(
      .restored(
        DisseminationStart(
          incarnation: nodes[index].starts, height: height, sets: [set],
          progress: Array(progress.values), bundles: Array(nodes[index].disk.values))), to: index)
  }

  private func connect(_ index: Int) {
    for other in keys.indices where other != index && nodes[other].isUp {
      feed(.peerConnected(account(other)), to: index)
    }
  }

  func crash(_ index: Int) {
    nodes[index].isUp = false
    for other in nodes.indices where other != index && nodes[other].isUp {
      feed(.peerDisconnected(account(index)), to: other)
    }
  }

  func restart(_ index: Int) {
    nodes[index].isUp = true
    nodes[index].starts += 1
    nodes[index].disseminator = Disseminator(
      own: account(index), chain: Self.chain, intervalMilliseconds: interval, pool: pool)
    start(index)
    connect(index)
    for other in nodes.indices where other != index && nodes[other].isUp {
      feed(.peerConnected(account(index)), to: other)
    }
  }

  // MARK: time

  private func schedule(_ event: DisseminationEvent, to index: Int, after delay: UInt64) {
    let entry = Scheduled(
      time: now + delay, node: index, start: nodes[index].starts, event: event)
    let place = (queue.lastIndex { $0.time <= entry.time } ?? -1) + 1
    queue.insert(entry, at: place)
  }

  func run(for milliseconds: UInt64) {
    let end = now + milliseconds
    while let next = queue.first, next.time <= end {
      queue.removeFirst()
      now = max(now, next.time)
      guard nodes[next.node].isUp, nodes[next.node].starts == next.start else { continue }
      feed(next.event, to: next.node)
    }
    now = end
  }

  func feed(_ event: DisseminationEvent, to index: Int) {
    guard nodes[index].isUp else { return }
    for effect in nodes[index].disseminator.step(event, now: now) { perform(effect, of: index) }
  }

  // MARK: effects

  private func perform(_ effect: DisseminationEffect, of index: Int) {
    switch effect {
    case .precheck(let token, let candidates):
      schedule(.prechecked(token: token, candidates.map(fault)), to: index, after: 0)
    case .check(let token, let checks):
      nodes[index].checks.append(checks.count)
      let verdicts = Ed25519.verify(checks, chain: Self.chain)
      schedule(
        .checked(token: token, (0..<verdicts.count).map { verdicts[$0] }), to: index, after: 1)
    case .signBundle(let header):
      schedule(.bundleSigned(header, sign(header, index)), to: index, after: 1)
    case .store(let token, let bundles):
      if nodes[index].diskIsStuck { return }
      for bundle in bundles { nodes[index].disk[bundle.header.digest(Self.chain)] = bundle }
      schedule(.stored(token: token), to: index, after: 2)
    case .discard(let digests): for digest in digests { nodes[index].disk[digest] = nil }
    case .send(let message, let peer): deliver(message, from: index, to: peer)
    case .multicast(let message, let peers): multicast(message, from: index, to: peers)
    case .broadcast(let message): deliver(message, from: index, to: nil)
    case .answer(let answer): nodes[index].answers.append(answer)
    case .accepted(let ids): nodes[index].accepted += ids
    case .saidAccepted(let ids, let server):
      nodes[index].saidAccepted += ids.map { ($0, server) }
    case .misbehaved(let follower, _): nodes[index].misbehaved.append(follower)
    case .ended(let ended): nodes[index].ended += ended
    case .available(let digests): nodes[index].available += digests
    case .unusable(let digests): nodes[index].unusable += digests
    case .misbehaviour(let offence): nodes[index].offences.append(offence)
    case .wake(let time): schedule(.tick, to: index, after: time > now ? time - now : 0)
    }
  }

  func sign(_ header: BundleHeader, _ index: Int) -> Signature {
    keys[index].sign(domain: .bundle, chain: Self.chain, message: header.bcs[...])
  }

  private func fault(_ candidate: PrecheckCandidate) -> TransactionFault? {
    if executedSet.contains(candidate.id) { return .replayed }
    return candidate.transaction.body.validUntil <= height ? .expired : nil
  }

  private func deliver(_ message: DisseminationMessage, from index: Int, to peer: AccountID?) {
    nodes[index].sent.append((message, peer))
    arrive(
      message, from: index,
      at: peer.map { [self.index($0) ?? index] } ?? keys.indices.filter { $0 != index })
  }

  private func multicast(_ message: DisseminationMessage, from index: Int, to peers: [AccountID]) {
    nodes[index].sent.append((message, nil))
    arrive(message, from: index, at: peers.compactMap(self.index))
  }

  private func arrive(_ message: DisseminationMessage, from index: Int, at targets: [Int]) {
    if case .bundle = message {
      for target in targets { nodes[index].bundlesSent[target, default: 0] += 1 }
    }
    for target in targets where nodes[target].isUp && !loses(index, target, message) {
      guard let copy = try? DisseminationMessage(decoding: message.bcs[...]) else { continue }
      schedule(.message(copy, from: account(index)), to: target, after: 10)
    }
  }

  // MARK: transactions and blocks

  func submit(_ transactions: [Transaction], to index: Int, ticket: UInt64 = 1) {
    feed(.submitted([ClientSubmission(ticket: ticket, transactions.map(\.bytes))]), to: index)
  }

  /// Decides the next height on what this node proposes; false when a node that is up cannot get
  /// the bundles in time.
  @discardableResult
  func decide(by primary: Int) -> Bool {
    let runs = nodes[primary].disseminator.runsForProposal(height: height + 1)
    for index in keys.indices { feed(.needed(runs), to: index) }
    var rounds = 0
    while rounds < 100, !isUsable(runs) {
      run(for: 50)
      rounds += 1
    }
    guard isUsable(runs) else { return false }
    commit(runs, by: primary)
    return true
  }

  private func isUsable(_ runs: [BundleRun]) -> Bool {
    nodes.prefix(keys.count).allSatisfy {
      !$0.isUp || $0.disseminator.judge(runs, height: height + 1) == .usable
    }
  }

  func commit(_ runs: [BundleRun], by primary: Int) {
    let transactions = runs.flatMap(\.digests).compactMap {
      nodes[primary].disseminator.bundle($0)
    }.flatMap(\.transactions)
    height += 1
    var ran: [Digest] = []
    var skipped: [Digest] = []
    var crowdedOut: [Digest] = []
    for transaction in transactions {
      let id = transaction.id(Self.chain)
      if ran.count == blockTransactionsMax, !executedSet.contains(id) {
        crowdedOut.append(id)
      } else if transaction.body.validUntil >= height, executedSet.insert(id).inserted {
        ran.append(id)
      } else {
        skipped.append(id)
      }
    }
    executed += ran
    runsDecided.append(runs)
    for run in runs {
      progress[run.author] = AuthorProgress(
        author: run.author, incarnation: run.incarnation,
        number: run.firstNumber + UInt64(run.digests.count) - 1)
    }
    let decision = DisseminationDecision(
      height: height, runs: runs, executed: ran, skipped: skipped, crowdedOut: crowdedOut,
      sets: [set])
    for index in nodes.indices { feed(.decided(decision), to: index) }
  }

  /// The digests this node would name now.
  func named(by index: Int) -> [Digest] {
    nodes[index].disseminator.runsForProposal(height: height + 1).flatMap(\.digests)
  }

  /// All bundles this node has broadcast as an author.
  func authored(by index: Int) -> [Bundle] {
    nodes[index].sent.compactMap { entry in
      guard case .bundle(let bundle) = entry.message, entry.to == nil else { return nil }
      return bundle
    }
  }
}
