import LedgerCore
import Simulation
import Testing

@Suite("Elections while things go wrong")
struct SimulatedElectionTests {
  private func run(
    _ seed: UInt64, nodes: Int, heights: UInt64, _ changes: SetChanges,
    _ change: (inout SimulationOptions) -> Void = { _ in }
  ) throws -> SimulationReport {
    var options = SimulationOptions(nodes: nodes, heights: heights)
    options.setChanges = changes
    change(&options)
    return try Simulator.run(seed: seed, options: options)
  }

  @Test("sets are elected with keys of their terms, and nothing breaks", arguments: 1...8)
  func elected(_ seed: UInt64) throws {
    let report = try run(seed, nodes: 5 + Int(seed % 3), heights: 24, .elected)
    #expect(report.violations == [])
    #expect(report.heights >= 29)
    #expect(report.transactionsFinal > 0)
  }

  @Test("sets shrink and grow, to no fewer than four, and stay where there are no elections")
  func sizes() throws {
    var fewer = 0
    var changes: UInt64 = 0
    for seed in UInt64(1)...8 {
      let report = try run(seed, nodes: 6, heights: 20, .elected) { $0.hasFaults = false }
      #expect(report.violations == [], "seed \(seed)")
      #expect(report.membersMin >= Limits.validatorsMin)
      if report.membersMin < report.nodes { fewer += 1 }
      changes += report.sets.changes
    }
    #expect(fewer >= 2)
    #expect(changes >= 8)
    #expect(try run(1, nodes: 6, heights: 8, .none).sets.changes == 0)
  }

  @Test("there are elections in one of four seeds that have faults, and in none without")
  func oneOfFour() throws {
    var options = SimulationOptions(nodes: 4, fullNodes: 0)
    options.lastEvent = 1
    var count = 0
    for seed in UInt64(1)...60 {
      options.hasFaults = true
      if try Simulator.run(seed: seed, options: options).setChanges == .elected { count += 1 }
      options.hasFaults = false
      #expect(try Simulator.run(seed: seed, options: options).setChanges == .none)
    }
    #expect((7...23).contains(count))
  }
}
