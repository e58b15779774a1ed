import LedgerCore
import LedgerState

/// What full nodes have made of the chain.
extension Checker {
  func isFull(_ node: Int) -> Bool { fullNodes.contains(node) }

  /// A full node's log holds the blocks that were made final, from the first on, each once.
  mutating func checkPrefix(_ log: [DecidedBlock], node: Int) {
    for (place, decided) in log.enumerated() {
      let height = UInt64(place) + 1
      let hash = decided.block.header.hash(chain)
      guard decided.height == height, final(height)?.hash == hash else {
        return report(
          .fullNodes, [node],
          "its log has \(hash) of height \(decided.height) in place \(height), the chain "
            + "\(final(height)?.hash.hex ?? "nothing")")
      }
    }
  }

  /// A full node's store is the one whose root was certified at its height.
  mutating func checkRoot(_ state: SimulatedState, node: Int) {
    guard let certified = final(state.height)?.stateRoot else { return }
    do {
      let root = try AuthenticatedState(reader: state).root
      if root != certified {
        report(
          .fullNodes, [node],
          "height \(state.height): its store's root is \(root), certified is \(certified)")
      }
    } catch {
      report(.fullNodes, [node], "height \(state.height): its store cannot be read: \(error)")
    }
  }
}
