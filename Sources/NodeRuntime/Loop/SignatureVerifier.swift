import Foundation
import LedgerCore
import LedgerMetrics
import Logging
import Synchronization

/// Gives verdicts on what the replica asks to be verified, from any thread.
///
/// Transactions come in batches, shared out to workers where there are cores for them; the keys of
/// senders seen before need no decoding. Votes and bundles of ER Nodes come alone or by a few:
/// their keys are known, and are prepared once. The way never changes a verdict.
final class SignatureVerifier: Sendable {
  /// From so many of one domain a batch is faster than prepared keys (measured: 15 µs a signature
  /// in a batch of 8, 18 µs alone; with the portable engine 23 and 21).
  private static let batchMin = 8

  private let chain: ChainID
  private let pool: WorkerPool?
  private let senders: SenderKeyCache?
  private let prepared = Mutex<[PublicKey: PreparedKey]>([:])
  private let metrics: NodeMetrics

  /// - Parameter workers: how many threads share large batches; nil for as many as there are cores
  ///   beyond two, at most 8.
  init(chain: ChainID, workers: Int?, metrics: NodeMetrics, logger: Logger) {
    self.chain = chain
    self.metrics = metrics
    let count = workers ?? min(max(0, ProcessInfo.processInfo.activeProcessorCount - 2), 8)
    do throws(WorkerPoolError) {
      pool = count > 0 ? try WorkerPool(workers: count) : nil
    } catch {
      logger.warning("signatures are verified without workers: \(error)")
      pool = nil
    }
    senders = SenderKeyCache(keysMax: NodeLimits.senderKeysMax)
  }

  /// Prepares the consensus keys of a validator set, and forgets others: some milliseconds a key.
  func prepare(_ keys: [PublicKey]) {
    let known = prepared.withLock { $0 }
    var made: [PublicKey: PreparedKey] = [:]
    for key in keys.prefix(NodeLimits.preparedKeysMax) {
      made[key] = known[key] ?? PreparedKey(key)
    }
    prepared.withLock { [made] in $0 = made }
  }

  /// One verdict a check, in their order.
  func verify(_ checks: [SignatureCheck]) -> [Bool] {
    metrics.measure(.signatures, items: checks.count) {
      if checks.count < Self.batchMin, let verdicts = verifyAlone(checks) { return verdicts }
      let verdicts = Ed25519.verify(checks, chain: chain, on: pool, keys: senders)
      metrics.signatures.batched.add(UInt64(checks.count))
      return checks.indices.map { verdicts[$0] }
    }
  }

  /// Brings the counters to what the cache has counted.
  func count() {
    guard let (hits, misses) = senders?.counts else { return }
    metrics.signatures.follow(found: hits, decoded: misses)
  }

  /// Nil when a key is not prepared.
  private func verifyAlone(_ checks: [SignatureCheck]) -> [Bool]? {
    let keys = prepared.withLock { prepared in checks.map { prepared[$0.key] } }
    var verdicts: [Bool] = []
    for (check, key) in zip(checks, keys) {
      guard let key else { return nil }
      verdicts.append(
        key.verify(
          check.signature, domain: check.domain, chain: chain, message: check.message))
    }
    metrics.signatures.prepared.add(UInt64(checks.count))
    return verdicts
  }
}
