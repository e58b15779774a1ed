public import LedgerCore

/// Pending transactions, bundles and their acknowledgements (protocol §3, §4); no I/O.
public struct Disseminator: Sendable {
  public let own: AccountID
  public let chain: ChainID
  public let intervalMilliseconds: UInt64

  public init(own: AccountID, chain: ChainID, intervalMilliseconds: UInt64) {
    self.own = own
    self.chain = chain
    self.intervalMilliseconds = intervalMilliseconds
  }

  public mutating func step(_ event: DisseminationEvent, now: UInt64) -> [DisseminationEffect] {
    []
  }

  /// What an honest primary proposes for the height being decided.
  public func runsForProposal(height: UInt64, emptyOfBundles: Bool = false) -> [BundleRun] { [] }

  /// Whether a proposal's runs may stand in a block of this height, as far as can be said from what
  /// is held.
  public func judge(_ runs: [BundleRun], height: UInt64) -> RunsVerdict { .usable }

  /// A held bundle, verified and stored; decided ones for some heights.
  public func bundle(_ digest: Digest) -> Bundle? { nil }

  /// What this node knows of a transaction by itself, before any block.
  public func standing(of id: Digest) -> TransactionStanding? { nil }
}

/// Whether runs may stand in a block.
public enum RunsVerdict: Hashable, Sendable {
  /// Every bundle is held, verified and stored, and the rules of §4 hold: execute.
  case usable
  /// These are not held yet: `.needed` fetches them. The rules hold as far as can be seen.
  case missing([Digest])
  /// A rule is broken: no honest primary proposes this.
  case refused(RunsFault)
}

/// Which rule a proposal's runs break.
public enum RunsFault: Hashable, Sendable {
  case unknownAuthor(AccountID)
  case authorTwice(AccountID)
  /// A run does not begin after the author's last committed number, or at 0 of a higher incarnation.
  case gap(AccountID)
  /// A digest is not that of the author's bundle of this number.
  case wrongBundle(Digest)
  /// Born more than `Limits.bundleAgeHeightsMax` heights ago, or after the block.
  case wrongAge(Digest)
  case badlySigned(Digest)
  case tooManyBundles
  case tooManyBytes
}

/// What a node knows of a transaction before its block.
public enum TransactionStanding: Hashable, Sendable {
  case pending
  /// In a bundle that this node holds.
  case bundled
  /// In a bundle that f + 1 ER Nodes acknowledge.
  case accepted
}
