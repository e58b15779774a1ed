import CatchUp
import LedgerCore
import LedgerRules
import LedgerState

/// A node says by itself, term for term, that it is there to be elected (protocol §5).
///
/// Nothing of it is kept on disk: state knows who has declared, and a declaration that was lost is
/// made again when its time is over.
struct Readiness {
  /// For how many heights a declaration is valid.
  static let validityHeights: UInt64 = 16

  /// The term that the declaration under way is for, and the last height at which it may execute.
  var underWay: (term: UInt64, validUntil: UInt64)?
}

extension ReplicaMachine {
  /// Has this candidate's declaration for the next term made when it is due: by a node that is at
  /// the tip, so it would take part.
  mutating func declareReadiness() throws(ReplicaFailure) {
    guard let account = configuration.account, isFollowing, !isKeyUsedElsewhere else { return }
    let term: UInt64
    let key: PublicKey
    do throws(RecordError) {
      var queries = queries()
      let span = try queries.termSpan()
      guard tip.timestamp >= span.readyFrom else { return }
      term = span.term &+ 1
      if let (of, validUntil) = readiness.underWay, of == term, validUntil > tip.height { return }
      guard let candidate = try queries.candidate(account), candidate.isElectable,
        candidate.readyFor != term, let node = try queries.node(account)
      else { return }
      key = node.consensusKey
      // Until its set takes over, a new key stands beside the one before it.
      guard [tip.set, tip.nextSet].allSatisfy({ ($0.key(of: account) ?? key) == key }) else {
        return
      }
    } catch { throw .state("\(error)") }
    let validUntil = tip.height + Readiness.validityHeights
    readiness.underWay = (term, validUntil)
    effects.append(.declareReady(term: term, validUntil: validUntil, key: key))
  }

  /// Whether this node is at the tip.
  private var isFollowing: Bool {
    if case .following = mode { true } else { false }
  }
}
