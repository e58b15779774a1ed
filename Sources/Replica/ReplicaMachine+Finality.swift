import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState

/// From a commit certificate to a final block and the next height.
extension ReplicaMachine {
  /// A block has its commit certificate.
  mutating func decide(
    _ block: Block, hash: Digest, _ certificate: QuorumCertificate, sawItDecided: Bool
  ) throws(ReplicaFailure) {
    guard deciding == nil, certificate.height == tip.height + 1 else { return }
    let elapsed = now > block.header.timestamp ? now - block.header.timestamp : 0
    deciding = Deciding(
      block: block, hash: hash, certificate: certificate,
      certifiedAfterMilliseconds: sawItDecided ? elapsed : nil)
    try completeDecision()
    if deciding?.executed == nil { try prepare(block, hash: hash) }
  }

  /// Hands a decided block to the log once it is executed, with the certified root.
  mutating func completeDecision() throws(ReplicaFailure) {
    guard let decision = deciding, decision.executed == nil,
      let executed = candidates.result(decision.hash)
    else { return }
    try log(executed)
  }

  /// Hands the block being decided to the log.
  mutating func log(_ executed: Executed) throws(ReplicaFailure) {
    guard let decision = deciding else { return }
    guard executed.delta.root == decision.certificate.stateRoot else {
      throw .diverged(
        height: decision.certificate.height, certified: decision.certificate.stateRoot,
        own: executed.delta.root)
    }
    deciding?.executed = executed
    // What is logged above the store's height is replayed into the overlay at a restart: the log
    // may not run further ahead than the overlay reaches.
    guard !state.isOverlayFull else { return }
    deciding?.isInLog = true
    effects.append(
      .appendBlock(
        LoggedBlock(
          decided: DecidedBlock(
            block: decision.block, certificate: decision.certificate, bundles: executed.bundles),
          receipts: executed.outcome.receipts)))
  }

  /// The block is in the log, synced: it is final from now on.
  mutating func finalise(_ height: UInt64) throws(ReplicaFailure) {
    guard let decision = deciding, let executed = decision.executed,
      decision.certificate.height == height
    else { return }
    deciding = nil
    candidates.clear()
    let (set, primary) = (tip.set, firstPrimary)
    try adopt(executed, decision.certificate)
    restored = nil
    if let account = configuration.account, set.key(of: account) != tip.set.key(of: account) {
      desk.beginAnew()
    }
    effects.append(.finalised(announcement(of: executed, decision, set, primary)))
    pending.append(.dissemination(.decided(try disseminationDecision(of: executed))))
    pending.append(.catchUp(.decided(decision.certificate, sets: sets())))
    try recorded(executed.outcome.offences)
    try declareReadiness()
    watchCommits(executed, decision.certificate, set: set)
    flushIfIdle()
    pending.append(.beginHeight)
  }

  /// Makes an executed block the tip.
  mutating func adopt(_ executed: Executed, _ certificate: QuorumCertificate)
    throws(ReplicaFailure)
  {
    admission = nil
    do {
      try state.adopt(executed.delta, height: certificate.height)
    } catch {
      throw .state("\(error)")
    }
    recent.append(
      hash: executed.hash, certificate: certificate, header: executed.block.header,
      set: tip.set)
    let outcome = executed.outcome
    tip = Tip(
      height: certificate.height, hash: executed.hash,
      timestamp: executed.block.header.timestamp,
      roots: StateRoots(
        state: executed.delta.root, transactions: outcome.transactionsRoot,
        receipts: outcome.receiptsRoot),
      statement: outcome.statement, set: outcome.validators, nextSet: outcome.nextValidators,
      debtors: outcome.debtors, certificate: certificate)
  }

  /// Gives consensus the next height; on a full node there is none.
  mutating func beginHeight() {
    guard let account = configuration.account else { return }
    signLateCommits()
    let schedule = Schedule(chain: configuration.chain, set: tip.set)
    let height = tip.height + 1
    let rehearsal = configuration.rehearsal
    let scheduled = schedule.primaries(at: height, debtors: tip.debtors)
    guard
      var context = HeightContext(
        height: height, set: tip.set, own: tip.set.index(of: account),
        primaries: rehearsal.primaries(at: height, scheduled: scheduled), parent: tip.hash,
        parentTimestamp: tip.timestamp, mayVote: mayVote(at: height),
        watermark: restored?.watermark, ownVotes: restored?.ownVotes ?? [],
        prepared: restored?.prepared)
    else { return }
    context.rehearsal = rehearsal
    pending.append(.consensus(.begin(context)))
  }

  func mayVote(at height: UInt64) -> Bool {
    guard !isKeyUsedElsewhere, case .following(let from, _) = mode else { return false }
    return height >= from
  }

  /// The member to propose the block above the tip in view 0.
  private var firstPrimary: AccountID? {
    let schedule = Schedule(chain: configuration.chain, set: tip.set)
    let index = schedule.primary(height: tip.height + 1, view: 0, debtors: tip.debtors)
    return tip.set.members[index].account
  }

  private func announcement(
    of executed: Executed, _ decision: Deciding, _ set: ValidatorSet, _ primary: AccountID?
  ) -> FinalBlock {
    FinalBlock(
      decided: DecidedBlock(
        block: decision.block, certificate: decision.certificate, bundles: executed.bundles),
      hash: executed.hash, receipts: executed.outcome.receipts, roots: tip.roots,
      statement: executed.outcome.statement,
      certifiedAfterMilliseconds: decision.certifiedAfterMilliseconds, set: set,
      followingSet: tip.nextSet, firstPrimary: primary)
  }

  private func disseminationDecision(of executed: Executed) throws(ReplicaFailure)
    -> DisseminationDecision
  {
    let outcome = executed.outcome
    var progress: [AuthorProgress] = []
    if outcome.nextValidators != outcome.validators {
      do { progress = try bundleProgress() } catch { throw .state("\(error)") }
    }
    var ran: [Digest] = []
    var skipped: [Digest] = []
    var crowdedOut: [Digest] = []
    for receipt in outcome.receipts {
      switch receipt.outcome {
      case .skipped(.blockFull): crowdedOut.append(receipt.transaction)
      case .skipped: skipped.append(receipt.transaction)
      case .applied, .failed: ran.append(receipt.transaction)
      }
    }
    return DisseminationDecision(
      height: tip.height, runs: executed.block.runs, executed: ran, skipped: skipped,
      crowdedOut: crowdedOut, sets: sets(), progress: progress)
  }

  /// Of the sets of the heights around the tip, the one that decides a height; nil when that is
  /// below all of theirs.
  func set(deciding height: UInt64) -> ValidatorSet? {
    if tip.nextSet.firstHeight <= height { return tip.nextSet }
    if tip.set.firstHeight <= height { return tip.set }
    return recent.entries.last { $0.set.firstHeight <= height }?.set
  }

  /// The sets of the heights around the tip, ascending by first height, each once.
  func sets() -> [ValidatorSet] {
    var sets: [ValidatorSet] = []
    for set in recent.entries.map(\.set) + [tip.set, tip.nextSet] where !sets.contains(set) {
      sets.append(set)
    }
    return sets.sorted { $0.firstHeight < $1.firstHeight }
  }

  /// Writes everything final to LMDB, when no flush is under way.
  mutating func flushIfIdle() {
    guard flushUnderWay == nil, !state.unflushedHeights.isEmpty else { return }
    flushUnderWay = tip.height
    let writes = state.writes(through: tip.height)
    effects.append(
      .flush(FlushBatch(height: tip.height, root: tip.roots.state, writes: writes)))
  }

  mutating func flushed(_ height: UInt64) throws(ReplicaFailure) {
    guard flushUnderWay == height else { return }
    flushUnderWay = nil
    do {
      try state.flushed(through: height)
    } catch {
      throw .state("\(error)")
    }
    if let decision = deciding, !decision.isInLog, let executed = decision.executed {
      try log(executed)
    }
    flushIfIdle()
  }
}
