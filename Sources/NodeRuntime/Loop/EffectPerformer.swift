import CatchUp
import Dissemination
import LedgerCore
import LedgerMetrics
import LedgerRules
import LedgerStore
import Logging
import PeerNetwork
import Replica
import Signer
import Synchronization

/// Turns the replica's effects into I/O, each kind on its own lane.
final class EffectPerformer: Sendable {
  let chain: ChainID
  private let signatures: SignatureVerifier
  let queue: EventQueue<NodeEvent>
  let peers: PeerNetwork
  let store: NodeStore
  let retention: LogRetention
  let setChanges: SetChangeKeeper
  let history: HistoryKeeper
  /// Nil on a full node, whose replica asks for no signature.
  let signer: Signer?
  /// The files of its keys; nil on a full node.
  let keyRing: KeyRing?
  /// The home of those keys; nil on a full node.
  let fence: HomeFence?
  /// Whom the node is connected to; nil on a full node, whose settings say it.
  let peerKeeper: PeerKeeper?
  private let desk: SubmissionDesk
  let board: NodeBoard
  let metrics: NodeMetrics
  let logger: Logger
  let watch: ReplicaWatch
  private let verifier: Lane
  let signing: Lane
  let writer: Lane
  let flusher: Lane
  let reader: Lane
  let followerReader: Lane
  let followerBytes = ServeBudget(bytesPerSecond: NodeLimits.followerServeBytesPerSecond)
  private let onFault: @Sendable (String) -> Void
  let lastMode = Mutex<CatchUpMode?>(nil)
  /// Features that the operator was warned of.
  private let warnedOf = Mutex<Set<String>>([])

  init(
    _ opened: OpenedHome, home: NodeHome, queue: EventQueue<NodeEvent>, peers: PeerNetwork,
    history: HistoryKeeper, signatures: SignatureVerifier, desk: SubmissionDesk, board: NodeBoard,
    metrics: NodeMetrics, watch: ReplicaWatch, logger: Logger,
    onFault: @escaping @Sendable (String) -> Void
  ) {
    chain = opened.chain
    store = opened.store
    setChanges = SetChangeKeeper(store: opened.store, logger: logger)
    retention = LogRetention(keptBlocks: UInt64(opened.configuration.store.keepBlocks))
    signer = opened.signer
    keyRing = opened.keyRing
    fence = opened.signer.map { _ in HomeFence(home: home) }
    peerKeeper = opened.account.map { own in
      PeerKeeper(
        PeerPlan(
          own: own, configured: opened.configuration.peers.known,
          genesis: Dictionary(
            opened.document.nodes.map { ($0.account, $0.endpoint) },
            uniquingKeysWith: { first, _ in first })),
        network: peers, known: opened.knownPeers, logger: logger)
    }
    self.signatures = signatures
    self.queue = queue
    self.peers = peers
    self.history = history
    self.desk = desk
    self.board = board
    self.metrics = metrics
    self.watch = watch
    func lane(_ name: String, offersMax: Int = 0) -> Lane {
      Lane(name: name, offersMax: offersMax, meter: metrics.stages.lane(name))
    }
    verifier = lane("verify")
    signing = lane("sign")
    writer = lane("log")
    flusher = lane("flush")
    reader = lane("serve", offersMax: NodeLimits.servesMax)
    followerReader = lane("serve-full", offersMax: NodeLimits.followerServesMax)
    self.logger = logger
    self.onFault = onFault
    prepare(opened.document.nodes.map(\.consensusKey))
    // Peers may have changed since the settings were written.
    flusher.run { [peerKeeper, store] in peerKeeper?.look(at: store, isCurrent: false) }
    onLane(flusher, .flush) { [setChanges] () throws(StoreError) in try setChanges.look() }
  }

  /// Carries out effects in order. Answers that are there at once are returned; the others come
  /// through the queue.
  func perform(_ effects: [ReplicaEffect], wake: inout UInt64?) -> [ReplicaEvent] {
    var answers: [ReplicaEvent] = []
    var told: [SubmissionAnswer] = []
    for effect in effects {
      if case .answer(let submission) = effect {
        watch.answered(submission)
        told.append(submission)
        continue
      }
      // Answers that stand together are told together, before what stands behind them.
      if !told.isEmpty {
        desk.answered(told)
        told = []
      }
      switch effect {
      case .send(let bytes, let channel, let peer):
        peers.send(to: peer, on: channel.connection, bytes)
      case .broadcast(let bytes, let channel):
        peers.broadcast(on: channel.connection, bytes)
      case .announce(let bytes): peers.announce(bytes)
      case .verify(let token, let checks, isUrgent: true):
        answers.append(.verified(token, signatures.verify(checks)))
      case .verify(let token, let checks, isUrgent: false):
        verifier.run { [self] in answer(.verified(token, signatures.verify(checks))) }
      case .wake(let time): wake = time
      case .accepted(let ids):
        watch.accepted(ids)
        desk.accepted(ids)
      case .saidAccepted(let ids, let server):
        watch.accepted(ids)
        desk.accepted(ids, accordingTo: board.address(of: server))
      case .ended(let ended):
        watch.ended(ended)
        desk.ended(ended)
      case .finalised(let block): announce(block)
      case .report(let note): report(note)
      case .halt(let failure): answers += halt(failure)
      default: onDisk(effect)
      }
    }
    if !told.isEmpty { desk.answered(told) }
    return answers
  }

  /// Puts what the state says at the tip on the board; gives the tip's height.
  func show(_ replica: borrowing ReplicaMachine) -> UInt64 {
    do {
      let view = try ChainView(replica)
      metrics.consensus.offencesRecorded.set(view.offences)
      metrics.consensus.ownOffence.set(view.isOffender)
      board.show(view)
      warn(of: view.unknownFeatures)
    } catch {
      queue.require(.fault("the state cannot be read: \(error)"))
    }
    return replica.height
  }

  /// Says once of each rule change to come that this release does not know it.
  private func warn(of features: [FeatureActivation]) {
    for feature in features {
      guard warnedOf.withLock({ $0.insert(feature.name).inserted }) else { continue }
      logger.critical(
        """
        the chain's rules change in a way that this release does not know, and this node will \
        stop: install a release that knows it before
        """,
        metadata: ["feature": "\(feature.name)", "height": "\(feature.height)"])
    }
  }

  /// Finishes what is under way on all lanes.
  func finish() {
    for lane in [verifier, signing, writer, flusher, reader, followerReader] { lane.finish() }
  }

  /// Has the consensus keys of these members prepared, before what is verified from now on.
  private func prepare(_ members: [PublicKey]) {
    verifier.run { [signatures] in signatures.prepare(members) }
  }

  /// Whether the node was at the tip when its mode changed last.
  var isFollowing: Bool {
    lastMode.withLock { mode in
      if case .some(.following) = mode { true } else { false }
    }
  }

  func stopForFault(_ reason: String) { onFault(reason) }

  func answer(_ event: ReplicaEvent) { queue.require(.replica(event)) }

  private func halt(_ failure: ReplicaFailure) -> [ReplicaEvent] {
    // What the state or its execution says is a sentence already.
    let reason = if case .state(let reason) = failure { reason } else { "\(failure)" }
    queue.require(.fault(reason))
    return []
  }

  private func announce(_ block: FinalBlock) {
    board.add(block)
    desk.finalised(block)
    watch.finalised(block)
    if block.decided.height.isMultiple(of: 8) {
      let oldest = NodeLimits.oldestBundle(at: block.decided.height)
      onLane(writer, .log) { [store] () throws(StoreError) in
        try store.bundles.removeSegments(bornBelow: oldest)
      }
    }
  }
}
