import Foundation
import LedgerCore
import LedgerMetrics
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
  /// What stands before a message, of each domain.
  private let prefixes: [SigningDomain: [UInt8]]
  private let pool: WorkerPool?
  private let senders: SenderKeyCache?
  private let prepared = Mutex<[PublicKey: PreparedKey]>([:])
  private let metrics: NodeMetrics

  /// - Parameter workers: the threads that share large batches.
  init(chain: ChainID, workers: WorkerPool?, metrics: NodeMetrics) {
    self.chain = chain
    prefixes = Dictionary(
      uniqueKeysWithValues: SigningDomain.allCases.map { ($0, $0.prefix(chain)) })
    self.metrics = metrics
    pool = workers
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
      var verdicts = [Bool](repeating: false, count: checks.count)
      let alone = verifyAlone(checks, &verdicts)
      metrics.signatures.prepared.add(UInt64(alone.count))
      guard alone.count < checks.count else { return verdicts }
      let together = checks.indices.filter { !alone.contains($0) }
      let found = Ed25519.verify(
        together.map { checks[$0] }, chain: chain, on: pool, keys: senders)
      for (index, place) in together.enumerated() { verdicts[place] = found[index] }
      metrics.signatures.batched.add(UInt64(together.count))
      return verdicts
    }
  }

  /// Brings the counters to what the cache has counted.
  func count() {
    guard let (hits, misses) = senders?.counts else { return }
    metrics.signatures.follow(found: hits, decoded: misses)
  }

  /// Verifies those of ER Nodes whose keys are prepared, unless they are many: which they are.
  private func verifyAlone(_ checks: [SignatureCheck], _ verdicts: inout [Bool]) -> Set<Int> {
    let members = checks.indices.filter { checks[$0].domain != .transaction }
    guard !members.isEmpty, members.count < Self.batchMin else { return [] }
    let keys = prepared.withLock { prepared in members.map { prepared[checks[$0].key] } }
    var done: Set<Int> = []
    for (place, key) in zip(members, keys) {
      let check = checks[place]
      guard let key, let prefix = prefixes[check.domain] else { continue }
      verdicts[place] = key.verify(check.signature, prefix: prefix, message: check.message)
      done.insert(place)
    }
    return done
  }
}
