import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState

/// Building blocks, and judging and executing those of others.
extension ReplicaMachine {
  /// Builds a block on the tip.
  mutating func propose(view: UInt64, timestamp: UInt64, emptyOfBundles: Bool) {
    guard let author = configuration.account else { return }
    let height = tip.height + 1
    let runs = disseminator.runsForProposal(height: height, emptyOfBundles: emptyOfBundles)
    let commits = recent.commits(forHeaderAt: height)
    let header = BlockHeader(
      height: height, timestamp: timestamp, author: author, parent: tip.hash,
      bundlesRoot: BundleRun.root(runs), validatorsHash: tip.set.hash(configuration.chain),
      nextValidatorsHash: tip.nextSet.hash(configuration.chain), parentRoots: tip.roots,
      parentStatement: tip.statement, parentCommits: commits.parent, lateCommits: commits.late)
    pending.append(.consensus(.proposalBuilt(Block(header: header, runs: runs), view: view)))
  }

  /// Consensus wants a block executed: gather what it names, then do it.
  mutating func prepare(_ block: Block, hash: Digest) throws(ReplicaFailure) {
    if let result = candidates.result(hash) {
      return answer(hash, .root(result.delta.root))
    }
    if candidates.waiting?.hash == hash { return try executeIfReady() }
    guard block.header.height == tip.height + 1, block.header.parent == tip.hash,
      block.header.parentRoots.state == tip.roots.state, block.isConsistent,
      let checks = recent.checks(for: block.header)
    else { return try refuse(hash, "header does not follow from the parent") }
    candidates.waiting = Candidates.Waiting(
      block: block, hash: hash, headerIsVerified: checks.isEmpty)
    if !checks.isEmpty {
      effects.append(.verify(.header(hash), checks, isUrgent: true))
    }
    if !block.runs.isEmpty { pending.append(.dissemination(.needed(block.runs))) }
    try executeIfReady()
  }

  /// The COMMITs in a proposal's header have been verified.
  mutating func headerVerified(_ hash: Digest, isValid: Bool) throws(ReplicaFailure) {
    guard candidates.waiting?.hash == hash else { return }
    guard isValid else { return try refuse(hash, "a COMMIT in the header is badly signed") }
    candidates.waiting?.headerIsVerified = true
    try executeIfReady()
  }

  /// Bundles have arrived: the proposal may be complete now.
  mutating func executeIfReady() throws(ReplicaFailure) {
    guard let waiting = candidates.waiting, waiting.headerIsVerified else { return }
    switch disseminator.judge(waiting.block.runs, height: waiting.block.header.height) {
    case .missing: return
    case .refused(let fault): return try refuse(waiting.hash, "\(fault)")
    case .usable: break
    }
    let bundles = waiting.block.bundleDigests.compactMap { disseminator.bundle($0) }
    switch try execute(waiting.block, hash: waiting.hash, bundles: bundles) {
    case .success(let executed):
      candidates.waiting = nil
      candidates.add(executed)
      answer(waiting.hash, .root(executed.delta.root))
      try completeDecision()
    case .failure(let fault): try refuse(waiting.hash, "\(fault)")
    }
  }

  /// Executes a block on the tip; fails when the block is at fault, throws when this node is.
  mutating func execute(_ block: Block, hash: Digest, bundles: [Bundle])
    throws(ReplicaFailure) -> Result<Executed, ExecutionError>
  {
    let reads: ExecutionReads
    do { reads = try state.executionReads() } catch { throw .state("\(error)") }
    let outcome: ExecutionOutcome
    switch try run(block, bundles: bundles, reads: reads) {
    case .success(let done): outcome = done
    case .failure(let fault): return .failure(fault)
    }
    do {
      let delta = try meter.measure(.root) { () throws(StateError) in
        try state.stage(outcome.changes, reads: reads)
      }
      return .success(
        Executed(block: block, hash: hash, bundles: bundles, outcome: outcome, delta: delta))
    } catch {
      throw .state("\(error)")
    }
  }

  /// Runs a block in a view that is gone afterwards: it holds every record that was read, and the
  /// root needs only the writes.
  private mutating func run(_ block: Block, bundles: [Bundle], reads: ExecutionReads)
    throws(ReplicaFailure) -> Result<ExecutionOutcome, ExecutionError>
  {
    var view: StateView
    do { view = try state.view(reads: reads) } catch { throw .state("\(error)") }
    do {
      return .success(
        try meter.measure(.execution) { () throws(ExecutionError) in
          try Execution.run(
            block: block, bundles: bundles, chain: configuration.chain, on: &view)
        })
    } catch {
      guard !error.isFatal else { throw .state("\(error)") }
      return .failure(error)
    }
  }

  private mutating func answer(_ hash: Digest, _ result: ExecutionResult) {
    pending.append(.consensus(.executed(block: hash, result)))
  }

  /// A proposal is invalid here. One that a quorum has certified cannot be: then this node is
  /// wrong.
  mutating func refuse(_ hash: Digest, _ reason: String) throws(ReplicaFailure) {
    if let deciding, deciding.hash == hash {
      throw .invalidCertifiedBlock(height: deciding.certificate.height, reason: reason)
    }
    if candidates.waiting?.hash == hash { candidates.waiting = nil }
    effects.append(.report(.invalidProposal(hash, reason: reason)))
    answer(hash, .invalid(reason))
  }
}
