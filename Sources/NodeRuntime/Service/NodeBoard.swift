import CatchUp
import Consensus
import LedgerCore
import NodeAnswers
import Replica
import Synchronization

/// What the API shows without asking the replica: where the node stands, and the last blocks.
final class NodeBoard: Sendable {
  /// Blocks kept as answers; older ones are read from the log.
  static let blocksMax = 256

  struct Standing {
    var height: UInt64 = 0
    var block: Digest = .zero
    var stateRoot: Digest = .zero
    var timestamp: UInt64 = 0
    var view: UInt64 = 0
    var mode = "catching-up"
    var notVotingBecause: String?
    /// Nothing is signed until the process starts anew.
    var hasDiverged = false
    /// Another process votes with this node's key: nothing is signed until an operator acts.
    var isKeyUsedElsewhere = false
    /// The height at which a pause of voting ends, while there is one.
    var votesFrom: UInt64?
    /// Until when the node gives its turns away; nil when it does not.
    var pausedUntil: UInt64?
    /// Turns given away since the start.
    var turnsHandedOver: UInt64 = 0
    var blocks: [BlockAnswer] = []
    /// What the state says after `height`, as soon as it is read.
    var chain: ChainView?
    /// Counts changes.
    var version: UInt64 = 0
  }

  let recent = RecentFinals()
  let waiters = HeightWaiters(waitersMax: NodeLimits.heightWaitersMax)
  /// Those who wait for the state of a height to be on the disk, with its indexes.
  let flushed = HeightWaiters(waitersMax: NodeLimits.heightWaitersMax)

  private let state = Mutex(Standing())
  private let isTest: Bool

  /// Told of every final block, when there is one.
  private let history: HistoryKeeper?

  init(isTest: Bool, history: HistoryKeeper? = nil) {
    self.isTest = isTest
    self.history = history
  }

  /// An account in the form this network's people read.
  func address(of account: AccountID) -> String { account.address(network: isTest ? .test : .main) }

  var standing: Standing { state.withLock { $0 } }

  var chain: ChainView? { state.withLock { $0.chain } }

  /// Counts what has changed on the board.
  var version: UInt64 { state.withLock { $0.version } }

  /// The state after a final block has been read.
  func show(_ view: ChainView) {
    state.withLock {
      $0.chain = view
      $0.version += 1
    }
  }

  /// Where the node stands after its start; `last` is the last block of its log.
  func start(
    height: UInt64, flushed flushedHeight: UInt64, block: Digest, stateRoot: Digest,
    timestamp: UInt64, last: LoggedBlock?
  ) {
    if let last { recent.start(last) }
    waiters.reached(height)
    flushed.reached(flushedHeight)
    state.withLock {
      $0.version += 1
      $0.height = height
      $0.block = block
      $0.stateRoot = stateRoot
      $0.timestamp = timestamp
    }
  }

  func add(_ block: FinalBlock) {
    let answer = BlockAnswer(block, network: isTest ? .test : .main)
    recent.add(block)
    state.withLock { state in
      state.version += 1
      state.height = block.decided.height
      state.block = block.hash
      state.stateRoot = block.roots.state
      state.timestamp = block.decided.block.header.timestamp
      state.view = 0
      if let from = state.votesFrom, state.height + 1 >= from {
        state.votesFrom = nil
        state.notVotingBecause = nil
      }
      if state.blocks.count == Self.blocksMax { state.blocks.removeFirst() }
      state.blocks.append(answer)
    }
    waiters.reached(block.decided.height)
    history?.wake()
  }

  /// Until when the node gives its turns away; nil: no longer.
  func pause(until: UInt64?) { state.withLock { $0.pausedUntil = until } }

  /// A recent block as an answer.
  func block(_ height: UInt64) -> BlockAnswer? {
    state.withLock { state in state.blocks.last { $0.height == height } }
  }

  func note(_ note: ReplicaNote) {
    state.withLock { state in
      state.version += 1
      switch note {
      case .consensus(.viewEntered(_, let view)): state.view = view
      case .consensus(.handedOver(_, _, isOwn: true)): state.turnsHandedOver += 1
      case .mode(let mode): Self.show(mode, in: &state)
      case .consensus(.diverged): state.hasDiverged = true
      case .consensus(.ownKeyUsedElsewhere): state.isKeyUsedElsewhere = true
      default: break
      }
      if state.isKeyUsedElsewhere { Self.showKeyUsedElsewhere(in: &state) }
      if state.hasDiverged {
        state.votesFrom = nil
        state.notVotingBecause = "this node computed another state root"
      }
    }
  }

  /// Found at the start: another process has voted with the key, and nobody has acted since.
  func keyIsUsedElsewhere() {
    state.withLock { state in
      state.version += 1
      state.isKeyUsedElsewhere = true
      Self.showKeyUsedElsewhere(in: &state)
    }
  }

  private static func showKeyUsedElsewhere(in state: inout Standing) {
    state.votesFrom = nil
    state.notVotingBecause =
      "another process votes with this node's key: stop it, then start this one once with --moved"
  }

  func halted(_ reason: String) {
    state.withLock {
      $0.version += 1
      $0.mode = "halted"
      $0.notVotingBecause = reason
    }
  }

  private static func show(_ mode: CatchUpMode, in state: inout Standing) {
    state.votesFrom = nil
    switch mode {
    case .catchingUp(.tipsUnknown(let known, let quorum)):
      state.mode = "catching-up"
      state.notVotingBecause = "the tips of \(known) nodes are known, \(quorum) are needed"
    case .catchingUp(.behind(let target)):
      state.mode = "catching-up"
      state.notVotingBecause = "height \(target) is final elsewhere"
    case .following(let from, let pause):
      state.mode = "following"
      guard let pause, state.height + 1 < from else {
        state.notVotingBecause = nil
        return
      }
      state.notVotingBecause = Self.text(pause, from: from)
      state.votesFrom = from
    case .diverged(let height):
      state.mode = "halted"
      state.notVotingBecause = "another state root at height \(height)"
    }
  }

  private static func text(_ pause: VotingPause, from height: UInt64) -> String {
    switch pause {
    case .fullNode: "it is a full node: it follows and verifies, and has no vote"
    case .voteLogMissing: "its vote log is missing; it votes from height \(height)"
    case .voteAboveWatermark:
      "its vote log is older than its votes; it votes from height \(height)"
    }
  }
}

extension BlockAnswer {
  init(_ block: FinalBlock, network: NetworkKind) {
    self.init(
      block.decided.block.header, hash: block.hash, certificate: block.decided.certificate,
      bundles: block.decided.bundles.count, counts: OutcomeCounts(block.receipts),
      roots: block.roots, statement: block.statement,
      certifiedAfterMilliseconds: block.certifiedAfterMilliseconds, network: network)
  }
}
