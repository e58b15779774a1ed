import CatchUp
import Consensus
import Dispatch
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
  private let queue: EventQueue<NodeEvent>
  private let peers: PeerNetwork
  private let store: NodeStore
  private let retention: LogRetention
  private let history: HistoryKeeper
  /// Nil on a full node, whose replica asks for no signature.
  private let signer: Signer?
  /// The home of that key; nil on a full node.
  private let fence: HomeFence?
  private let desk: SubmissionDesk
  private let board: NodeBoard
  private let metrics: NodeMetrics
  private let logger: Logger
  private let watch: ReplicaWatch
  private let verifier: Lane
  private let signing: Lane
  private let writer: Lane
  private let flusher: Lane
  private let reader: Lane
  private let followerReader: Lane
  private let followerBytes = ServeBudget(bytesPerSecond: NodeLimits.followerServeBytesPerSecond)
  private let onFault: @Sendable (String) -> Void
  private let lastMode = Mutex<CatchUpMode?>(nil)

  init(
    chain: ChainID, queue: EventQueue<NodeEvent>, peers: PeerNetwork, store: NodeStore,
    retention: LogRetention, history: HistoryKeeper, signatures: SignatureVerifier, signer: Signer?,
    fence: HomeFence?, desk: SubmissionDesk, board: NodeBoard,
    metrics: NodeMetrics, watch: ReplicaWatch, logger: Logger,
    onFault: @escaping @Sendable (String) -> Void
  ) {
    self.chain = chain
    self.signatures = signatures
    self.queue = queue
    self.peers = peers
    self.store = store
    self.retention = retention
    self.history = history
    self.signer = signer
    self.fence = fence
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
    } catch {
      queue.require(.fault("the state cannot be read: \(error)"))
    }
    return replica.height
  }

  /// Finishes what is under way on all lanes.
  func finish() {
    for lane in [verifier, signing, writer, flusher, reader, followerReader] { lane.finish() }
  }

  /// Has the consensus keys of these members prepared, before what is verified from now on.
  func prepare(_ members: [PublicKey]) {
    verifier.run { [signatures] in signatures.prepare(members) }
  }

  func stopForFault(_ reason: String) { onFault(reason) }

  private func answer(_ event: ReplicaEvent) { queue.require(.replica(event)) }

  private func halt(_ failure: ReplicaFailure) -> [ReplicaEvent] {
    queue.require(.fault("\(failure)"))
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

  /// Effects that need the disk or the key.
  private func onDisk(_ effect: ReplicaEffect) {
    switch effect {
    case .signVote(let statement, let member):
      signing.run { [self] in signVote(statement, member: member) }
    case .signBundle(let header):
      watch.sealed(header)
      signing.run { [self] in signBundle(header) }
    case .signReport(let body): signing.run { [self] in signReport(body) }
    case .storePrepared(let token, let height, let bytes):
      onLane(signing, .log, then: .preparedStored(token: token)) { [store] () throws(StoreError) in
        try store.votes.savePrepared(height: height, payload: bytes)
      }
    case .storeBundles(let token, let bundles):
      onLane(
        writer, .log, timing: metrics.store.bundleSync, then: .bundlesStored(token: token)
      ) {
        [store, chain] () throws(StoreError) in
        try store.bundles.append(
          bundles.map {
            StoredBundle(
              digest: $0.header.digest(chain), birthHeight: $0.header.birthHeight,
              bytes: Array($0.bytes))
          })
        try store.bundles.sync()
      }
    case .appendBlock(let block):
      onLane(writer, .log, then: .blockLogged(height: block.decided.height)) {
        [store, metrics] () throws(StoreError) in
        let (height, bytes, receipts) = (
          block.decided.height, block.decided.bcs, block.receiptsBytes
        )
        let start = CPUClock.monotonicNanoseconds()
        try store.log.append(height: height, block: bytes, receipts: receipts)
        metrics.store.appended(nanoseconds: CPUClock.monotonicNanoseconds() &- start)
      }
    case .flush(let batch):
      onLane(
        flusher, .flush, timing: metrics.store.flush, then: .flushed(height: batch.height)
      ) {
        [store, board] () throws(StoreError) in
        try store.flush(batch)
        board.flushed.reached(batch.height)
      }
      removeOldBlocks(flushed: batch.height)
    case .serveBlocks(let height, let count, let peer):
      if peers.isFollower(peer) {
        serveFollower(from: height, count: count, to: peer)
      } else {
        servePeer(from: height, count: count, to: peer)
      }
    case .serveDecided(let height, let withBlock, let peer):
      serve { [self] in serveDecided(height, withBlock: withBlock, to: peer) }
    default: break
    }
  }

  private func onLane(
    _ lane: Lane, _ stage: Stage, timing: Histogram? = nil, then event: ReplicaEvent? = nil,
    _ body: @escaping @Sendable () throws(StoreError) -> Void
  ) {
    lane.run { [self] in
      do throws(StoreError) {
        let start = CPUClock.monotonicNanoseconds()
        try metrics.measure(stage, body)
        timing?.observe(nanoseconds: CPUClock.monotonicNanoseconds() &- start)
        if let event { answer(event) }
      } catch {
        // A store that fails is not used further; what is final stays whole in the log.
        queue.require(.fault("\(error)"))
      }
    }
  }

  private func removeOldBlocks(flushed: UInt64) {
    guard retention.keptBlocks > 0 else { return }
    onLane(flusher, .log) { [store, retention, history] () throws(StoreError) in
      try retention.apply(to: store.log, flushed: flushed, indexed: history.indexed)
    }
  }

  private func signVote(_ statement: VoteStatement, member: UInt16) {
    guard let signer else { return }
    do throws(SignerError) {
      let start = CPUClock.monotonicNanoseconds()
      let signature = try metrics.measure(.log) { () throws(SignerError) in
        try signer.sign(statement)
      }
      metrics.store.voteSync.observe(nanoseconds: CPUClock.monotonicNanoseconds() &- start)
      metrics.consensus.votes(String(label: statement.kind)).add()
      if statement.kind == .prePrepare { metrics.consensus.proposalsMade.add() }
      answer(.voteSigned(Vote(statement: statement, member: member, signature: signature)))
    } catch {
      if case .file = error {
        queue.require(.fault("\(error)"))
        return
      }
      metrics.consensus.votesRefused.add()
      logger.warning("a vote was not signed: \(error)")
      answer(.voteRefused(statement))
    }
  }

  private func signBundle(_ header: BundleHeader) {
    guard let signer else { return }
    do throws(SignerError) {
      answer(.bundleSigned(header, try signer.sign(header)))
    } catch {
      logger.warning("a bundle was not signed: \(error)")
    }
  }

  private func signReport(_ body: TransactionBody) {
    guard let signer else { return }
    do throws(SignerError) {
      answer(.reportSigned(body, try signer.sign(report: body)))
    } catch {
      logger.warning("a report was not signed: \(error)")
    }
  }

  /// Peers ask for these: beyond what the disk gives, they ask again.
  private func serve(_ work: @escaping @Sendable () -> Void) {
    if !reader.offer(work) { metrics.peers.serveFull.add() }
  }

  /// One that asks and does not read costs no more than its first answer: the lane is for all.
  private func servePeer(from height: UInt64, count: Int, to peer: AccountID) {
    let waiting = peers.counters(of: peer, on: .data)?.queuedBytes ?? 0
    guard waiting < NodeLimits.peerWaitingBytesMax else { return metrics.peers.serveFull.add() }
    serve { [self] in serveBlocks(from: height, count: count, to: peer) }
  }

  /// Full nodes have a lane of their own, behind the validators' in nothing but what they may cost:
  /// beyond it, or while the last answer still waits for its socket, they ask again.
  private func serveFollower(from height: UInt64, count: Int, to follower: AccountID) {
    let waiting = peers.counters(of: follower, on: .follow)?.queuedBytes ?? 0
    guard waiting < NodeLimits.followerWaitingBytesMax,
      followerBytes.hasRoom(second: NodeClock.milliseconds() / 1_000),
      followerReader.offer({ [self] in serveBlocks(from: height, count: count, to: follower) })
    else { return metrics.peers.serveFull.add() }
  }

  private func serveBlocks(from height: UInt64, count: Int, to peer: AccountID) {
    do throws(StoreError) {
      let entries = try store.log.read(
        from: height, bytesMax: CatchUpLimits.answerBytesTarget)
      let message = CatchUpMessage.blocks(from: height, entries.prefix(count).map(\.block))
      if peers.isFollower(peer) {
        followerBytes.take(entries.prefix(count).reduce(0) { $0 + $1.block.count })
      }
      send(.catchUp(message), to: peer)
    } catch {
      logger.error("blocks from height \(height) cannot be read: \(error)")
    }
  }

  private func serveDecided(_ height: UInt64, withBlock: Bool, to peer: AccountID) {
    do {
      guard let entry = try store.log.read(height) else { return }
      let decided = try DecidedBlock(decoding: entry.block)
      send(
        .consensus(
          .decided(
            Decided(
              certificate: decided.certificate, block: withBlock ? decided.block : nil))),
        to: peer)
    } catch {
      logger.error("block \(height) cannot be read: \(error)")
    }
  }

  private func send(_ message: PeerMessage, to peer: AccountID) {
    peers.send(to: peer, on: message.channel.connection, message.bytes)
  }

  private func report(_ note: ReplicaNote) {
    board.note(note)
    switch note {
    case .consensus(.viewChangeStarted(let height, let view)):
      metrics.consensus.viewChanges.add()
      logger.notice("view change", metadata: ["height": "\(height)", "view": "\(view)"])
    case .consensus(.handedOver(let height, let view, let isOwn)):
      logger.log(
        level: isOwn ? .notice : .info, "turn handed over",
        metadata: ["height": "\(height)", "view": "\(view)"])
    case .consensus(.viewEntered(let height, let view)):
      metrics.consensus.viewsEntered.add()
      logger.info("view entered", metadata: ["height": "\(height)", "view": "\(view)"])
    case .consensus(.refused(let refusal, let peer)):
      metrics.peers.refused.add()
      logger.debug("message refused: \(refusal) from \(peer.map(\.hex) ?? "-")")
    case .consensus(let note):
      count(note)
      logger.warning("consensus: \(note)")
    case .mode(let mode):
      let last = lastMode.withLock { last in
        defer { last = mode }
        return last
      }
      logger.log(level: mode.logLevel(after: last), "mode: \(mode.text)")
      raiseWatermark(for: mode)
    case .progress(let progress):
      logger.info("catching up: height \(progress.height) of \(progress.target)")
    case .distrust(let peer, .emptyPromise(let height)):
      logger.notice(
        "peer \(peer.hex) does not give block \(height): it may no longer keep it")
    case .distrust(let peer, let lie): logger.warning("peer \(peer.hex) lied: \(lie)")
    case .bundleOffence(let offence): logger.warning("a bundle breaks the rules: \(offence)")
    case .offenceFound(let evidence, let offender): found(evidence, of: offender)
    case .offenceRecorded(let offence): recorded(offence)
    case .malformedFrame(let peer, let error):
      metrics.peers.malformed.add()
      logger.warning("a frame of \(peer.hex) is no message: \(error)")
      peers.drop(follower: peer)
    case .outOfPlace(let peer):
      metrics.peers.outOfPlace.add()
      logger.warning("\(peer.hex) sent what it may not send; nothing was done with it")
      peers.drop(follower: peer)
    case .misbehaved(let follower, let fault):
      logger.warning(
        "the full node \(follower.hex) is dropped: it relayed a transaction that is \(fault)")
      peers.drop(follower: follower)
    case .round(let step, let height, let view, let now):
      watch.step(step, height: height, view: view, at: now)
    case .invalidProposal(let hash, let reason):
      metrics.consensus.invalidProposals.add()
      logger.warning("proposal \(hash.hex) is invalid: \(reason)")
    }
  }

  private func found(_ evidence: Evidence, of offender: AccountID) {
    metrics.consensus.evidence.add()
    logger.warning(
      "an offence of an ER Node was found, and is reported",
      metadata: [
        "offender": "\(offender.hex)", "offence": "\(evidence.offence.name)",
        "height": "\(evidence.height)", "view": "\(evidence.view)",
      ])
  }

  private func recorded(_ offence: RecordedOffence) {
    logger.warning(
      "the chain has recorded an offence of an ER Node",
      metadata: [
        "offender": "\(offence.offender.hex)", "offence": "\(offence.offence.name)",
        "height": "\(offence.height)", "reporter": "\(offence.reporter.hex)",
        "recorded": "\(offence.recordedAt)",
      ])
  }

  private func count(_ note: ConsensusNote) {
    switch note {
    case .ownKeyUsedElsewhere(let vote): usedElsewhere(vote)
    case .badSignatures: metrics.consensus.badSignatures.add()
    case .signingRefused: metrics.consensus.votesRefused.add()
    default: break
    }
  }

  /// Another process votes with this node's key: kept on the disk, so that a restart changes
  /// nothing about it.
  private func usedElsewhere(_ vote: Vote) {
    metrics.consensus.ownKeyConflicts.add()
    metrics.consensus.keyUsedElsewhere.set(true)
    let position = vote.statement.position
    let what = "\(position.kind) of height \(position.height), view \(position.view)"
    logger.critical(
      """
      another process votes with this node's key, and this one votes no more: stop the other for \
      good, then start this one once with --moved
      """,
      metadata: ["seen": "\(what)"])
    signing.run { [self] in
      do throws(DurableFile.Fault) {
        try fence?.noteUsedElsewhere("\(what), seen at \(NodeClock.milliseconds()) ms")
      } catch {
        logger.error("that another process has the key cannot be kept: \(error)")
      }
    }
  }

  /// A signer that does not know what it has signed may sign from the height catch-up names.
  private func raiseWatermark(for mode: CatchUpMode) {
    guard let signer, case .following(let from, let pause) = mode, from > 0,
      pause != nil || signer.isMissing
    else { return }
    let floor = VotePosition(height: from - 1, view: .max, kind: .commit)
    signing.run { [self] in
      do throws(SignerError) { try signer.raise(to: floor) } catch {
        logger.error("the watermark cannot be raised: \(error)")
      }
    }
  }
}

extension MessageChannel {
  /// The connection a channel's messages travel on.
  var connection: PeerChannel {
    switch self {
    case .votes: .votes
    case .data: .data
    }
  }
}
