/// The stages a transaction passes, each with its own CPU clock: what "CPU-µs per transaction per
/// node" is made of.
public enum Stage: Int, Sendable, CaseIterable {
  /// HTTP requests and answers, and whatever of the process no other stage counts.
  case api
  /// Peer bytes in and out: framing and TLS.
  case network
  /// Peer messages and transactions read from bytes.
  case decode
  /// Signature verification.
  case signatures
  /// Pending transactions, bundles, acknowledgements.
  case dissemination
  /// Votes, certificates, view changes.
  case consensus
  /// Transactions applied to state.
  case execution
  /// The state tree's new root.
  case root
  /// The block log and the bundles' and votes' files, encoded, written and synced.
  case log
  /// LMDB, written behind the tip.
  case flush
  /// The history, indexed behind the log.
  case history

  /// The name in JSON and in metric labels.
  public var name: String { "\(self)" }
}
