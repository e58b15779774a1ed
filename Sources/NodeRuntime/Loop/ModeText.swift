import CatchUp
import LedgerCore
import Logging

extension CatchUpMode {
  /// How it is logged after the mode before: one more height to reach is progress, no other mode.
  func logLevel(after last: CatchUpMode?) -> Logger.Level {
    if case .catchingUp(.behind) = self, case .catchingUp(.behind)? = last {
      .info
    } else {
      .notice
    }
  }

  /// For the log.
  var text: String {
    switch self {
    case .catchingUp(.tipsUnknown(let known, let quorum)):
      "catching up: the tips of \(known) nodes are known, \(quorum) are needed"
    case .catchingUp(.behind(let target)): "catching up: height \(target) is final elsewhere"
    case .following(_, nil): "following"
    case .following(_, .fullNode): "following, as a full node"
    case .following(let from, .voteLogMissing):
      "following; votes from height \(from): the vote log is missing"
    case .following(let from, .voteAboveWatermark(let seen)):
      "following; votes from height \(from): a peer holds a vote of this node at height "
        + "\(seen.height), above its vote log"
    case .diverged(let height): "diverged at height \(height)"
    }
  }
}
