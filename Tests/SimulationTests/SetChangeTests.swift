import LedgerCore
import Simulation
import Testing

@Suite("Validator sets that change while things go wrong")
struct SetChangeTests {
  private func run(
    _ seed: UInt64, nodes: Int, heights: UInt64, _ changes: SetChanges,
    _ change: (inout SimulationOptions) -> Void = { _ in }
  ) throws -> SimulationReport {
    var options = SimulationOptions(nodes: nodes, heights: heights)
    options.setChanges = changes
    change(&options)
    return try Simulator.run(seed: seed, options: options)
  }

  @Test(
    "nodes that restart at the last height of a set go on",
    arguments: [(UInt64(3), 4), (12, 4), (40, 5)])
  func restartAtTheLastHeight(_ seed: UInt64, _ nodes: Int) throws {
    let report = try run(seed, nodes: nodes, heights: 12, .keys) {
      $0.fullNodes = 0
      $0.byzantine = 0
    }
    #expect(report.violations == [])
    #expect(report.sets == 2)
  }

  @Test("members leave, come back and renew their keys, and nothing breaks", arguments: 1...8)
  func drawn(_ seed: UInt64) throws {
    let report = try run(seed, nodes: 5 + Int(seed % 3), heights: 14, .drawn)
    #expect(report.violations == [])
    #expect(report.heights >= 19)
    #expect(report.transactionsFinal > 0)
  }

  @Test("sets shrink and grow, to no fewer than four, and stay where they may not change")
  func sizes() throws {
    var fewer = 0
    var changes: UInt64 = 0
    for seed in UInt64(1)...8 {
      let report = try run(seed, nodes: 6, heights: 20, .drawn) { $0.hasFaults = false }
      #expect(report.violations == [], "seed \(seed)")
      #expect(report.membersMin >= Limits.validatorsMin)
      if report.membersMin < report.nodes { fewer += 1 }
      changes += report.sets - 1
    }
    #expect(fewer >= 2)
    #expect(changes >= 8)
    #expect(try run(1, nodes: 6, heights: 8, .none).sets == 1)
  }

  @Test("sets change in one of four seeds that have faults, and in none without")
  func oneOfFour() throws {
    var options = SimulationOptions(nodes: 4, fullNodes: 0)
    options.lastEvent = 1
    var count = 0
    for seed in UInt64(1)...60 {
      options.hasFaults = true
      if try Simulator.run(seed: seed, options: options).setChanges == .drawn { count += 1 }
      options.hasFaults = false
      #expect(try Simulator.run(seed: seed, options: options).setChanges == .none)
    }
    #expect((7...23).contains(count))
  }
}
