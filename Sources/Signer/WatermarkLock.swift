import LedgerCore

/// Keeps every signer of a watermark out while its home is given up, and tells how far its key has
/// signed.
public final class WatermarkLock: Sendable {
  /// The height of the highest vote signed; nil when none was, or that is unknown.
  public let votedHeight: UInt64?
  private let lock: FileLock

  /// Takes the lock of the watermark at `path`; throws `SignerError.inUse` while a node runs with
  /// it.
  public init(path: String) throws(SignerError) {
    lock = try FileLock("\(path).lock")
    guard case .found(let record, _) = try WatermarkFile.contents(path) else {
      votedHeight = nil
      return
    }
    switch record.watermark {
    case .none, .missing: votedHeight = nil
    case .floor(let position), .signed(let position, _, _): votedHeight = position.height
    }
  }
}
