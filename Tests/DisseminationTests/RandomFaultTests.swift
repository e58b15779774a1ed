import Dissemination
import LedgerCore
import Testing

@Suite("Random faults")
struct RandomFaultTests {
  /// Numbers from a seed.
  private struct Dice {
    var state: UInt64

    mutating func roll(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  private final class Faults {
    var dice: Dice
    var lossPercent: Int

    init(seed: UInt64, lossPercent: Int) {
      dice = Dice(state: seed)
      self.lossPercent = lossPercent
    }
  }

  @Test(
    "with loss, crashes and blocks without bundles, what was accepted executes once, all drains",
    arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func faults(seed: UInt64) throws {
    let network = try TestNetwork(4, interval: 1_000)
    let faults = Faults(seed: seed, lossPercent: 10)
    network.loses = { _, _, _ in faults.dice.roll(100) < faults.lossPercent }
    var down: Int?
    var sequence: UInt64 = 0
    for _ in 0..<40 {
      for _ in 0..<faults.dice.roll(6) {
        sequence += 1
        let sender = UInt8(1 + faults.dice.roll(30))
        let transaction = try TestTransactions.make(sender: sender, sequence: sequence)
        let taker = faults.dice.roll(4)
        if network.nodes[taker].isUp { network.submit([transaction], to: taker) }
      }
      network.run(for: UInt64(faults.dice.roll(1_500)))
      if let index = down, faults.dice.roll(2) == 0 {
        network.restart(index)
        down = nil
      } else if down == nil, faults.dice.roll(3) == 0 {
        let index = faults.dice.roll(4)
        network.crash(index)
        down = index
      }
      let up = (0..<4).filter { network.nodes[$0].isUp }
      let primary = up[faults.dice.roll(up.count)]
      if faults.dice.roll(4) == 0 {
        network.commit([], by: primary)
      } else {
        #expect(network.decide(by: primary))
      }
    }
    faults.lossPercent = 0
    if let index = down { network.restart(index) }
    for round in 0..<30 {
      network.run(for: 2_000)
      #expect(network.decide(by: round % 4))
    }
    let accepted = Set(network.nodes.flatMap(\.accepted))
    #expect(!accepted.isEmpty)
    #expect(accepted.subtracting(network.executedSet).isEmpty)
    #expect(network.executed.count == Set(network.executed).count)
    for node in network.nodes {
      #expect(node.disseminator.gauges.pendingTransactions == 0)
      #expect(node.disseminator.gauges.bundles == 0)
      #expect(node.offences.isEmpty)
    }
  }
}
