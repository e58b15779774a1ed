import LedgerCore

/// pBFT for one height: views, votes, timers (protocol §5).
///
/// Invariants:
/// - At most one statement is signed for a position, and positions only rise: `watermark`.
/// - Nothing is signed for a view that was left: a view's rules act only in the current view.
/// - PREPARE carries the root of this node's own execution; COMMIT follows a prepared certificate
///   with that root, stored before.
/// - A VIEW-CHANGE names the highest prepared record, never less than a COMMIT signed before.
///
/// An event changes facts; `settle` then applies every rule until nothing changes. So no rule
/// depends on the order in which facts came in.
struct HeightMachine: Sendable {
  let chain: ChainID
  let timing: ConsensusTiming
  let context: HeightContext
  /// The first instant at which the height can be proposed: the slot after the parent's.
  let due: UInt64
  /// What the machine wants done, in order; the owner takes it.
  var effects: [ConsensusEffect] = []

  /// Asked not to propose: see `handOver`.
  var handsOver = false
  /// False also after a divergence, and when another process uses this node's key.
  var mayVote: Bool
  var view: UInt64 = 0
  var phase = Phase.active
  /// When the current view's time is up; nil while its timer does not run.
  var deadline: UInt64?
  /// What has been started in the current view.
  var started = Started()
  var retransmission: Retransmission

  var book: VoteBook
  /// Verified proposals, one a view, ascending; the newest are kept.
  var candidates: [Candidate] = []
  /// The proposal this node works on in the current view.
  var accepted: Accepted?
  var executions: [Execution] = []
  /// Verified prepared records, one a view, ascending; the newest are kept.
  var records: [PreparedRecord] = []
  /// The highest record this node holds as its own.
  var prepared: PreparedRecord?
  /// The view whose own record is on disk.
  var persistedView: UInt64?
  var persisting: Persisting?

  /// Own votes of this height, ascending by position; of the newest views.
  var ownVotes: [Vote]
  /// The highest position asked to be signed.
  var watermark: VotePosition?
  /// What became of the VIEW-CHANGE at a restart's watermark, once the signer is asked for it.
  var repetition: Repetition?
  /// Statements at the signer.
  var awaited: [VoteStatement] = []
  /// Votes signed before, to be sent again as they are.
  var resends: [Vote] = []
  /// The record shown beside the current view's own VIEW-CHANGE.
  var shownRecord: PreparedRecord?
  var building: Building?
  var ownProposal: OwnProposal?

  /// A commit certificate whose block is still missing.
  var certificate: QuorumCertificate?
  /// A block that came beside a certificate.
  var certifiedBlock: Block?
  var decision: Decided?
  /// Members with reported evidence.
  var offenders: [UInt16] = []
  /// f + 1 members contradicted this node's execution.
  var hasDiverged = false
  var nextToken: UInt64

  /// Whether the current view has its proposal's authority.
  enum Phase: Sendable {
    /// View 0, or a later view whose NEW-VIEW has come.
    case active
    /// VIEW-CHANGE is sent (or was before a restart); NEW-VIEW has not come.
    case changing
  }

  /// What was started in the current view, once each.
  struct Started: Sendable {
    var proposal = false
    var prepare = false
    var commit = false
  }

  /// A verified proposal.
  struct Candidate: Sendable {
    let view: UInt64
    let hash: Digest
    let block: Block
    /// Not a re-proposal: its timestamp is judged against the clock.
    let isFresh: Bool
    /// The message that brought it, for those who missed it.
    let carrier: ConsensusMessage
    var isRefused = false
  }

  struct Accepted: Sendable {
    let hash: Digest
    let block: Block
  }

  struct Execution: Sendable {
    let block: Digest
    let result: ExecutionResult
  }

  struct Persisting: Sendable {
    let token: UInt64
    let view: UInt64
  }

  /// A fresh proposal the replica was asked for.
  struct Building: Sendable {
    let view: UInt64
    let timestamp: UInt64
    let viewChanges: [Vote]
  }

  /// This node's own proposal of the current view, until and after it is signed.
  struct OwnProposal: Sendable {
    let view: UInt64
    let block: Block
    let hash: Digest
    let isFresh: Bool
    let viewChanges: [Vote]
    let certificate: QuorumCertificate?
    var newView: Vote?
    var prePrepare: Vote?
  }

  /// When undecided messages are sent again.
  struct Retransmission: Sendable {
    var at: UInt64
    var pause: UInt64
    var attempts: UInt64 = 0
  }

  /// A vote signed before a restart and not kept is asked for once more.
  enum Repetition: Equatable {
    case asked(VoteStatement)
    case refused
  }

  init(
    _ context: HeightContext, chain: ChainID, timing: ConsensusTiming, mayVote: Bool,
    firstToken: UInt64, now: UInt64
  ) {
    self.context = context
    self.chain = chain
    self.timing = timing
    due = timing.slot(after: context.parentTimestamp) ?? UInt64.max
    self.mayVote = mayVote && context.mayVote && context.own != nil
    nextToken = firstToken
    book = VoteBook(members: context.set.count)
    retransmission = Retransmission(
      at: max(due, now).addingClamped(timing.retransmitMilliseconds),
      pause: timing.retransmitMilliseconds)
    ownVotes = context.ownVotes
      .filter { $0.height == context.height && Int($0.member) == context.own }
      .sorted { $0.statement.position < $1.statement.position }
    watermark = [context.watermark, ownVotes.last?.statement.position].compactMap(\.self).max()
    restore(now: now)
  }

  /// Takes up what was signed and stored before a restart.
  private mutating func restore(now: UInt64) {
    for vote in ownVotes { _ = book.insert(vote) }
    if let record = context.prepared, record.certificate.height == context.height {
      prepared = record
      persistedView = record.view
      remember(record)
    }
    if let last = ownVotes.last {
      view = last.view
      let holdsProposal = prepared?.view == view && last.statement.kind >= .prePrepare
      phase = view == 0 || holdsProposal ? .active : .changing
      if holdsProposal, let prepared { accept(prepared.block, hash: prepared.reference.block) }
      let change = VoteStatement.Content.viewChange(prepared: prepared?.reference)
      let hasShown = ownVotes.contains { $0.view == view && $0.statement.content == change }
      if hasShown { shownRecord = prepared }
    }
    if phase == .active { startTimer(now: now) }
  }

  var quorum: Int { context.rehearsal.quorum ?? context.set.quorum }

  var height: UInt64 { context.height }

  /// Applies every rule until none changes anything.
  mutating func settle(now: UInt64) {
    shortenTimers(now: now)
    while decision == nil {
      while !resends.isEmpty { signed(resends.removeFirst(), now: now) }
      if decide() { break }
      if joinOthers(now: now) || expire(now: now) { continue }
      if handOver(now: now) || followHandOver(now: now) { continue }
      startTimerOfChange(now: now)
      let acted =
        lead(now: now) || takeUpProposal(now: now) || prepare() || hold() || commit()
      guard acted || !resends.isEmpty else { break }
    }
    if decision == nil { retransmit(now: now) }
  }

  /// What is wanted done since the last call.
  mutating func takeEffects() -> [ConsensusEffect] {
    guard !effects.isEmpty else { return [] }
    defer { effects = [] }
    return effects
  }

  /// A block by its hash, where any message has brought it.
  func block(_ hash: Digest) -> Block? {
    if let accepted, accepted.hash == hash { return accepted.block }
    if let candidate = candidates.first(where: { $0.hash == hash }) { return candidate.block }
    if let record = records.first(where: { $0.certificate.block == hash }) { return record.block }
    if let certifiedBlock, certificate?.block == hash { return certifiedBlock }
    return nil
  }

  /// The result of a block's execution, once it is known.
  func result(of block: Digest) -> ExecutionResult? {
    executions.last { $0.block == block }?.result
  }

  /// Keeps a verified record, one for each view.
  mutating func remember(_ record: PreparedRecord) {
    guard !records.contains(where: { $0.view == record.view }) else { return }
    let index = records.firstIndex { record.view < $0.view } ?? records.endIndex
    records.insert(record, at: index)
    if records.count > ConsensusLimits.proposalsMax { records.removeFirst() }
  }

  /// The verified record a reference names.
  func record(_ reference: PreparedReference) -> PreparedRecord? {
    records.first { $0.reference == reference }
  }
}

extension UInt64 {
  /// The sum, or the greatest value where it would overflow.
  func addingClamped(_ other: UInt64) -> UInt64 {
    let sum = addingReportingOverflow(other)
    return sum.overflow ? .max : sum.partialValue
  }

  /// The difference, or zero where it would be negative.
  func subtractingClamped(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
