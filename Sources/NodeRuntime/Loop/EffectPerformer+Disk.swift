import LedgerCore
import LedgerMetrics
import LedgerStore
import PeerNetwork
import Replica

/// Effects that need the disk or the key, each on its lane.
extension EffectPerformer {
  /// Effects that need the disk or the key.
  func onDisk(_ effect: ReplicaEffect) {
    switch effect {
    case .signVote(let statement, let member, let key):
      signing.run { [self] in signVote(statement, member: member, key: key) }
    case .signBundle(let header, let key):
      watch.sealed(header)
      signing.run { [self] in signBundle(header, key: key) }
    case .signReport(let body, let key): signing.run { [self] in signReport(body, key: key) }
    case .declareReady(let term, let validUntil, let key):
      signing.run { [self] in declareReady(for: term, validUntil: validUntil, key: key) }
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
      let isCurrent = isFollowing
      onLane(
        flusher, .flush, timing: metrics.store.flush, then: .flushed(height: batch.height)
      ) {
        [store, board, peerKeeper, setChanges] () throws(StoreError) in
        try store.flush(batch)
        try setChanges.look()
        board.flushed.reached(batch.height)
        peerKeeper?.look(at: store, isCurrent: isCurrent)
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

  func onLane(
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
}
