public import Dissemination
public import LedgerCore

/// Everything that can happen to a replica. Each event comes with a time.
public enum ReplicaEvent: Sendable {
  /// All connections to the peer are up, or were replaced: an ER Node's peer, or a node that this
  /// full node follows.
  case peerConnected(AccountID)
  case peerDisconnected(AccountID)
  /// More waits to be sent to the peer than it takes, or there is room again.
  case peerCongested(AccountID, Bool)
  /// A full node follows this node from now on.
  case followerConnected(AccountID)
  case followerDisconnected(AccountID)
  /// A frame from an authenticated peer or follower.
  case frame([UInt8], from: AccountID)
  /// Transactions from this node's own API, judged together; each is answered by `.answer`.
  case submitted([ClientSubmission])
  /// The verdicts of a `.verify`, in its order.
  case verified(VerificationToken, [Bool])
  case voteSigned(Vote)
  case voteRefused(VoteStatement)
  case bundleSigned(BundleHeader, Signature)
  case reportSigned(TransactionBody, Signature)
  /// A `.declareReady` is signed.
  case declared(Transaction)
  /// A `.storePrepared` is synced.
  case preparedStored(token: UInt64)
  /// A `.storeBundles` is synced.
  case bundlesStored(token: UInt64)
  /// An `.appendBlock` is synced: the block is final.
  case blockLogged(height: UInt64)
  /// A `.flush` is committed and synced.
  case flushed(height: UInt64)
  /// Whether the node gives its turns as primary away: a planned pause.
  case handOverChanged(Bool)
  /// A time named by `.wake` has come.
  case tick
}

/// Which part of the replica asked for a verification.
public enum VerificationToken: Hashable, Sendable {
  case consensus(UInt64)
  case dissemination(UInt64)
  case catchUp(UInt64)
  /// COMMITs that a proposal's header carries, by block hash.
  case header(Digest)
}
