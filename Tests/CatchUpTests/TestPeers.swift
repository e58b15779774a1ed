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

  /// Nodes at these heights of the chain.
  init(_ chain: TestChain, heights: [UInt64], interval: UInt64 = 1_000) {
    self.chain = chain
    self.interval = interval
    nodes = heights.enumerated().map { index, height in
      Node(
        machine: CatchUpMachine(
          own: chain.account(index), chain: TestChain.chain, intervalMilliseconds: interval),
        height: height)
    }
  }

  func start(_ indices: Range<Int>? = nil) {
    for index in indices ?? nodes.indices {
      let height = nodes[index].height
      feed(
        .start(
          CatchUpStart(
            height: height, certificate: certificate(height), set: chain.set(at: height + 1),
            watermark: nodes[index].watermark, isVoteLogMissing: nodes[index].isVoteLogMissing)),
        to: index)
    }
  }

  func certificate(_ height: UInt64) -> QuorumCertificate? {
    height == 0 ? nil : chain.blocks[Int(height) - 1].certificate
  }

  func connectAll() {
    for left in nodes.indices {
      for right in nodes.indices where right > left { connect(left, right) }
    }
  }

  func connect(_ left: Int, _ right: Int) {
    feed(.peerConnected(chain.account(right)), to: left)
    feed(.peerConnected(chain.account(left)), to: right)
  }

  func disconnect(_ left: Int, _ right: Int) {
    feed(.peerDisconnected(chain.account(right)), to: left)
    feed(.peerDisconnected(chain.account(left)), to: right)
  }

  /// The nodes decide the next height by their own consensus.
  func decide(_ indices: [Int]) {
    for index in indices {
      nodes[index].height += 1
      let height = nodes[index].height
      guard let certificate = certificate(height) else { continue }
      feed(.decided(certificate, set: chain.set(at: height + 1)), to: index)
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

  func index(_ account: AccountID) -> Int { chain.set.index(of: account) ?? 0 }

  private func perform(_ effect: CatchUpEffect, of index: Int) {
    switch effect {
    case .send(let message, let peer): deliver(message, from: index, to: self.index(peer))
    case .broadcast(let message):
      for target in nodes.indices where target != index {
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
      .decided(block.certificate, set: chain.set(at: block.height + 1)), to: index, after: 1)
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
      nodes[index].asked.append((from, count, chain.account(target)))
    }
    guard let copy = try? CatchUpMessage(decoding: message.bcs[...]) else { return }
    schedule(.message(copy, from: chain.account(index)), to: target, after: 10)
  }

  func isFollowing(_ index: Int) -> Bool {
    if case .following = nodes[index].machine.mode { true } else { false }
  }
}
