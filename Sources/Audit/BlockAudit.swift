import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// The log's blocks one after another: each follows from the one before, its certificate is a
/// quorum of its set, and state keeps of it what it says. Blocks above the flushed height are
/// executed anew.
struct BlockAudit {
  private let chain: ChainID
  private let flushedHeight: UInt64
  private let flushedRoot: Digest
  private var records: StateView
  /// Sets by hash; grows while blocks are executed.
  private var sets: [Digest: ValidatorSet] = [:]
  /// The state executed on; nil when its records are damaged.
  private var state: AuthenticatedState?
  private var previous: Previous?

  /// What of the block before is repeated in a header.
  private struct Previous {
    let height: UInt64
    let hash: Digest
    let roots: StateRoots
  }

  init(chain: ChainID, records: RecordStore, state: AuthenticatedState?) {
    self.chain = chain
    flushedHeight = records.height
    flushedRoot = records.root
    self.records = StateView(over: records)
    self.state = state
    var queries = LedgerQueries(self.records)
    if let known = try? queries.validatorSets() { add(known.current, known.following) }
    for number in (try? queries.pastSetNumbers()) ?? 0..<0 {
      if let end = try? queries.setEnd(number) { add(end.set) }
    }
  }

  /// Checks a kept change of set; the set that ended, of which state keeps the header that named
  /// it, judges its blocks from then on.
  mutating func check(_ stored: StoredSetChange, after last: StoredSetChange?)
    -> [SetChangeFinding]
  {
    let header = stored.change.header
    var queries = LedgerQueries(records)
    // Above the flushed height the state says nothing of it yet.
    let isKnown = header.height <= flushedHeight
    if isKnown, (try? queries.block(header.height))?.headerHash != header.hash(chain) {
      return [.blockRecord]
    }
    do throws(SetChangeError) {
      try stored.change.verify(after: stored.set, chain: chain)
    } catch { return [.step(error)] }
    if isKnown { add(stored.set) }
    guard let last, last.number + 1 == stored.number, last.change.next != stored.set else {
      return []
    }
    return [.otherSet]
  }

  /// The changes that state still tells of and that are not kept. Those above all that are kept do
  /// not count: a crash may have left them out, and the next start takes them.
  mutating func missingChanges(_ kept: [UInt64]) -> [UInt64] {
    var queries = LedgerQueries(records)
    guard let last = kept.max(), let known = try? queries.pastSetNumbers() else { return [] }
    return known.filter { $0 < last && !kept.contains($0) }
  }

  private mutating func add(_ sets: ValidatorSet...) {
    for set in sets { self.sets[set.hash(chain)] = set }
  }

  /// Checks the next block of the log.
  mutating func check(_ entry: LogEntry, _ report: inout AuditReport) {
    report.blocks += 1
    report.lastBlock = entry.height
    let decided: DecidedBlock
    let receipts: [Receipt]
    do throws(BCSError) {
      decided = try DecidedBlock(decoding: entry.block)
      receipts = try Self.receipts(entry.receipts)
    } catch {
      previous = nil
      return report.note(.block(height: entry.height, .unreadable(error)))
    }
    let roots = StateRoots(
      state: decided.certificate.stateRoot,
      transactions: MerkleTree.root(leaves: decided.transactions.map(\.bytes)),
      receipts: Execution.receiptsRoot(receipts))
    report.transactions += UInt64(receipts.count)
    for finding in findings(decided, receipts, roots, &report) {
      report.note(.block(height: entry.height, finding))
    }
    previous = Previous(
      height: decided.height, hash: decided.block.header.hash(chain), roots: roots)
  }

  private static func receipts(_ bytes: ArraySlice<UInt8>) throws(BCSError) -> [Receipt] {
    var reader = unsafe BCSReader(bytes.span.bytes)
    let receipts = try reader.list(
      of: Receipt.self, in: 0...Limits.blockBytesMax / 128, "receipts")
    try reader.finish("receipts")
    return receipts
  }

  private mutating func findings(
    _ decided: DecidedBlock, _ receipts: [Receipt], _ roots: StateRoots,
    _ report: inout AuditReport
  ) -> [BlockFinding] {
    let header = decided.block.header
    var findings: [BlockFinding] = []
    let digests = decided.bundles.map { $0.header.digest(chain) }
    if !decided.block.isConsistent || digests != decided.block.bundleDigests {
      findings.append(.bundles)
    }
    findings += followsPrevious(header)
    if let finding = certificate(decided) {
      findings.append(finding)
    } else {
      report.certificates += 1
    }
    if header.height <= flushedHeight {
      findings += agreesWithState(header, roots)
    } else {
      findings += execute(decided, receipts, &report)
    }
    if header.height == flushedHeight, roots.state != flushedRoot {
      findings.append(.stateRoot(certified: roots.state, recomputed: flushedRoot))
    }
    return findings
  }

  private mutating func followsPrevious(_ header: BlockHeader) -> [BlockFinding] {
    var findings: [BlockFinding] = []
    if header.height == 1, header.parent.bytes != chain.bytes { findings.append(.parent) }
    if let previous, previous.height + 1 == header.height {
      if header.parent != previous.hash { findings.append(.parent) }
      if header.parentRoots.receipts != previous.roots.receipts { findings.append(.receipts) }
      if header.parentRoots.transactions != previous.roots.transactions {
        findings.append(.transactions)
      }
      if header.parentRoots.state != previous.roots.state { findings.append(.parentRoots) }
    }
    var queries = LedgerQueries(records)
    if header.height > 0, header.height - 1 <= flushedHeight,
      (try? queries.statement(header.height - 1)) != header.parentStatement
    {
      findings.append(.statement)
    }
    return findings
  }

  private func certificate(_ decided: DecidedBlock) -> BlockFinding? {
    guard let set = sets[decided.block.header.validatorsHash] else { return .unknownSet }
    do throws(CertificateError) {
      try decided.certificate.verify(deciding: decided.block.header, in: set, chain: chain)
      return nil
    } catch { return .certificate(error) }
  }

  /// What state keeps of a block at or below the flushed height.
  private mutating func agreesWithState(_ header: BlockHeader, _ roots: StateRoots)
    -> [BlockFinding]
  {
    var queries = LedgerQueries(records)
    guard let record = try? queries.block(header.height) else { return [.blockRecord] }
    var findings: [BlockFinding] = []
    if record.headerHash != header.hash(chain) || record.timestamp != header.timestamp {
      findings.append(.blockRecord)
    }
    if record.receiptsRoot != roots.receipts { findings.append(.receipts) }
    if record.transactionsRoot != roots.transactions { findings.append(.transactions) }
    return findings
  }

  /// Executes a block above the flushed height on the state below it.
  private mutating func execute(
    _ decided: DecidedBlock, _ receipts: [Receipt], _ report: inout AuditReport
  ) -> [BlockFinding] {
    guard let state, state.height + 1 == decided.height else { return [] }
    var view = StateView(over: state)
    do {
      let outcome = try Execution.run(
        block: decided.block, bundles: decided.bundles, chain: chain, on: &view)
      add(outcome.validators, outcome.nextValidators)
      let delta = try state.stage(outcome.changes)
      try state.adopt(delta, height: decided.height)
      report.executed += 1
      var findings: [BlockFinding] = []
      if outcome.receipts != receipts { findings.append(.executedReceipts) }
      if delta.root != decided.certificate.stateRoot {
        findings.append(
          .stateRoot(certified: decided.certificate.stateRoot, recomputed: delta.root))
        self.state = nil
      }
      return findings
    } catch let error as ExecutionError {
      self.state = nil
      return [.execution(error)]
    } catch {
      self.state = nil
      return [.stateRoot(certified: decided.certificate.stateRoot, recomputed: .zero)]
    }
  }

  /// The log reaches the flushed height.
  func finish(_ report: inout AuditReport) {
    guard flushedHeight > 0, (report.lastBlock ?? 0) < flushedHeight else { return }
    report.note(.block(height: flushedHeight, .missing))
  }
}
