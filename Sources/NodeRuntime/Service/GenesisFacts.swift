import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers
import Synchronization

/// What the API says of genesis: computed when first asked for, since the state of a large genesis
/// takes a while to hash.
final class GenesisFacts: Sendable {
  private let document: GenesisDocument
  private let made = Mutex<(GenesisAnswer, bytes: [UInt8])?>(nil)

  init(_ document: GenesisDocument) { self.document = document }

  var answer: (GenesisAnswer, bytes: [UInt8]) {
    made.withLock { made in
      if let made { return made }
      let bytes = document.bcs
      // The document made this node's first state: it has one.
      let root = try? AuthenticatedState.root(of: document.initialState().changes)
      let answer = GenesisAnswer(
        network: document.network, isTest: document.isTest, chain: document.chainID.hex,
        time: document.genesisTime, intervalMilliseconds: document.interval,
        stateRoot: (root ?? .zero).hex, validators: Hex.encode(document.validators?.bcs ?? []),
        bytes: bytes.count)
      made = (answer, bytes)
      return (answer, bytes)
    }
  }
}
