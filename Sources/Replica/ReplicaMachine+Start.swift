import CatchUp
import Consensus
public import Dissemination
public import LedgerCore
public import LedgerRules
import LedgerState

extension ReplicaMachine {
  /// Loads the state and executes the log's blocks above it, checking each against its certificate.
  public init(
    configuration: ReplicaConfiguration, start: ReplicaStart, meter: any StageMeter
  ) throws(ReplicaFailure) {
    self.configuration = configuration
    self.meter = meter
    consensus = ConsensusMachine(chain: configuration.chain, timing: configuration.timing)
    let interval = configuration.timing.intervalMilliseconds
    disseminator = Disseminator(
      own: configuration.account, chain: configuration.chain, intervalMilliseconds: interval)
    disseminator.quorum = configuration.rehearsal.quorum
    catchUp = CatchUpMachine(
      own: configuration.account, chain: configuration.chain, intervalMilliseconds: interval)
    do {
      state = try AuthenticatedState(reader: start.reader, workers: configuration.workers)
    } catch {
      throw .state("\(error)")
    }
    do {
      tip = try Self.tip(of: state, certificate: start.recent.last?.decided.certificate)
    } catch {
      throw .state("\(error)")
    }
    if let certificate = tip.certificate, certificate.stateRoot != state.root {
      throw .diverged(
        height: tip.height, certified: certificate.stateRoot, own: state.root)
    }
    for entry in start.recent { try remember(entry.decided) }
    for entry in start.replay { try replay(entry.decided) }
    isKeyUsedElsewhere = start.isKeyUsedElsewhere
    ownKey = OwnKeyWatch(watermark: start.watermark)
    lateVoting.asked = start.watermark
    restored = RestoredVotes(
      watermark: start.watermark, ownVotes: start.ownVotes, prepared: start.prepared)
  }

  private static func tip(
    of state: AuthenticatedState, certificate: QuorumCertificate?
  ) throws(RecordError) -> Tip {
    var queries = LedgerQueries(StateView(over: state))
    let facts = try queries.parentFacts()
    return Tip(
      height: facts.height, hash: facts.headerHash, timestamp: facts.timestamp,
      roots: StateRoots(
        state: state.root, transactions: facts.transactionsRoot, receipts: facts.receiptsRoot),
      statement: facts.statement, set: facts.validators, nextSet: facts.nextValidators,
      debtors: facts.debtors, certificate: certificate)
  }

  /// A block from before the flushed state: for the COMMITs later headers carry, judged by the set
  /// that decided it.
  private mutating func remember(_ decided: DecidedBlock) throws(ReplicaFailure) {
    var queries = queries()
    let set: ValidatorSet?
    do { set = try queries.validatorSet(deciding: decided.height) } catch {
      throw .state("\(error)")
    }
    guard let set else { return }
    recent.append(
      hash: decided.certificate.block, certificate: decided.certificate,
      header: decided.block.header, set: set)
  }

  private mutating func replay(_ decided: DecidedBlock) throws(ReplicaFailure) {
    let certificate = decided.certificate
    guard decided.height == tip.height + 1,
      decided.block.header.hash(configuration.chain) == certificate.block
    else {
      throw .invalidCertifiedBlock(
        height: decided.height, reason: "the log's block does not follow height \(tip.height)")
    }
    switch try execute(decided.block, hash: certificate.block, bundles: decided.bundles) {
    case .failure(let fault):
      throw .invalidCertifiedBlock(height: decided.height, reason: "\(fault)")
    case .success(let executed):
      guard executed.delta.root == certificate.stateRoot else {
        throw .diverged(
          height: decided.height, certified: certificate.stateRoot, own: executed.delta.root)
      }
      try adopt(executed, certificate)
    }
  }

  /// Begins: what the node does first. Called once, before any event.
  public mutating func begin(_ start: ReplicaStart, now: UInt64) -> [ReplicaEffect] {
    self.now = now
    let progress: [AuthorProgress]
    do {
      progress = try bundleProgress()
    } catch {
      return finishStep { _ throws(ReplicaFailure) in throw .state("\(error)") }
    }
    pending.append(
      .dissemination(
        .restored(
          DisseminationStart(
            incarnation: start.incarnation, height: tip.height, sets: sets(), progress: progress,
            bundles: start.bundles))))
    pending.append(
      .catchUp(
        .start(
          CatchUpStart(
            height: tip.height, certificate: tip.certificate, sets: sets(),
            watermark: start.watermark, isVoteLogMissing: start.isVoteLogMissing))))
    beginHeight()
    flushIfIdle()
    return finishStep { _ in }
  }

  /// Of each member of the sets around the tip the last bundle that a block named.
  func bundleProgress() throws(RecordError) -> [AuthorProgress] {
    var queries = LedgerQueries(StateView(over: state))
    var list: [AuthorProgress] = []
    for set in sets() {
      for member in set.members where !list.contains(where: { $0.author == member.account }) {
        guard let progress = try queries.bundleProgress(member.account), progress.next > 0 else {
          continue
        }
        list.append(
          AuthorProgress(
            author: member.account, incarnation: progress.incarnation,
            number: progress.next - 1))
      }
    }
    return list
  }

  /// The last final height.
  public var height: UInt64 { tip.height }

  /// The view of the height being decided; 0 where none is.
  public var view: UInt64 { consensus.view ?? 0 }

  /// The height that consensus works at and has not decided; nil where there is none.
  package var openHeight: UInt64? { consensus.isDecided ? nil : consensus.height }

  /// The genesis hash.
  public var chain: ChainID { configuration.chain }
}

extension ReplicaMachine {
  /// Reads the state at the tip, through each domain's queries.
  public func queries() -> LedgerQueries { LedgerQueries(StateView(over: state)) }

  /// The sets of the next height and of the one after it.
  public var tipSets: [ValidatorSet] { [tip.set, tip.nextSet] }

  /// Final blocks that LMDB does not have yet.
  public var unflushedBlocks: Int { state.unflushedHeights.count }

  /// What dissemination holds now.
  public var gauges: DisseminationGauges { disseminator.gauges }

  /// What dissemination has done since the start.
  public var disseminationCounters: DisseminationCounters { disseminator.counters }

  /// How full everything is that others make this node keep.
  public var queues: [QueueFill] {
    let gauges = disseminator.gauges
    return consensus.queues + catchUp.queues + [
      QueueFill(
        "pending transactions", gauges.pendingTransactions,
        of: DisseminationLimits.poolTransactionsMax),
      QueueFill("pending bytes", gauges.pendingBytes, of: DisseminationLimits.poolBytesMax),
      QueueFill(
        "bundles", gauges.bundles, of: tip.set.count * DisseminationLimits.authorBundlesMax),
      QueueFill("wanted bundles", gauges.wantedBundles, of: DisseminationLimits.wantedDigestsMax),
    ]
  }

  /// This node's part in consensus now.
  public var consensusGauges: ConsensusGauges {
    ConsensusGauges(
      view: view, isVoting: consensus.isVoting, validators: tip.set.count,
      isMember: configuration.account.map { tip.set.index(of: $0) != nil } ?? false,
      debtors: tip.debtors.count)
  }

  /// The root of the state at the tip.
  public var stateRoot: Digest { tip.roots.state }

  /// The latest vote of a member that this node has heard since its start.
  public func latestVote(of member: AccountID) -> Vote? { catchUp.latestVote(of: member) }

  /// Hash of the last final block.
  public var blockHash: Digest { tip.hash }

  /// Its timestamp, milliseconds since 1970.
  public var timestamp: UInt64 { tip.timestamp }

  /// What the disseminator knows of a transaction before its block.
  public func standing(of id: Digest) -> TransactionStanding? { disseminator.standing(of: id) }

  /// The highest sequence of a sender's transactions that entered this node's pool lately.
  public func pendingSequence(of sender: AccountID) -> UInt64? {
    disseminator.pendingSequence(of: sender)
  }
}

/// A node's part in consensus at one moment.
public struct ConsensusGauges: Hashable, Sendable {
  /// Of the height at work.
  public let view: UInt64
  /// Whether votes are signed.
  public let isVoting: Bool
  /// Members of the set that decides the next height.
  public let validators: Int
  public let isMember: Bool
  /// Members that owe carbon dues.
  public let debtors: Int
}
