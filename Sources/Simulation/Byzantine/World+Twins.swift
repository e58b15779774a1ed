import Consensus
import LedgerCore
import LedgerRules
import Replica

/// A member that is Byzantine, and what it does.
public struct ByzantineMember: Hashable, Sendable, Encodable {
  /// Its index in the set.
  public let node: Int
  /// The number of the second process with its key, where it has one.
  public let twin: Int?
  /// One way to misbehave, or two.
  public let strategies: [ByzantineKind]
  /// Whether its twins vote on when they see each other's votes; else they do as real nodes do.
  public let ignoresGuard: Bool
}

/// Twins: two live processes with one key, of which each believes that it is the only one.
extension World {
  /// A twin that comes when the other has run for a while, with a copy of the other's disk: a
  /// stand-in that somebody has started too early.
  struct LateTwin {
    let original: Int
    let milliseconds: UInt64
  }

  /// The second processes, numbered after all others. Half of them start with everybody else, with
  /// an empty disk; the others later.
  static func twins(
    of nodes: [SimulatedNode], _ members: [ByzantineMember], _ genesis: SimulatedGenesis,
    seed: UInt64, _ late: inout [Int: LateTwin]
  ) -> [SimulatedNode] {
    var random = SeededRandom(seed: seed ^ 0x7_71A5)
    var twins: [SimulatedNode] = []
    for member in members {
      guard let index = member.twin else { continue }
      let original = nodes[member.node]
      let isLate = random.happens(permille: 500)
      let milliseconds = random.within(1_000...20_000)
      if isLate { late[index] = LateTwin(original: member.node, milliseconds: milliseconds) }
      twins.append(
        SimulatedNode(
          index: index, name: original.name, configuration: original.configuration,
          keys: original.keys,
          disk: SimulatedDisk(
            state: SimulatedState(genesis.changes), chain: genesis.initial.chain,
            keys: original.keys),
          keepsVotes: original.keepsVotes,
          clockErrorMilliseconds: Int64(random.within(0...200)) - 100))
    }
    return twins
  }

  /// Before its first start: a late twin gets what the other has on its disk.
  func copyDisk(to node: SimulatedNode) {
    guard let late = lateTwins[node.index] else { return }
    node.disk.restore(nodes[late.original].disk.backup(), keepsWatermark: false)
  }
}
