import LedgerCore
import LedgerMetrics
import LedgerStore
import NodeAPI
import Replica
import Synchronization

/// What clients' questions cost on the disk, on threads of its own: a pool of two threads that
/// waits for 30 MiB of a block answers nobody.
///
/// Bounded: so many questions wait, and who comes then is told that the node is busy.
final class DiskReads: Sendable {
  /// Small reads, one after another.
  private let quick: Lane
  /// Whole blocks.
  private let blocks: Lane
  private let log: BlockLog
  /// The block read last: pages of one block come one after another.
  private let last = Mutex<LoggedBlock?>(nil)

  init(log: BlockLog, metrics: NodeMetrics) {
    self.log = log
    quick = Lane(
      name: "read", offersMax: NodeLimits.quickReadsMax, meter: metrics.stages.lane("read"))
    blocks = Lane(
      name: "read-blocks", offersMax: NodeLimits.blockReadsMax,
      meter: metrics.stages.lane("read-blocks"))
  }

  /// Runs a body that reads little.
  func quick<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer)
    async throws(NodeServiceError) -> Answer
  { try await Self.run(on: quick, body) }

  /// A logged block, decoded; nil when it is not, or no longer, in the log.
  func block(_ height: UInt64) async throws(NodeServiceError) -> LoggedBlock? {
    if let block = last.withLock({ $0 }), block.decided.height == height { return block }
    return try await Self.run(on: blocks) { [self] in
      if let block = last.withLock({ $0 }), block.decided.height == height { return block }
      guard let entry = try log.read(height) else { return nil }
      let block = try LoggedBlock(block: entry.block, receipts: entry.receipts)
      last.withLock { $0 = block }
      return block
    }
  }

  private static func run<Answer: Sendable>(
    on lane: Lane, _ body: @escaping @Sendable () throws -> Answer
  ) async throws(NodeServiceError) -> Answer {
    let result: Result<Answer, NodeServiceError> = await withCheckedContinuation { continuation in
      let isTaken = lane.offer {
        do {
          continuation.resume(returning: .success(try body()))
        } catch let error as NodeServiceError {
          continuation.resume(returning: .failure(error))
        } catch {
          continuation.resume(returning: .failure(.storeFailed("\(error)")))
        }
      }
      if !isTaken { continuation.resume(returning: .failure(.busy)) }
    }
    return try result.get()
  }

  /// Answers what waits, and ends.
  func finish() {
    quick.finish()
    blocks.finish()
  }
}
