import Simulation
import Testing

@Suite("Byzantine nodes do no harm to honest ones")
struct ByzantineTests {
  @Test("f of four or seven nodes misbehave in one way", arguments: ByzantineKind.allCases)
  func kind(_ kind: ByzantineKind) throws {
    for (seed, nodes) in [(UInt64(1), 4), (2, 7)] {
      let report = try Simulator.run(
        seed: seed,
        options: SimulationOptions(
          nodes: nodes, fullNodes: 0, heights: 8, byzantine: (nodes - 1) / 3,
          byzantineKinds: [kind]))
      #expect(report.violations == [], "seed \(seed)")
      #expect(report.byzantine.count == (nodes - 1) / 3)
      #expect(report.heights >= 8)
    }
  }

  @Test("more Byzantine nodes than f break what the checks hold")
  func tooMany() throws {
    var broken = 0
    for seed in UInt64(1)...4 {
      let report = try Simulator.run(
        seed: seed,
        options: SimulationOptions(
          nodes: 4, fullNodes: 0, heights: 12, byzantine: 2, byzantineKinds: [.wrongRoot]))
      if !report.violations.isEmpty { broken += 1 }
    }
    #expect(broken > 0)
  }

  @Test("nobody is Byzantine unless it is asked for")
  func healthy() throws {
    let options = SimulationOptions(nodes: 4, fullNodes: 0, heights: 4, hasFaults: false)
    #expect(try Simulator.run(seed: 3, options: options).byzantine == [])
  }
}
