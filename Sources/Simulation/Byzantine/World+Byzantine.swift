import LedgerCore
import LedgerRules
import Replica

/// Byzantine nodes: which are, and how they act.
extension World {
  /// What a Byzantine node is made of.
  struct Corruption {
    var kinds: [ByzantineKind]
    var adversaries: [any Adversary]
    var hand: AdversaryHand
  }

  /// Draws who is Byzantine. Drawn apart from everything else.
  static func drawnByzantine(seed: UInt64, members: Int, _ options: SimulationOptions) -> [Int] {
    var random = SeededRandom(seed: seed ^ 0xB42A_47)
    return Array(random.order(members).prefix(options.byzantine ?? 0)).sorted()
  }

  /// Draws how the Byzantine nodes act.
  func corrupt() {
    var random = SeededRandom(seed: seed ^ 0xC0_440B7)
    let kinds = options.byzantineKinds ?? ByzantineKind.allCases
    guard let purse = genesis.clients.last, !kinds.isEmpty else { return }
    for node in budget.byzantine {
      let count = kinds.count > 1 && random.happens(permille: 400) ? 2 : 1
      let chosen = random.order(kinds.count).prefix(count).map { kinds[$0] }
      let hand = AdversaryHand(
        chain: genesis.initial.chain, key: nodes[node].key, account: nodes[node].name,
        member: node, set: checker.set, intervalMilliseconds: options.intervalMilliseconds,
        purse: purse, random: random.fork())
      corruptions[node] = Corruption(
        kinds: chosen, adversaries: chosen.map { $0.adversary(&random) }, hand: hand)
      trace("node \(node) is Byzantine: \(chosen)")
    }
    checker.byzantine = Set(corruptions.keys)
  }

  var byzantine: Set<Int> { checker.byzantine }

  /// Whether nobody in the line of those whom a full node follows is Byzantine.
  func isServedHonestly(_ node: Int) -> Bool {
    nodes[node].isFull
      ? nodes[node].follows.allSatisfy(isServedHonestly) : !byzantine.contains(node)
  }

  /// What goes to a peer in place of a frame of a node's replica.
  func outgoing(_ bytes: [UInt8], from node: Int, to peer: Int) -> [Outgoing] {
    guard var corruption = corruptions[node] else { return [Outgoing(bytes)] }
    corruption.hand.note(sent: bytes)
    var list = [Outgoing(bytes)]
    for index in corruption.adversaries.indices {
      list = list.flatMap { outgoing -> [Outgoing] in
        corruption.adversaries[index]
          .frames(for: AdversaryFrame(outgoing.bytes), to: peer, &corruption.hand)
          .map {
            Outgoing($0.bytes, delayMilliseconds: $0.delayMilliseconds + outgoing.delayMilliseconds)
          }
      }
    }
    corruptions[node] = corruption
    return list
  }

  /// A Byzantine node looks at what came, and may have something to say.
  func observe(_ bytes: [UInt8], at node: Int) {
    guard var corruption = corruptions[node] else { return }
    let frame = AdversaryFrame(bytes)
    guard let message = frame.consensus else { return }
    corruption.hand.note(received: message)
    var answers: [[UInt8]] = []
    for index in corruption.adversaries.indices {
      answers += corruption.adversaries[index].answers(to: frame, &corruption.hand)
    }
    corruptions[node] = corruption
    for answer in answers {
      for peer in peers(of: nodes[node]) { deliver(answer, from: node, to: peer) }
    }
  }
}
