import LedgerCore
import LedgerState
import Paired

extension FigureDefinition {
  /// The state engine, on 10 million records of 32 + 100 bytes.
  static let state: [FigureDefinition] = [
    load, root, warmRoot, flush, read, proofs, verify, memory, growth,
  ]

  /// Updates of existing records, as a full block of transfers makes them.
  static let updateCount = 200_000

  private static let load = FigureDefinition(
    id: "state.load.10m", bar: .atMost(3.5), against: "sorted MDB_APPEND; the ratio is a cost",
    cores: 2, needs: .records
  ) { conditions in
    guard let built = conditions.data.records.built else {
      throw BenchmarkFault.broken("the records are not there")
    }
    let (ours, theirs) = (built.subject.reduce(0, +), built.raw.reduce(0, +))
    // Each tenth bears its share of the end.
    let tenths = zip(built.subject, built.raw).map { subject, raw in
      subject * (1 + built.subjectEnd / ours) / (raw * (1 + built.rawEnd / theirs))
    }.sorted()
    return MeasuredFigure(
      value: ours + built.subjectEnd, unit: "s",
      ratio: (ours + built.subjectEnd) / (theirs + built.rawEnd),
      quartileLow: Quantile.of(tenths, 0.25), quartileHigh: Quantile.of(tenths, 0.75))
  }

  private static let root = FigureDefinition(
    id: "state.root.200k", bar: .atMost(1.5),
    against: "seeking the keys and hashing the nodes; the ratio is a cost", cores: 2,
    needs: .records
  ) { conditions in
    let (team, records) = (try Team(), try RecordSet(conditions.data.records))
    let raw = try RawDatabase(conditions.data.records)
    let state = try StateSubject(conditions.data.records, workers: 2)
    var delta: StateDelta?
    var sum: UInt64 = 0
    let run = try PairedRun(
      rounds: conditions.rounds,
      subject: { round in
        let changes = records.updates(updateCount, seed: round).changes
        delta = nil
        return try ContinuousClock().measure { delta = try state.stage(changes) }
      },
      peer: { round in
        let paths = records.updates(updateCount, seed: round).paths
        // A leaf is a node, and its value's hash as much work as one.
        let nodes = try raw.innerNodes(above: paths) + 2 * updateCount
        return try ContinuousClock().measure {
          sum &+= try raw.seek(paths, team)
          team.hashNodes(nodes)
        }
      })
    let last = records.updates(updateCount, seed: conditions.rounds)
    guard sum > 0, delta?.root == records.root(with: last, team) else {
      throw BenchmarkFault.broken("the updates' root is not that of their records")
    }
    return MeasuredFigure(costOf: run)
  }

  private static let warmRoot = FigureDefinition(
    id: "state.root.warm.200k", bar: .valueAtMost(warmBar, unit: "ms"), against: "its bar",
    cores: 2, needs: .records
  ) { conditions in
    let (team, records) = (try Team(), try RecordSet(conditions.data.records))
    let state = try StateSubject(conditions.data.records, workers: 2)
    var delta: StateDelta?
    let times = try (0...conditions.rounds).map { round in
      let execution = try state.execute(records.updates(updateCount, seed: round))
      delta = nil
      return try ContinuousClock().measure { delta = try state.stage(execution) }
        / .milliseconds(1)
    }
    let last = records.updates(updateCount, seed: conditions.rounds)
    guard delta?.root == records.root(with: last, team) else {
      throw BenchmarkFault.broken("the updates' root is not that of their records")
    }
    return MeasuredFigure(Array(times.dropFirst()), unit: "ms", against: warmBar)
  }

  private static let warmBar = 80.0

  private static let flush = FigureDefinition(
    id: "state.flush.200k", bar: .atMost(1.15),
    against: "the records put into raw LMDB, synced; the ratio is a cost", cores: 2,
    needs: .records
  ) { conditions in
    let folder = conditions.data.records
    let (team, records) = (try Team(), try RecordSet(folder))
    let (raw, state) = (try RawDatabase(folder), try StateSubject(folder, workers: 2))
    let built = try folder.unseal()
    var rounds = UpdateRounds(records: records)
    let run = try PairedRun(
      rounds: conditions.isQuick ? 3 : 7,
      subject: { round in
        let changes = rounds.batch(round).changes
        try state.logNext()
        try conditions.data.settle()
        return try ContinuousClock().measure { try state.flush(try state.stage(changes)) }
      },
      peer: { round in
        let batch = rounds.batch(round)
        let (paths, values) = (batch.paths, batch.values)
        try conditions.data.settle()
        return try ContinuousClock().measure { try raw.flush(paths: paths, values: values) }
      })
    rounds.end()
    guard state.root == records.root(team) else {
      throw BenchmarkFault.broken("the flushed state's root is not that of its records")
    }
    try expect(records.choice(updateCount, seed: -1), in: state, raw)
    try folder.seal(built)
    return MeasuredFigure(costOf: run)
  }

  /// Throws unless both stores hold these records.
  private static func expect(
    _ batch: RecordBatch, in state: StateSubject, _ raw: RawDatabase
  ) throws {
    var sum: UInt64 = 0
    for place in 0..<batch.count {
      let value = batch.value(place)
      sum += UInt64(value.first ?? 0)
      guard try state.value(of: batch.key(place)) == value else {
        throw BenchmarkFault.broken("a record does not have its value")
      }
    }
    guard try raw.read(batch.paths) == sum else {
      throw BenchmarkFault.broken("the raw database does not hold the records' values")
    }
  }

  private static let read = FigureDefinition(
    id: "state.read", bar: .atLeast(0.85), against: "mdb_get of the keys' hashes", cores: 1,
    needs: .records
  ) { conditions in
    let folder = conditions.data.records
    let records = try RecordSet(folder)
    let (raw, state) = (try RawDatabase(folder), try StateSubject(folder, workers: 0))
    // Keys in an order of chance, others in each turn.
    let turns = (0..<32).map { turn in
      let batch = records.choice(20_000, seed: turn).shuffled(seed: turn)
      return (keys: batch.keys, paths: batch.paths)
    }
    var (ours, theirs) = (Sums(count: turns.count), Sums(count: turns.count))
    let run = PairedRun(
      effort: conditions.effort, subjectUnits: 20_000, peerUnits: 20_000,
      subject: { ours.next { try state.read(turns[$0].keys) } },
      peer: { theirs.next { try raw.read(turns[$0].paths) } })
    if let fault = ours.fault ?? theirs.fault { throw fault }
    guard ours.areEqual(to: theirs) else {
      throw BenchmarkFault.broken("state and the raw database give different values")
    }
    try expect(records.choice(updateCount, seed: -1), in: state, raw)
    return MeasuredFigure(run)
  }
}

/// Rounds that change both stores: one batch for both sides, taken note of when both have it.
private struct UpdateRounds {
  let records: RecordSet
  private var current: (round: Int, batch: RecordBatch)?

  init(records: RecordSet) { self.records = records }

  mutating func batch(_ round: Int) -> RecordBatch {
    if let current, current.round == round { return current.batch }
    end()
    let batch = records.updates(FigureDefinition.updateCount, seed: round)
    current = (round, batch)
    return batch
  }

  mutating func end() {
    if let current { records.took(current.batch) }
    current = nil
  }
}

/// What repeated turns add up to.
private struct Sums {
  private var sums: [UInt64?]
  private var turn = 0
  private(set) var fault: (any Error)?

  init(count: Int) { sums = Array(repeating: nil, count: count) }

  mutating func next(_ body: (Int) throws -> UInt64) {
    do { sums[turn] = try body(turn) } catch { fault = error }
    turn = (turn + 1) % sums.count
  }

  /// Whether turns that both have done gave the same.
  func areEqual(to other: Sums) -> Bool {
    let both = zip(sums, other.sums).filter { $0 != nil && $1 != nil }
    guard !both.isEmpty else { return false }
    return both.allSatisfy { $0 == $1 }
  }
}
