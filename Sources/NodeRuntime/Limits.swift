import Dissemination
import LedgerCore

/// Bounds of the node's own queues and files.
enum NodeLimits {
  /// The birth height from which bundles are kept at a tip: those that a block may still name, and
  /// those that expired unnamed, until their transactions are in other bundles on disk.
  static func oldestBundle(at tip: UInt64) -> UInt64 {
    let kept = Limits.bundleAgeHeightsMax + 1 + DisseminationLimits.expiredKeepHeights
    return tip > kept ? tip - kept : 0
  }

  /// The fewest blocks that stay in the log: a start reads the last 8 below the flushed height and
  /// up to 8 above it, bundles are younger than 32; the rest is for peers that were away some
  /// hours.
  static let keepBlocksMin = 1_000

  /// Senders' keys kept decoded, of 192 bytes each: 12 MiB.
  static let senderKeysMax = 65_536
  /// Consensus keys kept prepared, of 102 KB each at most.
  static let preparedKeysMax = 64
  /// Peer frames and submissions waiting for the replica.
  static let queueBytesMax = 64 * 1024 * 1024
  /// Peers that metrics count: as many as can be known, and those before them.
  static let countedPeersMax = 4 * Limits.validatorsMax
  /// Peers' requests for logged blocks that wait for the disk.
  static let servesMax = 64
  /// Clients' small reads from the disk that wait.
  static let quickReadsMax = 256
  /// Whole old blocks that wait to be read for clients, each up to
  /// `CatchUpLimits.blockBytesMax`.
  static let blockReadsMax = 8
  /// Requests that wait for the next final block.
  static let heightWaitersMax = 4_096
  /// Old blocks in one answer when each must be read from the log.
  static let blocksFromLogMax = 8
  /// An ER Node with more than this waiting for its socket is handed no more old blocks: it asks
  /// again.
  static let peerWaitingBytesMax = 1024 * 1024
  /// Full nodes' requests for logged blocks that wait for the disk.
  static let followerServesMax = 16
  /// Bytes of blocks handed to full nodes in a second, all together.
  static let followerServeBytesPerSecond = 32 * 1024 * 1024
  /// A full node with more than this waiting for its socket is handed no more.
  static let followerWaitingBytesMax = 1024 * 1024
  /// Requests that wait for a transaction's acceptance or end.
  static let waitsMax = 4_096
  /// … and the transactions in them.
  static let waitingTransactionsMax = 131_072
}
