import Dissemination
import LedgerCore
import LedgerMetrics
import LedgerRules
import Replica
import Synchronization

/// What is counted on the replica's thread: what its effects and its own numbers show.
///
/// The lock is never waited for: nobody else takes it.
final class ReplicaWatch: Sendable {
  /// Pause between two looks at the replica's own counters, nanoseconds.
  static let lookNanoseconds: UInt64 = 250_000_000

  private struct State {
    var commits: CommitWatch
    var rounds: RoundWatch
    var transactions: TransactionWatch
    var bundles: BundleWatch
    var lookedAt: UInt64 = 0
    var stateHeight: UInt64?
  }

  private let own: AccountID?
  private let metrics: NodeMetrics
  private let state: Mutex<State>
  private let drops: [(DropReason, Counter)]

  init(own: AccountID?, names: MemberNames, metrics: NodeMetrics) {
    self.own = own
    self.metrics = metrics
    state = Mutex(
      State(
        commits: CommitWatch(own: own, names: names, metrics: metrics),
        rounds: RoundWatch(own: own, names: names, metrics: metrics),
        transactions: TransactionWatch(metrics: metrics),
        bundles: BundleWatch(metrics: metrics)))
    // From 0 on, so that a first late COMMIT is an increase.
    for name in names.all {
      for counter in metrics.members.counters { _ = counter.child(name) }
    }
    drops = DropReason.allCases.map {
      ($0, metrics.dissemination.drops.child(String(label: $0)))
    }
  }

  func step(_ step: RoundStep, height: UInt64, view: UInt64, at now: UInt64) {
    state.withLock { $0.rounds.take(step, height: height, view: view, at: now) }
  }

  func answered(_ answer: SubmissionAnswer) {
    guard case .pending = answer.status, let id = answer.id, TransactionWatch.isSampled(id)
    else { return }
    state.withLock { $0.transactions.pending(id, now: CPUClock.monotonicNanoseconds()) }
  }

  func accepted(_ ids: [Digest]) {
    state.withLock { $0.transactions.accepted(ids, now: CPUClock.monotonicNanoseconds()) }
  }

  func ended(_ ended: [EndedTransaction]) {
    state.withLock { $0.transactions.ended(ended.lazy.map(\.id)) }
  }

  func sealed(_ header: BundleHeader) {
    state.withLock { $0.bundles.sealed(header, now: CPUClock.monotonicNanoseconds()) }
  }

  func finalised(_ block: FinalBlock) {
    let chain = metrics.chain
    let header = block.decided.block.header
    let now = CPUClock.monotonicNanoseconds()
    chain.blocksFinal.add()
    chain.transactionsFinal.add(UInt64(block.receipts.count))
    chain.transactionsFailed.add(UInt64(block.receipts.count { $0.outcome != .applied }))
    chain.height.set(header.height)
    chain.timestamp.set(header.timestamp)
    if let certified = block.certifiedAfterMilliseconds {
      chain.certificate.observe(milliseconds: certified)
      let clock = NodeClock.milliseconds()
      chain.finality.observe(
        milliseconds: clock > header.timestamp ? clock - header.timestamp : 0)
    } else {
      chain.blocksCaughtUp.add()
    }
    show(block.statement)
    state.withLock { state in
      state.commits.add(block)
      state.transactions.final(block.receipts.lazy.map(\.transaction), now: now)
    }
  }

  private func show(_ statement: CarbonStatement) {
    let carbon = metrics.carbon
    let amounts = [
      (carbon.footprint, statement.footprint), (carbon.due, statement.due),
      (carbon.paid, statement.paid), (carbon.byFund, statement.coveredByFund),
      (carbon.arrears, statement.arrears), (carbon.charges, statement.operationCharges),
      (carbon.arrearsOpen, statement.arrearsOpen),
      (carbon.footprintCumulative, statement.footprintCumulative),
      (carbon.consumedCumulative, statement.consumedCumulative),
    ]
    for (gauge, amount) in amounts { gauge.set(amount) }
    carbon.retired.set(statement.tonnesRetiredCumulative)
    carbon.covered.set(statement.covered)
  }

  /// Looks at the replica's own numbers, between two batches of events.
  func look(at replica: borrowing ReplicaMachine) {
    let gauges = replica.gauges
    let height = replica.height
    let now = CPUClock.monotonicNanoseconds()
    metrics.store.unflushedBlocks.set(replica.unflushedBlocks)
    metrics.dissemination.poolTransactions.set(gauges.pendingTransactions)
    let (isDue, isNew) = state.withLock { state in
      state.bundles.acknowledged(below: gauges.ownAcceptedEnd, now: now)
      let isDue = now &- state.lookedAt >= Self.lookNanoseconds
      if isDue { state.lookedAt = now }
      let isNew = state.stateHeight != height
      state.stateHeight = height
      return (isDue, isNew)
    }
    if isNew { readState(of: replica) }
    if isDue { publish(gauges, of: replica) }
  }

  private func publish(_ gauges: DisseminationGauges, of replica: borrowing ReplicaMachine) {
    let dissemination = metrics.dissemination
    dissemination.poolBytes.set(gauges.pendingBytes)
    dissemination.bundlesHeld.set(gauges.bundles)
    dissemination.bundlesHeldBytes.set(gauges.bundleBytes)
    dissemination.bundlesWanted.set(gauges.wantedBundles)
    dissemination.peersBehind.set(gauges.peersBehind)
    dissemination.peersCongested.set(gauges.peersCongested)
    let counters = replica.disseminationCounters
    dissemination.admitted.follow(counters.transactionsAdmitted)
    dissemination.forwarded.follow(counters.transactionsForwarded)
    dissemination.returned.follow(counters.transactionsReturned)
    dissemination.sealed.follow(counters.bundlesSealed)
    dissemination.received.follow(counters.bundlesVerified)
    dissemination.expired.follow(counters.bundlesExpired)
    dissemination.served.follow(counters.bundlesServed)
    dissemination.resent.follow(counters.bundlesResent)
    dissemination.fetches.follow(counters.fetchesSent)
    for (reason, counter) in drops { counter.follow(counters.dropped(reason)) }
    let consensus = replica.consensusGauges
    metrics.consensus.view.set(consensus.view)
    metrics.consensus.voting.set(consensus.isVoting)
    metrics.consensus.validators.set(consensus.validators)
    metrics.consensus.isMember.set(consensus.isMember)
    metrics.carbon.debtors.set(consensus.debtors)
  }

  /// Reads what only the state knows, once a block.
  private func readState(of replica: borrowing ReplicaMachine) {
    var queries = replica.queries()
    if let fund = try? queries.fund() { metrics.carbon.fund.set(fund.ecc) }
    guard let own, let node = try? queries.nodeCarbon(own) else { return }
    metrics.carbon.nodeReserve.set(node.reserve)
    metrics.carbon.nodeArrears.set(node.arrears)
    metrics.carbon.nodeFundDebt.set(node.fundDebt)
  }
}

extension Gauge {
  /// Sets µg CO2e.
  func set(_ amount: Amount) { set(Int64(clamping: amount.baseUnits)) }
}

extension String {
  /// A label's value from a case's name: in snake case.
  init(label value: some Any) {
    self = "\(value)".reduce(into: "") { label, character in
      label += character.isUppercase ? "_\(character.lowercased())" : String(character)
    }
  }
}
