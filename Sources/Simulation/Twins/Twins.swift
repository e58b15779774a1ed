import Replica

/// Plays scenarios of Twins on whole networks of real replicas.
public enum Twins {
  /// Every honest node must make a new block final within so many view timeouts of the script's
  /// end, not counting views that the script has yet to give to twins, which are down then.
  public static let recoveryTimeoutsMax: UInt64 = 3

  /// Plays one scenario, of the theatre's number of members. Two runs of one scenario are the same.
  public static func play(
    _ scenario: TwinsScenario, in theatre: TwinsTheatre, options: TwinsOptions = TwinsOptions()
  ) throws(SimulationFailure) -> TwinsReport {
    guard scenario.members == theatre.members else {
      throw .options("the theatre is for \(theatre.members) members, not \(scenario.members)")
    }
    let world = World(theatre, scenario, options: options)
    world.playScript()
    let report = world.recover()
    theatre.keep(world.memo)
    return report
  }
}

extension World {
  private var honest: [SimulatedNode] {
    let twins = stage?.scenario.twinInstances ?? []
    return nodes.filter { !twins.contains($0.index) }
  }

  func playScript() {
    let length = TwinsTheatre.roundMilliseconds
    let rounds = UInt64(stage?.scenario.rounds.count ?? 0)
    checker.byzantine = stage?.scenario.twinInstances ?? []
    checker.quorum = stage?.scenario.quorum
    for node in nodes { schedule(.start(node: node.index), in: random.within(0...20)) }
    // A round's slot comes when a quarter of it is over: what goes into its block is known then.
    schedule(.round(0), in: length * 3 / 4)
    _ = run(until: startTime + (rounds + 2) * length) { stage?.isOver == true }
  }

  /// Scripted rounds that no honest node has reached, and whose leader is down for good. Views need
  /// a quorum's wish, so they fall behind rounds in which nobody has one.
  private var leadsLost: UInt64 {
    guard let scenario = stage?.scenario else { return 0 }
    let reached = honest.compactMap { node in
      node.process.map { $0.height + $0.view }
    }.max()
    return UInt64(
      scenario.rounds.dropFirst(Int(reached ?? 0)).count { scenario.twins.contains($0.leader) })
  }

  func recover() -> TwinsReport {
    let scripted = checker.height
    let begun = now
    let timeouts = Twins.recoveryTimeoutsMax + leadsLost
    let deadline = begun + timeouts * TwinsTheatre.roundMilliseconds
    let nodes = honest
    var recovery: UInt64?
    if checker.violations.isEmpty {
      if run(until: deadline, { nodes.allSatisfy { $0.announced > scripted } }) {
        recovery = now - begun
      } else if checker.violations.isEmpty {
        let slow = nodes.filter { $0.announced <= scripted }
        checker.report(
          .liveness, slow.map(\.index),
          "at heights \(slow.map(\.announced)) and not above \(scripted) "
            + "\(deadline - begun) ms after the script")
      }
    }
    let isForked = checker.violations.contains { $0.invariant == .agreement }
    let mustFork = stage?.scenario.mustFork == true
    return TwinsReport(
      name: stage?.scenario.name ?? "", isForked: isForked,
      isPassed: mustFork ? isForked : checker.violations.isEmpty, events: counts.events,
      scriptedHeights: scripted, heights: checker.height,
      laterViews: checker.finals.prefix(Int(scripted)).count { $0.view > 0 },
      recoveryMilliseconds: recovery, violations: checker.violations)
  }
}
