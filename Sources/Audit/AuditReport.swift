public import LedgerCore
public import LedgerRules

/// What an audit of a folder has recomputed, and what it found.
public struct AuditReport: Sendable {
  /// Findings kept; more are only counted.
  public static let findingsMax = 100

  public let chain: ChainID
  /// The height of the flushed state, whose identities were recomputed.
  public internal(set) var height: UInt64 = 0
  /// The root of its records, recomputed; nil when they could not all be read.
  public internal(set) var root: Digest?
  public internal(set) var totals = StateTotals()
  /// The blocks of the log.
  public internal(set) var blocks: UInt64 = 0
  public internal(set) var lastBlock: UInt64?
  public internal(set) var transactions: UInt64 = 0
  public internal(set) var certificates: UInt64 = 0
  /// Blocks above the flushed height that were executed anew.
  public internal(set) var executed: UInt64 = 0
  public internal(set) var indexEntries: UInt64 = 0
  public internal(set) var bundles: UInt64 = 0
  /// Changes of the validator set that are kept for light clients.
  public internal(set) var setChanges: UInt64 = 0
  /// Entries of the history, held against the log; 0 when the home has none.
  public internal(set) var historyEntries: UInt64 = 0
  public internal(set) var findings: [AuditFinding] = []
  /// Findings beyond `findingsMax`.
  public internal(set) var findingsLeftOut: UInt64 = 0

  init(chain: ChainID) { self.chain = chain }

  /// Everything holds.
  public var isSound: Bool { findings.isEmpty }

  /// Takes what another part of the audit has recomputed, which this one has not.
  mutating func add(_ part: AuditReport) {
    height = part.height
    root = root ?? part.root
    if part.totals.records > 0 { totals = part.totals }
    blocks += part.blocks
    lastBlock = lastBlock ?? part.lastBlock
    transactions += part.transactions
    certificates += part.certificates
    executed += part.executed
    indexEntries += part.indexEntries
    bundles += part.bundles
    setChanges += part.setChanges
    historyEntries += part.historyEntries
    for finding in part.findings { note(finding) }
    findingsLeftOut += part.findingsLeftOut
  }

  mutating func note(_ finding: AuditFinding) {
    if findings.count < Self.findingsMax {
      findings.append(finding)
    } else {
      findingsLeftOut += 1
    }
  }
}
