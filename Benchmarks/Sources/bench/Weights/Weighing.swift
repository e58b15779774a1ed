import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import Paired

/// What one thing costs a node: CPU time, and bytes that it puts into its store and its log beside
/// the transaction's own.
struct Weight {
  var nanoseconds: Double
  var bytes: Double

  static func - (left: Weight, right: Weight) -> Weight {
    Weight(
      nanoseconds: left.nanoseconds - right.nanoseconds, bytes: left.bytes - right.bytes)
  }

  static func / (weight: Weight, count: Int) -> Weight {
    Weight(nanoseconds: weight.nanoseconds / Double(count), bytes: weight.bytes / Double(count))
  }

  /// The dearer in time, and the larger.
  static func most(_ weights: [Weight]) -> Weight {
    Weight(
      nanoseconds: weights.map(\.nanoseconds).max() ?? 0, bytes: weights.map(\.bytes).max() ?? 0)
  }

  /// The medians.
  static func median(_ weights: [Weight]) -> Weight {
    Weight(
      nanoseconds: Quantile.of(weights.map(\.nanoseconds).sorted(), 0.5),
      bytes: Quantile.of(weights.map(\.bytes).sorted(), 0.5))
  }
}

/// Blocks on a ledger that is thrown away afterwards: each decided, logged and flushed, with the CPU
/// time that all of it takes.
final class Weighing {
  let chain: CarbonChain
  var work: CarbonWork
  /// Accounts whose votes earn from the second term on; each is used once.
  var earningVoters: [AccountID] = []

  static let blocks = 11

  init(_ folder: CarbonFolder) throws {
    chain = try CarbonChain(folder, workers: 0)
    work = CarbonWork(chain, folder.network, seed: 4)
    // The first blocks map the file's pages.
    for _ in 0..<Self.blocks { _ = try block([]) }
  }

  /// The cost of each transaction above that of an empty block right before it: the median of
  /// several such pairs, so that what slows the machine for a while meets both.
  ///
  /// - Parameters:
  ///   - mayFail: the transactions may fail: what they do until then is what is weighed.
  ///   - slots: how long after its parent each block comes.
  ///   - make: gives a block's transactions; what it decides itself is not weighed.
  func weigh(
    blocks: Int = Weighing.blocks, mayFail: Bool = false, slots: UInt64 = 1,
    _ make: () throws -> [Transaction]
  ) throws -> Weight {
    .median(
      try (0..<blocks).map { _ in
        let transactions = try make()
        guard !transactions.isEmpty else { throw BenchmarkFault.broken("nothing to weigh") }
        let empty = try block([])
        let cost = try block(transactions, mayFail: mayFail, slots: slots) - empty
        return cost / transactions.count
      })
  }

  /// What a node does with a block's transactions, from their arrival on: they are decoded and
  /// judged, come again in bundles, are executed; the root is computed; block and receipts go into
  /// the log, records and index entries into the store.
  private func block(_ transactions: [Transaction], mayFail: Bool = false, slots: UInt64 = 1) throws
    -> Weight
  {
    let proposal = try chain.proposal(transactions, slots: slots)
    try chain.flush()
    var outcome: ExecutionOutcome?
    let time = try ProcessorTime.measure {
      for transaction in transactions { _ = try Transaction(decoding: transaction.bytes) }
      _ = try Admission(chain: chain.chain, over: chain.state).faults(of: transactions)
      for bundle in proposal.bundles { _ = try Bundle(decoding: bundle.bytes) }
      outcome = try chain.decide(proposal).outcome
      try chain.flush()
    }
    chain.forgetSequences()
    guard let outcome else { throw BenchmarkFault.broken("a block has no outcome") }
    if !mayFail { try CarbonChain.expectApplied(outcome) }
    return Weight(nanoseconds: time / .nanoseconds(1), bytes: Double(Self.bytes(outcome)))
  }

  /// Of the records a block writes, with their keys, and of its receipts.
  private static func bytes(_ outcome: ExecutionOutcome) -> Int {
    outcome.changes.reduce(0) { $0 + $1.key.bytes.count + ($1.value?.count ?? 0) }
      + outcome.receipts.reduce(0) { $0 + $1.bcs.count }
  }

  /// The cost of verifying a signature that comes alone.
  func signature() throws -> Weight {
    let count = 64
    let signed = try SignedMessages(count: count)
    var valid = 0
    let times = (0..<20).map { _ in
      ProcessorTime.measure { valid += signed.verifyOneByOne() } / .nanoseconds(count)
    }
    guard valid == count * times.count else {
      throw BenchmarkFault.broken("a good signature is refused")
    }
    return Weight(nanoseconds: Quantile.of(times.sorted(), 0.5), bytes: 0)
  }
}
