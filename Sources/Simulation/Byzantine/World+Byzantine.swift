import LedgerCore
import LedgerRules
import Replica

/// Byzantine nodes: which are, and how they act.
extension World {
  /// What a Byzantine node is made of.
  struct Corruption {
    var adversaries: [any Adversary]
    var hand: AdversaryHand
    /// The frame it sent last, as it was read: a frame for all is sent to each.
    private var latest: AdversaryFrame?

    init(adversaries: [any Adversary], hand: AdversaryHand) {
      self.adversaries = adversaries
      self.hand = hand
    }

    mutating func read(_ bytes: [UInt8]) -> AdversaryFrame {
      if let latest, latest.bytes == bytes { return latest }
      let frame = AdversaryFrame(bytes)
      latest = frame
      return frame
    }
  }

  /// Draws who is Byzantine, and what they do. Drawn apart from everything else, and each draw is
  /// made whatever the options say, so that a run can be narrowed by them.
  static func drawByzantine(
    seed: UInt64, faultyMax: Int, members: Int, firstTwin: Int,
    _ options: SimulationOptions
  ) -> [ByzantineMember] {
    var random = SeededRandom(seed: seed ^ 0xB42A_47)
    let order = random.order(members)
    let has = random.happens(permille: 500)
    // Few most often: what one does alone shows best then.
    let drawn = 1 + random.index(1 + random.index(faultyMax))
    let wanted = options.hasFaults && (has || options.byzantineKinds != nil) ? drawn : 0
    let most = options.nodes == nil ? faultyMax : members
    let kinds = options.byzantineKinds ?? ByzantineKind.allCases
    guard !kinds.isEmpty else { return [] }
    var list: [ByzantineMember] = []
    var twin = firstTwin
    for node in order.prefix(max(0, min(options.byzantine ?? wanted, most))).sorted() {
      let isTwofold = random.happens(permille: 400)
      let chosen = random.order(kinds.count).prefix(isTwofold ? 2 : 1).map { kinds[$0] }
      let ignoresGuard = random.happens(permille: 700)
      let isDouble = chosen.contains(.twins)
      list.append(
        ByzantineMember(
          node: node, twin: isDouble ? twin : nil, strategies: chosen,
          ignoresGuard: isDouble && ignoresGuard))
      if isDouble { twin += 1 }
    }
    return list
  }

  /// Draws how the Byzantine nodes act.
  func corrupt() {
    var random = SeededRandom(seed: seed ^ 0xC0_440B7)
    guard let purse = genesis.clients.last else { return }
    for member in byzantineMembers {
      for node in [member.node, member.twin].compactMap(\.self) {
        let hand = AdversaryHand(
          chain: genesis.initial.chain, keys: nodes[node].keys, account: nodes[node].name,
          node: member.node, sets: sets,
          intervalMilliseconds: options.intervalMilliseconds, purse: purse, random: random.fork())
        corruptions[node] = Corruption(
          adversaries: member.strategies.compactMap { $0.adversary(&random) }, hand: hand)
      }
      let twin = member.twin.map { " with its twin \($0)" } ?? ""
      trace("node \(member.node)\(twin) is Byzantine: \(member.strategies)")
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
    guard var corruption = corruptions[node], !corruption.adversaries.isEmpty else {
      return [Outgoing(bytes)]
    }
    corruption.hand.turn(to: (nodes[node].process?.height ?? 0) + 1)
    corruption.hand.note(sent: bytes)
    var list = [Outgoing(bytes)]
    for index in corruption.adversaries.indices {
      list = list.flatMap { outgoing -> [Outgoing] in
        let frame = corruption.read(outgoing.bytes)
        return corruption.adversaries[index]
          .frames(for: frame, to: peer, &corruption.hand)
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
    guard var corruption = corruptions[node], !corruption.adversaries.isEmpty else { return }
    let frame = AdversaryFrame(bytes)
    guard let message = frame.consensus else { return }
    corruption.hand.turn(to: (nodes[node].process?.height ?? 0) + 1)
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
