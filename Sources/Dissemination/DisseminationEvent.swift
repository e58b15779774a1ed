public import LedgerCore

/// What happens to a disseminator. Times are given beside, in milliseconds.
public enum DisseminationEvent: Sendable {
  /// First of all, once: what disk and state say. Before it, submissions are refused as not ready.
  case restored(DisseminationStart)
  /// Transactions from this node's own API, judged together; each is answered by `.answer` with its
  /// ticket and index.
  case submitted([ClientSubmission])
  /// A report of this node's own, signed: it waits for no home author.
  case reported(Transaction)
  /// A peer's message; the peer is authenticated as this account.
  case message(DisseminationMessage, from: AccountID)
  /// The verdicts on `.precheck`, in its order: why a transaction cannot execute on the last
  /// decided state, or nil.
  case prechecked(token: UInt64, [TransactionFault?])
  /// The verdicts on `.check`, in its order.
  case checked(token: UInt64, [Bool])
  /// The consensus key's signature over a header that `.signBundle` named.
  case bundleSigned(BundleHeader, Signature)
  /// The bundles of `.store` are synced to disk.
  case stored(token: UInt64)
  /// A block is final, by consensus or by catching up; in order of height.
  case decided(DisseminationDecision)
  /// A peer can be sent to from now on, or again after its connection was replaced.
  case peerConnected(AccountID)
  case peerDisconnected(AccountID)
  /// A connected peer's connection holds more than it takes, or has room again. Small messages are
  /// still sent to it; bundles and forwards wait.
  case peerCongested(AccountID, Bool)
  /// A full node follows this node: it may relay, and is told where that stands. Nothing else it
  /// says is taken, and it is sent no bundles.
  case followerConnected(AccountID)
  case followerDisconnected(AccountID)
  /// A proposal for the height being decided names these runs: fetch what is not held. Answered by
  /// `.available` and `.unusable`, at once for what is held.
  case needed([BundleRun])
  /// A time named by `.wake` has come.
  case tick
}

/// What a disseminator starts from.
public struct DisseminationStart: Sendable {
  /// Counts this node's starts; higher than at any start before, kept by the shell on disk.
  public let incarnation: UInt64
  /// The last decided height.
  public let height: UInt64
  /// The sets that decide heights from `height` − 7 to `height` + 2, as far as known, ascending by
  /// first height. At least one.
  public let sets: [ValidatorSet]
  /// Per author the last bundle that a block named: the state's records, in any order.
  public let progress: [AuthorProgress]
  /// Bundles that `.store` wrote and `.discard` did not take back, in any order; decided ones among
  /// them do no harm. They were verified before they were stored.
  public let bundles: [Bundle]

  public init(
    incarnation: UInt64, height: UInt64, sets: [ValidatorSet], progress: [AuthorProgress],
    bundles: [Bundle]
  ) {
    self.incarnation = incarnation
    self.height = height
    self.sets = sets
    self.progress = progress
    self.bundles = bundles
  }
}

/// The last bundle of an author that a block named.
public struct AuthorProgress: Hashable, Sendable {
  public let author: AccountID
  public let incarnation: UInt64
  public let number: UInt64

  public init(author: AccountID, incarnation: UInt64, number: UInt64) {
    self.author = author
    self.incarnation = incarnation
    self.number = number
  }
}

/// A final block, as dissemination sees it.
public struct DisseminationDecision: Sendable {
  public let height: UInt64
  public let runs: [BundleRun]
  /// Ids of transactions that executed, with success or failure: refused when they come again.
  public let executed: [Digest]
  /// Ids of transactions that were skipped with a receipt: they may be submitted again.
  public let skipped: [Digest]
  /// Ids of transactions that the block had no room for: they are bundled anew.
  public let crowdedOut: [Digest]
  /// As in `DisseminationStart.sets`, after this height.
  public let sets: [ValidatorSet]
  /// As in `DisseminationStart.progress`, where this height has decided another set: who enters may
  /// have been a member before this node's start.
  public let progress: [AuthorProgress]

  public init(
    height: UInt64, runs: [BundleRun], executed: [Digest], skipped: [Digest],
    crowdedOut: [Digest] = [], sets: [ValidatorSet], progress: [AuthorProgress] = []
  ) {
    self.height = height
    self.runs = runs
    self.executed = executed
    self.skipped = skipped
    self.crowdedOut = crowdedOut
    self.sets = sets
    self.progress = progress
  }
}
