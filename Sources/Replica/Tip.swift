import Consensus
import LedgerCore
import LedgerRules

/// The last final block, as the next one needs it.
struct Tip {
  var height: UInt64
  var hash: Digest
  var timestamp: UInt64
  var roots: StateRoots
  var statement: CarbonStatement
  /// Decides the next height.
  var set: ValidatorSet
  /// Decides the height after it.
  var nextSet: ValidatorSet
  /// Members of `set` that owe carbon dues: passed over as primaries.
  var debtors: Set<Int>
  /// What decided it; nil at genesis.
  var certificate: QuorumCertificate?
}

/// A decided block on its way into the log.
struct Deciding {
  let block: Block
  let hash: Digest
  let certificate: QuorumCertificate
  /// When this node held the certificate; nil when it caught up.
  let certifiedAfterMilliseconds: UInt64?
  /// Set once the block is executed with the certified root.
  var executed: Executed?
  /// It is handed to the log; before, it waits for a flush to make room for it.
  var isInLog = false
}

/// What consensus must know of before a restart, for the first height it decides.
struct RestoredVotes {
  let watermark: VotePosition?
  let ownVotes: [Vote]
  let prepared: PreparedRecord?
}
