import LedgerCore
import Replica

/// How far the last blocks have decided each author's bundles: of those on disk, most are in the
/// log by now and need not be loaded.
struct DecidedRuns {
  private var last: [AccountID: (incarnation: UInt64, number: UInt64)] = [:]

  init(_ blocks: [LoggedBlock]) {
    for block in blocks {
      for run in block.decided.block.runs where !run.digests.isEmpty {
        // No overflow: decoding has checked it.
        let number = run.firstNumber &+ UInt64(run.digests.count - 1)
        last[run.author] = (run.incarnation, number)
      }
    }
  }

  /// Whether a stored bundle is decided: of the run its author's last decided bundle is of, and not
  /// above it.
  func covers(_ bytes: [UInt8]) -> Bool {
    var reader = unsafe BCSReader(bytes.span.bytes)
    guard let header = try? BundleHeader(from: &reader), let last = last[header.author] else {
      return false
    }
    return header.incarnation == last.incarnation && header.number <= last.number
  }
}
