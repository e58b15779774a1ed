import CatchUp
import Consensus
import LedgerCore
import LedgerMetrics
import LedgerRules
import Logging
import PeerNetwork
import Replica
import Synchronization

/// What operators and metrics are told.
extension EffectPerformer {
  func report(_ note: ReplicaNote) {
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
}
