import Foundation
import Simulation

// What Scripts/planted-bugs runs, with a bug or without: seeds of the simulator, as `eco2 simulate`
// has them, or scenarios of Twins. One line for each seed or scenario:
//
//   clean PLACE LOG-HASH
//   BROKEN PLACE INVARIANT EVENT DETAIL
//
// and exit code 1 when something is broken. With --until INVARIANT it goes on to the first seed
// that breaks this one.

let arguments = Array(CommandLine.arguments.dropFirst())

func option(_ name: String) -> String? {
  guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return nil }
  return arguments[place + 1]
}

func number(_ name: String) -> Int? { option(name).flatMap { Int($0) } }

/// What the runs have shown so far.
struct Findings {
  var isBroken = false

  /// Says what a run showed; whether to go on.
  mutating func goesOn(after place: String, _ violations: [Violation], log: String) -> Bool {
    guard let first = violations.first else {
      print("clean \(place) \(log)")
      return true
    }
    isBroken = true
    let detail = "nodes \(first.nodes): \(first.detail)"
    print("BROKEN \(place) \(first.invariant.rawValue) \(first.event) \(detail)")
    return option("--until").map { $0 != first.invariant.rawValue } ?? true
  }

  mutating func runSeeds() throws {
    let first = UInt64(number("--seed") ?? 1)
    for seed in first..<first + UInt64(number("--seeds") ?? 1) {
      var options = SimulationOptions(
        nodes: number("--nodes"), fullNodes: number("--full-nodes"),
        heights: UInt64(number("--heights") ?? 40), hasFaults: !arguments.contains("--healthy"),
        byzantine: number("--byzantine"))
      let strategy = option("--strategy").flatMap { ByzantineKind(rawValue: $0) }
      options.byzantineKinds = strategy.map { [$0] }
      options.setChanges = option("--sets").flatMap { SetChanges(rawValue: $0) } ?? SetChanges.none
      let report = try Simulator.run(seed: seed, options: options)
      guard goesOn(after: "\(seed)", report.violations, log: report.logHash) else { return }
    }
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// `--seed` is a scenario's place in the file, from 0.
  mutating func runScenarios() throws {
    let scenarios =
      try option("--controls").map { try TwinsScenario.controls(in: bytes($0)) }
      ?? TwinsScenario.scenarios(inLines: bytes(option("--twins") ?? ""))
    let first = number("--seed") ?? 0
    var theatres: [Int: TwinsTheatre] = [:]
    for (place, scenario) in scenarios.enumerated().dropFirst(first).prefix(number("--seeds") ?? 1)
    {
      let theatre = try theatres[scenario.members] ?? TwinsTheatre(members: scenario.members)
      theatres[scenario.members] = theatre
      let report = try Twins.play(scenario, in: theatre)
      guard goesOn(after: "\(place)", report.violations, log: "\(report.events)") else { return }
    }
  }
}

var findings = Findings()
if option("--twins") != nil || option("--controls") != nil {
  try findings.runScenarios()
} else {
  try findings.runSeeds()
}
exit(findings.isBroken ? 1 : 0)
