import CatchUp
import LedgerCore
import Testing

/// Catch-up machines in one thread, each with a log; real certificates and codecs. Node 0 is under
/// test, the others have what the test gives them.
final class TestPeers {
  struct Node {
    var machine: CatchUpMachine
    /// How many of the chain's blocks its log holds.
    var height: UInt64
    var modes: [CatchUpMode] = []
    var distrusted: [(AccountID, CatchUpLie)] = []
    var reports: [CatchUpProgress] = []
    var applied: [UInt64] = []
    var asked: [(from: UInt64, count: Int, to: AccountID)] = []
    var served: [UInt64] = []
    var watermark: VotePosition?
    var isVoteLogMissing = false
    /// Takes everything and answers nothing.
    var isSilent = false
    /// Hands out blocks that are none.
    var forges = false
    var failsToApply = false
  }

  private struct Scheduled {
    let time: UInt64
    let node: Int
    let event: CatchUpEvent
  }

  let interval: UInt64
  var chain: TestChain
  var nodes: [Node]
  var now: UInt64 = 5_000
  private var queue: [Scheduled] = []
  /// By the node that is followed.
  private var followers: [Int: [Int]] = [:]

  /// Nodes at these heights of the chain; those beyond its members are full nodes.
  init(_ chain: TestChain, heights: [UInt64], interval: UInt64 = 1_000) {
    self.chain = chain
    self.interval = interval
    nodes = heights.enumerated().map { index, height in
      Node(
        machine: CatchUpMachine(
          own: index < chain.set.count ? chain.account(index) : nil, chain: TestChain.chain,
          intervalMilliseconds: interval),
        height: height)
    }
  }

  func start(_ indices: Range<Int>? = nil) {
    for index in indices ?? nodes.indices {
      let height = nodes[index].height
      feed(
        .start(
          CatchUpStart(
            height: height, certificate: certificate(height), sets: chain.sets(around: height),
            watermark: nodes[index].watermark, isVoteLogMissing: nodes[index].isVoteLogMissing)),
        to: index)
    }
  }

  func certificate(_ height: UInt64) -> QuorumCertificate? {
    height == 0 ? nil : chain.blocks[Int(height) - 1].certificate
  }

  func connectAll() {
    for left in 0..<chain.set.count {
      for right in nodes.indices where right > left && right < chain.set.count {
        connect(left, right)
      }
    }
  }

  /// A full node follows a node.
  func follow(_ follower: Int, _ server: Int) {
    followers[server, default: []].append(follower)
    feed(.followerConnected(account(follower)), to: server)
    feed(.peerConnected(account(server)), to: follower)
  }

  func unfollow(_ follower: Int, _ server: Int) {
    followers[server]?.removeAll { $0 == follower }
    feed(.followerDisconnected(account(follower)), to: server)
    feed(.peerDisconnected(account(server)), to: follower)
  }

  func connect(_ left: Int, _ right: Int) {
    feed(.peerConnected(account(right)), to: left)
    feed(.peerConnected(account(left)), to: right)
  }

  func disconnect(_ left: Int, _ right: Int) {
    feed(.peerDisconnected(account(right)), to: left)
    feed(.peerDisconnected(account(left)), to: right)
  }

  /// The nodes decide the next height by their own consensus.
  func decide(_ indices: [Int]) {
    for index in indices {
      nodes[index].height += 1
      let height = nodes[index].height
      guard let certificate = certificate(height) else { continue }
      feed(.decided(certificate, sets: chain.sets(around: height)), to: index)
    }
  }

  private func schedule(_ event: CatchUpEvent, to index: Int, after delay: UInt64) {
    let entry = Scheduled(time: now + delay, node: index, event: event)
    queue.insert(entry, at: (queue.lastIndex { $0.time <= entry.time } ?? -1) + 1)
  }

  func run(for milliseconds: UInt64) {
    let end = now + milliseconds
    while let next = queue.first, next.time <= end {
      queue.removeFirst()
      now = max(now, next.time)
      feed(next.event, to: next.node)
    }
    now = end
  }

  func feed(_ event: CatchUpEvent, to index: Int) {
    for effect in nodes[index].machine.step(event, now: now) { perform(effect, of: index) }
  }

  func index(_ account: AccountID) -> Int {
    nodes.indices.first { self.account($0) == account } ?? 0
  }

  /// The members first, then full nodes.
  func account(_ index: Int) -> AccountID {
    guard index >= chain.set.count else { return chain.account(index) }
    return AccountID(Bytes32([UInt8](repeating: UInt8(index), count: 32)) ?? .zero)
  }

  private func perform(_ effect: CatchUpEffect, of index: Int) {
    switch effect {
    case .send(let message, let peer): deliver(message, from: index, to: self.index(peer))
    case .announce(let message):
      for target in followers[index] ?? [] { deliver(message, from: index, to: target) }
    case .broadcast(let message):
      for target in 0..<chain.set.count where target != index && target < nodes.count {
        deliver(message, from: index, to: target)
      }
    case .check(let token, let checks):
      let verdicts = Ed25519.verify(checks, chain: TestChain.chain)
      schedule(
        .checked(token: token, (0..<verdicts.count).map { verdicts[$0] }), to: index, after: 1)
    case .apply(let block): apply(block, at: index)
    case .serve(let from, let count, let peer):
      nodes[index].served.append(from)
      serve(from, count, from: index, to: self.index(peer))
    case .mode(let mode): nodes[index].modes.append(mode)
    case .report(let progress): nodes[index].reports.append(progress)
    case .distrust(let peer, let lie): nodes[index].distrusted.append((peer, lie))
    case .wake(let time): schedule(.tick, to: index, after: time > now ? time - now : 0)
    }
  }

  private func apply(_ block: DecidedBlock, at index: Int) {
    nodes[index].applied.append(block.height)
    guard !nodes[index].failsToApply else {
      return schedule(.applyFailed(height: block.height), to: index, after: 1)
    }
    nodes[index].height = block.height
    schedule(
      .decided(block.certificate, sets: chain.sets(around: block.height)), to: index, after: 1)
  }

  private func serve(_ from: UInt64, _ count: Int, from index: Int, to target: Int) {
    guard !nodes[index].isSilent else { return }
    let blocks = (from..<from + UInt64(count)).compactMap { height -> ArraySlice<UInt8>? in
      guard Int(height) <= chain.blocks.count else { return nil }
      if nodes[index].forges { return (try? chain.make(height, forged: true))?.bcs[...] }
      return chain.blocks[Int(height) - 1].bcs[...]
    }
    deliver(.blocks(from: from, blocks), from: index, to: target)
  }

  private func deliver(_ message: CatchUpMessage, from index: Int, to target: Int) {
    if case .getBlocks(let from, let count) = message {
      nodes[index].asked.append((from, count, account(target)))
    }
    guard let copy = try? CatchUpMessage(decoding: message.bcs[...]) else { return }
    schedule(.message(copy, from: account(index)), to: target, after: 10)
  }

  func isFollowing(_ index: Int) -> Bool {
    if case .following = nodes[index].machine.mode { true } else { false }
  }
}
