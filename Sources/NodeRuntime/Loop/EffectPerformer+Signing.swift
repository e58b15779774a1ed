import CatchUp
import LedgerCore
import LedgerMetrics
import Logging
import Replica
import Signer

/// What is signed, and what is done when somebody else signs with the same key.
extension EffectPerformer {
  func signVote(_ statement: VoteStatement, member: UInt16, key: PublicKey) {
    guard let signer else { return }
    do throws(SignerError) {
      let start = CPUClock.monotonicNanoseconds()
      let signature = try metrics.measure(.log) { () throws(SignerError) in
        try signer.sign(statement, with: key)
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

  func signBundle(_ header: BundleHeader, key: PublicKey) {
    guard let signer else { return }
    do throws(SignerError) {
      answer(.bundleSigned(header, try signer.sign(header, with: key)))
    } catch {
      logger.warning("a bundle was not signed: \(error)")
    }
  }

  func signReport(_ body: TransactionBody, key: PublicKey) {
    guard let signer else { return }
    do throws(SignerError) {
      answer(.reportSigned(body, try signer.sign(body, with: key)))
    } catch {
      logger.warning("a report was not signed: \(error)")
    }
  }

  /// Says that this node is ready for a term, with a key for it that is on the disk before. Keys of
  /// earlier terms are not needed any more.
  func declareReady(for term: UInt64, validUntil: UInt64, key: PublicKey) {
    guard let signer, let keyRing else { return }
    do {
      guard signer.holds(key) else { throw SignerError.noKey(key) }
      let next = try keyRing.key(for: term)
      signer.add(next)
      let ready = DeclareReady(
        term: term, key: .prove(next, for: signer.account, chain: chain))
      let body = TransactionBody.declaration(
        ready, of: signer.account, validUntil: validUntil, chain: chain)
      let signature = try signer.sign(body, with: key)
      answer(
        .declared(
          try Transaction(
            body: body, senderAuthorizations: [Authorization(key: key, signature: signature)])))
      for old in try keyRing.eraseKeys(before: term, inUse: key) { signer.forget(old) }
    } catch {
      logger.error("this node cannot be declared ready for term \(term): \(error)")
    }
  }

  /// Another process votes with this node's key: kept on the disk, so that a restart changes
  /// nothing about it.
  func usedElsewhere(_ vote: Vote) {
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
  func raiseWatermark(for mode: CatchUpMode) {
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
