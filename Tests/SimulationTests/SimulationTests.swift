import LedgerCore
import Simulation
import Testing

@Suite("Whole networks on seeds")
struct SimulationTests {
  @Test("nothing breaks while links, disks and nodes fail", arguments: 0..<25)
  func seeds(_ part: UInt64) throws {
    for seed in [2 * part + 1, 2 * part + 2] {
      let report = try Simulator.run(
        seed: seed, options: SimulationOptions(nodes: 4 + Int(seed % 4), heights: 12))
      #expect(report.violations == [], "seed \(seed)")
      #expect(report.heights >= 17, "seed \(seed)")
      #expect(report.faults.reduce(0) { $0 + $1.count } >= 5, "seed \(seed)")
      #expect(report.transactionsFinal > 0, "seed \(seed)")
    }
  }

  @Test("a healthy network decides every height in its first view, and loses no transaction")
  func healthy() throws {
    let report = try Simulator.run(
      seed: 1, options: SimulationOptions(nodes: 4, heights: 20, hasFaults: false))
    #expect(report.violations == [])
    #expect(report.heights >= 25)
    #expect(report.viewChanges == 0)
    #expect(report.framesLost == 0)
    // A slot is a second: nothing takes longer.
    #expect(report.simulatedMilliseconds < 1_000 * (report.heights + 5))
  }

  @Test("a node that stays paused costs no slot: its heights are decided in view 1")
  func pausedNode() throws {
    let report = try Simulator.run(
      seed: 2,
      options: SimulationOptions(nodes: 4, heights: 20, hasFaults: false, pausedNodes: [1]))
    #expect(report.violations == [])
    #expect(report.heights >= 25)
    // One turn of four is its own.
    #expect(report.viewChanges >= 5 && report.viewChanges <= report.heights / 4 + 1)
    // The run may end between the last turn handed over and the block that follows from it.
    #expect((report.viewChanges...report.viewChanges + 1).contains(report.turnsHandedOver))
    #expect(report.simulatedMilliseconds < 1_000 * (report.heights + 5))
  }

  @Test("with every node paused blocks keep their slots, and no transaction is lost")
  func allPaused() throws {
    let report = try Simulator.run(
      seed: 5,
      options: SimulationOptions(
        nodes: 4, heights: 20, hasFaults: false, pausedNodes: [0, 1, 2, 3]))
    #expect(report.violations == [])
    #expect(report.viewChanges == report.heights)
    #expect(report.transactionsFinal > 0)
    #expect(report.simulatedMilliseconds < 1_000 * (report.heights + 5))
  }

  @Test("the same seed gives the same run")
  func determinism() throws {
    let options = SimulationOptions(nodes: 5, heights: 12)
    let first = try Simulator.run(seed: 7, options: options)
    let second = try Simulator.run(seed: 7, options: options)
    #expect(first.logHash == second.logHash)
    #expect(first.events == second.events)
    #expect(first.logHash != (try Simulator.run(seed: 8, options: options)).logHash)
  }

  @Test("another process, with other hashes of everything in Swift, runs a seed in the same way")
  func processes() async throws {
    let options = SimulationOptions(nodes: 7, heights: 8, byzantineKinds: [.twins, .mutations])
    let own = try Simulator.run(seed: 9, options: options).logHash
    let other = await #expect(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      let options = SimulationOptions(nodes: 7, heights: 8, byzantineKinds: [.twins, .mutations])
      print("log \(try Simulator.run(seed: 9, options: options).logHash).")
    }
    let output = other.map { String(decoding: $0.standardOutputContent, as: UTF8.self) } ?? ""
    #expect(output.contains("log \(own)."))
  }

  @Test("faults do happen: blocks in later views, crashes, lost frames")
  func faults() throws {
    let report = try Simulator.run(seed: 3, options: SimulationOptions(nodes: 4))
    #expect(report.viewChanges > 0)
    #expect(report.crashes > 0)
    #expect(report.framesLost > 0)
    #expect(report.turnsHandedOver > 0)
  }

  @Test("full nodes crash, fall behind and catch up, and what they relay becomes final once")
  func fullNodes() throws {
    var relayed: UInt64 = 0
    for seed in UInt64(101)...110 {
      let report = try Simulator.run(
        seed: seed, options: SimulationOptions(nodes: 4, fullNodes: 3, heights: 16))
      #expect(report.violations == [], "seed \(seed)")
      #expect(report.fullNodes == 3)
      relayed += report.transactionsRelayed
    }
    #expect(relayed > 50)
  }

  @Test("on a healthy network every transaction given to a full node is final")
  func healthyFullNodes() throws {
    let report = try Simulator.run(
      seed: 1, options: SimulationOptions(nodes: 4, fullNodes: 2, heights: 20, hasFaults: false))
    #expect(report.violations == [])
    #expect(report.viewChanges == 0)
    #expect(report.transactionsRelayed > 10)
  }

  @Test("full nodes beside it change nothing of a network's making")
  func drawnApart() throws {
    let alone = try Simulator.run(
      seed: 7, options: SimulationOptions(nodes: 4, fullNodes: 0, heights: 12, hasFaults: false))
    let beside = try Simulator.run(
      seed: 7, options: SimulationOptions(nodes: 4, fullNodes: 1, heights: 12, hasFaults: false))
    #expect(alone.nodes == beside.nodes)
    #expect(beside.fullNodes == 1 && alone.transactionsRelayed == 0)
    #expect(alone.logHash != beside.logHash)
  }

  @Test("impossible options are refused")
  func options() {
    #expect(throws: SimulationFailure.self) {
      try Simulator.run(seed: 1, options: SimulationOptions(nodes: 3))
    }
    #expect(throws: SimulationFailure.self) {
      try Simulator.run(seed: 1, options: SimulationOptions(fullNodes: 17))
    }
    #expect(throws: SimulationFailure.self) {
      try Simulator.run(seed: 1, options: SimulationOptions(intervalMilliseconds: 0))
    }
  }
}

@Suite("Bugs put in on purpose are found")
struct PlantedBugTests {
  /// Whether a bug shows, in a few seeds, in this invariant.
  func shows(_ bug: PlantedBug, in invariant: Invariant) throws -> Bool {
    for seed in UInt64(1)...20 {
      let report = try Simulator.run(
        seed: seed, options: SimulationOptions(nodes: 4, plantedBug: bug))
      if report.violations.contains(where: { $0.invariant == invariant }) { return true }
    }
    return false
  }

  @Test("a watermark forgotten at a restart shows in two votes for one position")
  func forgetsVotes() throws { #expect(try shows(.forgetsVotes, in: .votes)) }

  @Test("a log that says \"synced\" too early shows in a height that goes back")
  func losesLastBlock() throws { #expect(try shows(.losesLastBlock, in: .height)) }

  @Test("a flipped bit in the store shows in its root")
  func flipsRecordBit() throws { #expect(try shows(.flipsRecordBit, in: .roots)) }
}
