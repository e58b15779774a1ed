import LedgerCore
import LedgerRules
import LedgerState

/// A proposed block that has been executed on the tip.
struct Executed {
  let block: Block
  let hash: Digest
  let bundles: [Bundle]
  let outcome: ExecutionOutcome
  let delta: StateDelta
}

/// Proposals of the height being decided: the one being prepared for execution, and results.
struct Candidates {
  /// A proposal on its way to execution.
  struct Waiting {
    let block: Block
    let hash: Digest
    /// The COMMITs in its header verify.
    var headerIsVerified = false
  }

  /// Results kept for one height: a view change may bring an earlier proposal back.
  static let resultsMax = 4

  var waiting: Waiting?
  private var results: [Executed] = []

  func result(_ hash: Digest) -> Executed? { results.first { $0.hash == hash } }

  mutating func add(_ result: Executed) {
    if results.count == Self.resultsMax { results.removeFirst() }
    results.append(result)
  }

  /// The height is over.
  mutating func clear() {
    waiting = nil
    results = []
  }
}
