import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import Paired

extension FigureDefinition {
  /// The registry's rules, on a million lots and a million accounts.
  static let carbon: [FigureDefinition] =
    [
      operations("carbon.onboard") { try $0.onboardings(ranges: 1) },
      onboardedLots,
      operations("carbon.split") { try $0.splits() },
      operations("carbon.transfer") { try $0.transfers() },
      operations("carbon.retire") { try $0.retirements() },
    ] + searches + [
      list("carbon.list.owner") { lot, _ in (CreditFilter(owner: lot.owner), nil) },
      list("carbon.list.joined") { lot, issuance in
        var filter = CreditFilter(registry: issuance.registry)
        filter.vintage = UInt16(issuance.range.vintageFrom / 10_000)
        return (filter, .inReserve)
      },
    ]

  private static let rateBar = 100_000.0
  private static let recordReads = "mdb_get of the records it reads; the ratio is a cost"

  /// Operations a second of one core: blocks of a thousand, executed as a replica does it on
  /// records that lie in LMDB, up to the block's changes; signatures were verified before, and the
  /// state's tree is hashed afterwards.
  private static func operations(
    _ id: String, make: @escaping @Sendable (inout CarbonWork) throws -> CarbonChain.Proposal
  ) -> FigureDefinition {
    FigureDefinition(
      id: id, bar: .valueAtLeast(rateBar, unit: "/s"), against: recordReads, cores: 1,
      needs: .lots
    ) { conditions in
      try rate(conditions, make: make) { $0.transactionCount }
    }
  }

  /// Lots that requests of the most ranges bring.
  private static let onboardedLots = FigureDefinition(
    id: "carbon.onboard.lots", bar: .valueAtLeast(rateBar, unit: "/s"), against: recordReads,
    cores: 1, needs: .lots
  ) { conditions in
    try rate(
      conditions, make: { try $0.onboardings(ranges: CarbonNetwork.rangesPerRequest) },
      count: {
        $0.transactionCount / (1 + CarbonNetwork.approvals) * CarbonNetwork.rangesPerRequest
      })
  }

  private static func rate(
    _ conditions: Conditions, make: (inout CarbonWork) throws -> CarbonChain.Proposal,
    count: (CarbonChain.Proposal) -> Int
  ) throws -> MeasuredFigure {
    let folder = conditions.data.lots
    let chain = try CarbonChain(folder, workers: 0)
    let raw = try RawDatabase(folder)
    // Its pages are mapped, as the state's are since its tree was read.
    _ = try raw.hashAll()
    var work = CarbonWork(chain, folder.network, seed: 1)
    // All are made before any is executed, so that no record is still in a cache of the processor
    // for having been looked at.
    let rounds = conditions.rounds
    let blocks = try (0...rounds).map { _ in try make(&work) }
    let others = try (0...rounds).map { _ in try chain.paths(readBy: try make(&work)) }
    var outcome: ExecutionOutcome?
    var sum: UInt64 = 0
    let run = try PairedRun(
      rounds: rounds,
      subject: { round in
        outcome = nil
        return try ProcessorTime.measure {
          outcome = try chain.execute(blocks[round]).outcome
        }
      },
      peer: { round in try ProcessorTime.measure { sum &+= try raw.look(others[round]) } })
    if let outcome { try CarbonChain.expectApplied(outcome) }
    return MeasuredFigure(
      value: Double(count(blocks[0])) / run.microseconds * 1e6, unit: "/s", ratio: 1 / run.ratio,
      quartileLow: 1 / run.quartiles.upperBound, quartileHigh: 1 / run.quartiles.lowerBound)
  }

  /// The lot that holds a serial, and the lots that a range of them meets: one after the other in
  /// one snapshot, as a node's interface or a block's on-boarding looks for them.
  private static let searches: [FigureDefinition] = [
    search("carbon.search") { queries, place in
      try queries.lot(holding: place.serial, block: place.block) == nil ? 0 : 1
    },
    search("carbon.overlap") { queries, place in
      let last = place.serial + CarbonNetwork.serialsPerRange - 1
      return try queries.lots(
        overlapping: place.serial...last, block: place.block, max: RulesLimits.rangeLotsMax
      ).isEmpty ? 0 : 1
    },
  ]

  private static let searchBar = 5.0

  private static func search(
    _ id: String,
    _ look: @escaping @Sendable (inout LedgerQueries, CarbonWork.Place) throws -> Int
  ) -> FigureDefinition {
    FigureDefinition(
      id: id, bar: .valueAtMost(searchBar, unit: "µs"),
      against: "one mdb_get; the ratio is a cost", cores: 1, needs: .lots
    ) { conditions in
      let folder = conditions.data.lots
      let chain = try CarbonChain(folder, workers: 0)
      let raw = try RawDatabase(folder)
      _ = try raw.hashAll()
      var work = CarbonWork(chain, folder.network, seed: 2)
      let count = 10_000
      let rounds = conditions.rounds
      let places = (0...rounds).map { _ in work.places(count) }
      let paths = try (0...rounds).map { _ in
        try (0..<count).flatMap { _ in Lot.key(try work.lot().number).hash.bytes.array }
      }
      var found = 0
      var sum: UInt64 = 0
      let run = try PairedRun(
        rounds: rounds,
        subject: { round in
          found = 0
          return try ProcessorTime.measure {
            var queries = LedgerQueries(try chain.store.records.snapshot())
            for place in places[round] { found += try look(&queries, place) }
          }
        },
        peer: { round in try ProcessorTime.measure { sum &+= try raw.read(paths[round]) } })
      guard found == count else {
        throw BenchmarkFault.broken("\(count - found) places were not found")
      }
      return MeasuredFigure(
        value: run.microseconds / Double(count), unit: "µs", ratio: 1 / run.ratio,
        quartileLow: 1 / run.quartiles.upperBound, quartileHigh: 1 / run.quartiles.lowerBound)
    }
  }

  /// A page of 50 lots of those that a random lot's facts name, as a node's interface lists them.
  private static func list(
    _ id: String, filter: @escaping @Sendable (Lot, Issuance) -> (CreditFilter, LotState?)
  ) -> FigureDefinition {
    FigureDefinition(
      id: id, bar: .valueAtMost(20, unit: "ms"),
      against: "mdb_get of as many lots; the ratio is a cost", cores: 1, needs: .lots
    ) { conditions in
      let folder = conditions.data.lots
      let chain = try CarbonChain(folder, workers: 0)
      let raw = try RawDatabase(folder)
      var work = CarbonWork(chain, folder.network, seed: 3)
      let (pages, size, rounds) = (20, 50, conditions.rounds)
      var queries = LedgerQueries(chain.store.records)
      let filters = try (0...rounds).map { _ in
        try (0..<pages).map { _ in
          let lot = try work.lot().lot
          guard let issuance = try queries.issuance(lot.issuance) else {
            throw BenchmarkFault.broken("a lot has no issuance")
          }
          return filter(lot, issuance)
        }
      }
      let paths = try (0...rounds).map { _ in
        try (0..<pages * size).flatMap { _ in Lot.key(try work.lot().number).hash.bytes.array }
      }
      var found = 0
      var sum: UInt64 = 0
      let run = try PairedRun(
        rounds: rounds,
        subject: { round in
          found = 0
          return try ProcessorTime.measure {
            for (filter, state) in filters[round] {
              let snapshot = try chain.store.records.snapshot()
              var queries = LedgerQueries(snapshot)
              let page = try queries.lots(
                filter, state: state, from: nil, limit: size,
                reading: SnapshotIndexes(snapshot: snapshot))
              for number in page.numbers where try queries.lot(number) != nil { found += 1 }
            }
          }
        },
        peer: { round in try ProcessorTime.measure { sum &+= try raw.read(paths[round]) } })
      guard found == pages * size else {
        throw BenchmarkFault.broken("\(found) lots were found, not \(pages * size)")
      }
      return MeasuredFigure(
        value: run.microseconds / Double(pages) / 1_000, unit: "ms", ratio: 1 / run.ratio,
        quartileLow: 1 / run.quartiles.upperBound, quartileHigh: 1 / run.quartiles.lowerBound)
    }
  }
}

/// The indexes of one flushed state, as a node's interface reads them.
private struct SnapshotIndexes: DerivedIndexReader {
  let snapshot: RecordSnapshot

  func first(_ index: String, from key: [UInt8]) throws(StateReadError)
    -> (key: [UInt8], value: [UInt8])?
  {
    try snapshot.index(index).range(from: key, below: nil, limit: 1).first.map {
      ($0.key, $0.value)
    }
  }
}
