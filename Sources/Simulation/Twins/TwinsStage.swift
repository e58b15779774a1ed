import Dissemination
import LedgerCore
import Replica

/// A scenario under way: which round it is, and what waits for its end.
struct TwinsStage {
  /// A frame that arrives when the round is over.
  struct Held {
    let bytes: [UInt8]
    let sender: Int
    let receiver: Int
  }

  let scenario: TwinsScenario
  /// Nil before the first round and after the last.
  var round: TwinsScenario.Round?
  var isOver = false
  var held: [Held] = []

  init(_ scenario: TwinsScenario) { self.scenario = scenario }

  /// Whether the round keeps two instances apart.
  func separates(_ one: Int, _ other: Int) -> Bool {
    round.map { $0.groups[one] != $0.groups[other] } ?? false
  }
}

extension World {
  /// Whether a script keeps a frame from arriving now.
  func isHeldUp(_ bytes: [UInt8], from node: Int, to peer: Int) -> Bool {
    guard let stage, stage.separates(node, peer) else { return false }
    if stage.round?.crossesLater == true {
      self.stage?.held.append(TwinsStage.Held(bytes: bytes, sender: node, receiver: peer))
    } else {
      counts.framesLost += 1
      network.lose(from: node, to: peer)
    }
    return true
  }

  /// A round begins, or the script is over: what was held arrives, connections that lost something
  /// are replaced where they can be, and whoever leads gets something to put into a block.
  func beginRound(_ number: Int) {
    guard let scenario = stage?.scenario else { return }
    let held = stage?.held ?? []
    stage?.held = []
    stage?.round = number < scenario.rounds.count ? scenario.rounds[number] : nil
    trace(number < scenario.rounds.count ? "round \(number) begins" : "the script is over")
    for frame in held {
      guard let connection = network.connection(from: frame.sender, to: frame.receiver) else {
        continue
      }
      schedule(
        .frame(frame.bytes, from: frame.sender, to: frame.receiver, connection: connection),
        in: random.within(1...20))
    }
    if number >= scenario.rounds.count {
      stage?.isOver = true
      for twin in scenario.twinInstances.sorted() { crash(twin) }
    }
    for (one, other) in network.replaceLossy(where: { stage?.separates($0, $1) == false }) {
      schedule(.connect(one, other), in: random.within(1...costs.connectMillisecondsMax))
    }
    guard stage?.isOver == false else { return }
    schedule(.round(number + 1), in: TwinsTheatre.roundMilliseconds)
    let leader = scenario.rounds[number].leader
    for instance in nodes.indices where scenario.member(of: instance) == leader {
      submit(to: instance, round: number)
    }
  }

  private func submit(to instance: Int, round: Int) {
    guard let scenario = stage?.scenario,
      let bytes = theatre?.transaction(scenario, to: instance, round: round)
    else { return }
    let ticket = clients.submit(to: instance, life: nodes[instance].life, count: 1, now: now)
    step(instance, .submitted([ClientSubmission(ticket: ticket, [bytes])]))
  }
}
