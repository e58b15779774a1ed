import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState

/// What the machines inside want done, turned into effects of the replica or into events of another
/// machine.
extension ReplicaMachine {
  mutating func perform(_ effect: ConsensusEffect) throws(ReplicaFailure) {
    switch effect {
    case .propose(let view, let timestamp, let emptyOfBundles):
      propose(view: view, timestamp: timestamp, emptyOfBundles: emptyOfBundles)
    case .execute(let block, let hash, let view):
      let header = block.header
      note(.proposal(author: header.author, timestamp: header.timestamp), header.height, view)
      try prepare(block, hash: hash)
    case .check(let token, let checks):
      effects.append(.verify(.consensus(token), checks, isUrgent: true))
    case .sign(let statement):
      // Consensus hears of a block from others when it is final; until then it may ask for votes of
      // its height. A VIEW-CHANGE would deny the COMMIT that is signed late.
      guard statement.height > tip.height else { return }
      sign(statement, in: tip.set)
    case .persistPrepared(let token, let record):
      note(.prepared, record.certificate.height, record.certificate.view)
      effects.append(
        .storePrepared(token: token, height: record.certificate.height, record.bcs))
    case .broadcast(let message): broadcast(.consensus(message))
    case .send(let message, let peer): send(.consensus(message), to: peer)
    case .decided(let block, let certificate, _):
      note(.certified, certificate.height, certificate.view)
      try decide(
        block, hash: certificate.block, certificate, sawItDecided: true)
    case .lateCommit(let commit, let height): recent.addLate(commit, height: height)
    case .answerDecided(let height, let withBlock, let peer):
      effects.append(.serveDecided(height: height, withBlock: withBlock, to: peer))
    case .wake(let time): wakes.set(.consensus, at: time)
    case .report(let note):
      if case .peersAhead(let height) = note {
        // Honest peers work at a height only when the one below it is final.
        if height > 0 { pending.append(.catchUp(.sawCertificate(height: height - 1))) }
      }
      effects.append(.report(.consensus(note)))
      if case .evidence(let evidence) = note { try found(.votes(evidence)) }
      if case .ownKeyUsedElsewhere = note { keyIsUsedElsewhere() }
    }
  }

  mutating func perform(_ effect: DisseminationEffect) throws(ReplicaFailure) {
    switch effect {
    case .precheck(let token, let candidates):
      let verdicts = try precheck(candidates)
      pending.append(.dissemination(.prechecked(token: token, verdicts)))
    case .check(let token, let checks):
      effects.append(.verify(.dissemination(token), checks, isUrgent: false))
    case .signBundle(let header):
      // Sealed by a member of that height's set alone.
      guard let key = set(deciding: header.birthHeight)?.key(of: header.author) else { return }
      effects.append(.signBundle(header, key: key))
    case .store(let token, let bundles):
      effects.append(.storeBundles(token: token, bundles))
    case .discard(let digests): effects.append(.discardBundles(digests))
    case .send(let message, let peer): send(.dissemination(message), to: peer)
    case .multicast(let message, let peers): send(.dissemination(message), to: peers)
    case .broadcast(let message): broadcast(.dissemination(message))
    case .answer(let answer): effects.append(.answer(answer))
    case .accepted(let ids): effects.append(.accepted(ids))
    case .saidAccepted(let ids, let server):
      effects.append(.saidAccepted(ids, by: server))
    case .misbehaved(let follower, let fault):
      effects.append(.report(.misbehaved(follower, fault)))
    case .ended(let ended): effects.append(.ended(ended))
    case .available: try executeIfReady()
    case .unusable(let digests): try refuseUnusable(digests)
    case .misbehaviour(let offence): try found(offence)
    case .wake(let time): wakes.set(.dissemination, at: time)
    }
  }

  /// Reports a step of the height at work, with the time of the event that brought it.
  private mutating func note(_ step: RoundStep, _ height: UInt64, _ view: UInt64) {
    effects.append(
      .report(.round(step, height: height, view: view, atMilliseconds: now)))
  }

  private mutating func refuseUnusable(_ digests: [Digest]) throws(ReplicaFailure) {
    guard let waiting = candidates.waiting,
      waiting.block.bundleDigests.contains(where: digests.contains)
    else { return }
    try refuse(waiting.hash, "a bundle holds a badly signed transaction")
  }

  mutating func perform(_ effect: CatchUpEffect) throws(ReplicaFailure) {
    switch effect {
    case .send(let message, let peer): send(.catchUp(message), to: peer)
    case .broadcast(let message): broadcast(.catchUp(message))
    case .announce(let message):
      effects.append(.announce(PeerMessage.catchUp(message).bytes))
    case .check(let token, let checks):
      effects.append(.verify(.catchUp(token), checks, isUrgent: true))
    case .apply(let decided): try apply(decided)
    case .serve(let height, let count, let peer):
      effects.append(.serveBlocks(from: height, count: count, to: peer))
    case .mode(let mode): changeMode(mode)
    case .report(let progress): effects.append(.report(.progress(progress)))
    case .distrust(let peer, let lie): effects.append(.report(.distrust(peer, lie)))
    case .wake(let time): wakes.set(.catchUp, at: time)
    }
  }

  private mutating func changeMode(_ mode: CatchUpMode) {
    self.mode = mode
    if case .following(_, let pause) = mode { ownKey.reachedTip(tip.height, pause) }
    effects.append(.report(.mode(mode)))
    guard configuration.account != nil else { return }
    signLateCommits()
    pending.append(.consensus(.mayVoteChanged(mayVote(at: tip.height + 1))))
  }

  /// Executes a certified block that a peer handed out.
  private mutating func apply(_ decided: DecidedBlock) throws(ReplicaFailure) {
    let hash = decided.certificate.block
    guard decided.height == tip.height + 1, deciding?.executed == nil else { return }
    switch try execute(decided.block, hash: hash, bundles: decided.bundles) {
    case .failure:
      pending.append(.catchUp(.applyFailed(height: decided.height)))
    case .success(let executed) where executed.delta.root != decided.certificate.stateRoot:
      throw .diverged(
        height: decided.height, certified: decided.certificate.stateRoot,
        own: executed.delta.root)
    case .success(let executed):
      deciding = Deciding(
        block: decided.block, hash: hash, certificate: decided.certificate,
        certifiedAfterMilliseconds: nil)
      try log(executed)
    }
  }

  /// Judges transactions against the tip.
  private mutating func precheck(_ candidates: [PrecheckCandidate])
    throws(ReplicaFailure) -> [TransactionFault?]
  {
    do {
      let admission = try admission ?? Admission(chain: configuration.chain, over: state)
      self.admission = admission
      return try admission.faults(of: candidates.map(\.transaction))
    } catch {
      throw .state("\(error)")
    }
  }
}
