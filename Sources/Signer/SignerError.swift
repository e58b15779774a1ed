public import LedgerCore

/// Why the signer does not sign.
public enum SignerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A vote at this or a higher position was signed before, with other bytes.
  case belowWatermark(asked: VotePosition, watermark: VotePosition)
  /// The record of what was signed is missing. Until `raise` says from where on it is safe to
  /// vote, nothing is signed.
  case watermarkMissing
  /// A bundle header of an incarnation that is not of this start, `current`.
  case otherIncarnation(asked: UInt64, current: UInt64)
  /// A bundle of this or a higher number was signed before, with other bytes.
  case bundleNumberUsed(asked: UInt64, highest: UInt64)
  /// A transaction that is neither this node's report nor its declaration: a consensus key signs no
  /// other.
  case noNodeMessage
  /// A key that is not here.
  case noKey(PublicKey)
  /// Another process, or this one, already has the signer open.
  case inUse(path: String)
  /// `create` was asked to make a file that exists.
  case exists(path: String)
  /// The file belongs to another ER Node.
  case otherAccount(path: String, found: AccountID)
  /// The file belongs to another chain.
  case otherChain(path: String, found: ChainID)
  /// The starts were counted to the end of 64 bits.
  case incarnationsExhausted
  /// The system refused. After a write or a sync that failed the signer stays closed: what is on
  /// the disk is then unknown, and trying again could hide that.
  case file(path: String, doing: String, errno: Int32)

  public var description: String {
    switch self {
    case .belowWatermark(let asked, let watermark):
      "will not sign \(Self.text(asked)): \(Self.text(watermark)) was signed before"
    case .watermarkMissing:
      "the record of signed votes is missing; this node votes again from the third height that is "
        + "decided after it reached the tip"
    case .otherIncarnation(let asked, let current):
      "will not sign a bundle of incarnation \(asked): it is not of start \(current)"
    case .bundleNumberUsed(let asked, let highest):
      "will not sign bundle \(asked): \(highest) was signed before"
    case .noNodeMessage:
      "will not sign a transaction that is neither a report of an offence nor a declaration"
    case .noKey(let key): "the consensus key \(key) is not in this node's keys folder"
    case .inUse(let path):
      "\(path) is in use; stop the other node that runs with these consensus keys"
    case .exists(let path): "\(path) exists; it is never overwritten"
    case .otherAccount(let path, let found): "\(path) belongs to the ER Node \(found)"
    case .otherChain(let path, let found): "\(path) belongs to the chain of genesis \(found)"
    case .incarnationsExhausted: "the count of starts is at its end; register another ER Node"
    case .file(let path, let doing, let code):
      "cannot \(doing) \(path): \(System.message(code)); check the disk and start again"
    }
  }

  private static func text(_ position: VotePosition) -> String {
    "\(position.kind) of height \(position.height), view \(position.view)"
  }
}
