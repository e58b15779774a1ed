import LedgerCore
import Replica
import Synchronization

/// The last final blocks, whole, as they came from the replica: what clients ask for most is asked
/// within seconds of its block, and costs no disk then.
///
/// Bounded: by blocks and by transactions, but the newest block stays whatever its size.
final class RecentFinals: Sendable {
  static let blocksMax = 64
  static let transactionsMax = 20_000

  /// A final block's header and certificate: what a proof is checked against.
  struct Tip: Sendable {
    let header: BlockHeader
    let certificate: QuorumCertificate
  }

  private struct State {
    /// Ascending by height, without gaps.
    var blocks: [FinalBlock] = []
    var transactions = 0
    var tip: Tip?
  }

  private let state = Mutex(State())

  /// The last final block a restarted node finds in its log.
  func start(_ block: LoggedBlock) {
    state.withLock {
      $0.tip = Tip(
        header: block.decided.block.header, certificate: block.decided.certificate)
    }
  }

  func add(_ block: FinalBlock) {
    state.withLock { state in
      state.blocks.append(block)
      state.transactions += block.receipts.count
      state.tip = Tip(
        header: block.decided.block.header, certificate: block.decided.certificate)
      while state.blocks.count > 1,
        state.blocks.count > Self.blocksMax || state.transactions > Self.transactionsMax
      {
        state.transactions -= state.blocks.removeFirst().receipts.count
      }
    }
  }

  /// Header and certificate of the last final block; nil at genesis.
  var tip: Tip? { state.withLock { $0.tip } }

  func block(_ height: UInt64) -> FinalBlock? {
    state.withLock { state in
      guard let first = state.blocks.first?.decided.height, height >= first,
        height - first < UInt64(state.blocks.count)
      else { return nil }
      return state.blocks[Int(height - first)]
    }
  }

  /// The bundle of this digest in a recent block, with the block's height.
  func bundle(_ digest: Digest) -> (bundle: Bundle, height: UInt64)? {
    let blocks = state.withLock { $0.blocks }
    for block in blocks.reversed() {
      if let index = block.decided.block.bundleDigests.firstIndex(of: digest) {
        return (block.decided.bundles[index], block.decided.height)
      }
    }
    return nil
  }
}

extension DecidedBlock {
  /// The transaction at a place in execution order; nil behind the last.
  func transaction(at index: Int) -> Transaction? {
    var left = index
    for bundle in bundles {
      if left < bundle.transactions.count { return left < 0 ? nil : bundle.transactions[left] }
      left -= bundle.transactions.count
    }
    return nil
  }

  /// The transactions of a range of places, as far as there are any.
  func transactions(from index: Int, limit: Int) -> [Transaction] {
    var skipped = max(index, 0)
    var taken: [Transaction] = []
    for bundle in bundles where taken.count < limit {
      if skipped >= bundle.transactions.count {
        skipped -= bundle.transactions.count
        continue
      }
      taken += bundle.transactions[skipped...].prefix(limit - taken.count)
      skipped = 0
    }
    return taken
  }
}
