import Foundation
import LedgerCore
import LedgerState
import Paired

/// Figures of the whole state, and those without a peer.
extension FigureDefinition {
  static let proofs = FigureDefinition(
    id: "state.proofs", bar: .valueAtLeast(proofsBar, unit: "/s"), against: "its bar", cores: 1,
    needs: .records
  ) { conditions in
    let folder = conditions.data.records
    let (records, state) = (try RecordSet(folder), try StateSubject(folder, workers: 0))
    let count = 50_000
    var proofs: [[UInt8]?] = []
    var batch = records.choice(count, seed: 0)
    let rates = try (0...conditions.rounds).map { round in
      batch = records.choice(count, seed: round).shuffled(seed: round)
      let keys = batch.keys
      let taken = try ContinuousClock().measure { proofs = try state.proofs(of: keys) }
      return Double(count) / (taken / .seconds(1))
    }
    for (place, bytes) in proofs.enumerated() {
      guard let bytes else { throw BenchmarkFault.broken("a record has no proof") }
      let proof = try CommitmentProof(protobuf: bytes)
      try ProofSpec.smt.verifyMembership(
        proof, root: state.root.bytes.array, key: batch.key(place).bytes,
        value: batch.value(place))
    }
    return MeasuredFigure(Array(rates.dropFirst()), unit: "/s", against: proofsBar)
  }

  private static let proofsBar = 300_000.0

  static let verify = FigureDefinition(
    id: "state.verify", bar: .valueAtLeast(verifyBar, unit: "M/s"), against: "its bar", cores: 2,
    needs: .records
  ) { conditions in
    let folder = conditions.data.records
    let subject = try VerificationSubject(folder, workers: 2)
    var found: (records: Int, root: Digest?) = (0, nil)
    let rates = try (0...(conditions.isQuick ? 3 : 5)).map { _ in
      let taken = try ContinuousClock().measure { found = try subject.verify() }
      return Double(folder.count) / (taken / .microseconds(1))
    }
    guard found.records == folder.count, found.root == (try RecordSet(folder).root(try Team()))
    else { throw BenchmarkFault.broken("the verified root is not that of the records") }
    return MeasuredFigure(Array(rates.dropFirst()), unit: "M/s", against: verifyBar)
  }

  private static let verifyBar = 5.0

  static let memory = FigureDefinition(
    id: "state.memory", bar: .valueAtMost(memoryBar, unit: "MiB"), against: "its bar", cores: 2,
    needs: .records
  ) { conditions in
    let folder = conditions.data.records
    let state = try StateSubject(folder, workers: 2)
    // No order of the records in memory here: their indices suffice.
    let batch = RecordBatch(
      indices: RecordSet.choose(updateCount, below: folder.count, seed: 1), generation: 255)
    var executing = 0
    let execution = try state.execute(batch) {
      executing = try ResidentMemory.bytes(without: folder.ledger)
    }
    let delta = try state.stage(execution)
    // All of it is alive: the tree, the delta, the writes, and what the execution has read.
    let staged = try withExtendedLifetime((state, execution, delta)) {
      try ResidentMemory.bytes(without: folder.ledger)
    }
    let resident = max(executing, staged)
    guard delta.changes.count == updateCount, execution.changes.count == updateCount else {
      throw BenchmarkFault.broken("a write that changes a record was left out")
    }
    return MeasuredFigure([Double(resident) / 1_048_576], unit: "MiB", against: memoryBar)
  }

  private static let memoryBar = 400.0

  static let growth = FigureDefinition(
    id: "state.growth", bar: .atMost(1.6),
    against: "a fifth of the records; the ratio is a cost", cores: 2, needs: .manyRecords
  ) { conditions in
    let folders = (many: conditions.data.manyRecords, few: conditions.data.records)
    let team = try Team()
    let (many, few) = (try RecordSet(folders.many), try RecordSet(folders.few))
    let large = try StateSubject(folders.many, workers: 2)
    let small = try StateSubject(folders.few, workers: 2)
    var (largeRoot, smallRoot) = (Digest.zero, Digest.zero)
    let run = try PairedRun(
      rounds: conditions.rounds,
      subject: { round in
        let changes = many.updates(updateCount, seed: round).changes
        return try ContinuousClock().measure { largeRoot = try large.stage(changes).root }
      },
      peer: { round in
        let changes = few.updates(updateCount, seed: round).changes
        return try ContinuousClock().measure { smallRoot = try small.stage(changes).root }
      })
    let last = conditions.rounds
    guard
      largeRoot == many.root(with: many.updates(updateCount, seed: last), team),
      smallRoot == few.root(with: few.updates(updateCount, seed: last), team)
    else { throw BenchmarkFault.broken("the updates' root is not that of their records") }
    return MeasuredFigure(costOf: run)
  }
}

/// What this process keeps in memory.
enum ResidentMemory {
  /// Resident bytes that are not of files in a folder: a mapped file's pages are the system's
  /// cache.
  static func bytes(without folder: String) throws -> Int {
    // Read to its end: the system does not know how long it is, and `String` then reads a page.
    let smaps = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps"))
    let text = String(decoding: try smaps.readToEnd() ?? Data(), as: UTF8.self)
    let folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    var (total, isCounted) = (0, true)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard let first = words.first else { continue }
      if first == "Rss:" {
        if isCounted, words.count > 1, let kilobytes = Int(words[1]) { total += kilobytes << 10 }
      } else if first.last != ":" {
        // A mapping's own line ends with its file.
        isCounted = !line.contains(" " + folder + "/")
      }
    }
    guard total > 0 else { throw BenchmarkFault.unavailable("/proc/self/smaps says nothing") }
    return total
  }
}
