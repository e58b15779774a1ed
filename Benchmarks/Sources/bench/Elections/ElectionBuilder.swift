import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// Builds an election folder as a network comes to it: candidates register, voters lock and vote in
/// the window, nodes declare themselves ready; all in blocks that are executed, decided, logged and
/// flushed.
struct ElectionBuilder {
  private static let candidatesPerBlock = 500
  private static let votersPerBlock = 2_000
  /// From the last block to the term's end, ms.
  static let left: UInt64 = 600_000

  let folder: ElectionFolder
  private var network: ElectionNetwork { folder.network }

  init(folder: ElectionFolder) { self.folder = folder }

  func build() throws {
    try folder.make()
    let line = ProgressLine(
      "building \(network.candidates) candidates and \(network.voters) voters")
    try CarbonBuilder.load(try network.genesis(), into: folder.ledger)
    let chain = try CarbonChain(ledger: folder.ledger, workers: 2)
    try register(chain)
    let elections = try parameters(chain)
    try wait(chain, until: elections.windowMilliseconds - 60_000)
    try vote(chain, line)
    try wait(chain, until: elections.readyMilliseconds - 60_000)
    try declare(chain)
    try wait(chain, until: Self.left)
    try chain.flush()
    try folder.seal()
    line.end()
  }

  private func parameters(_ chain: CarbonChain) throws -> ElectionParameters {
    var queries = LedgerQueries(chain.state)
    return try queries.parameters().elections
  }

  /// One empty block, so long before the term's end.
  private func wait(_ chain: CarbonChain, until left: UInt64) throws {
    var queries = LedgerQueries(chain.state)
    let (end, time) = (try queries.termSpan().end, try queries.tip().timestamp)
    try chain.decide([], slots: (end - left - time) / CarbonNetwork.interval)
  }

  private func register(_ chain: CarbonChain) throws {
    try inBlocks(CarbonNetwork.nodes..<network.candidates, of: Self.candidatesPerBlock, chain) {
      let account = ElectionNetwork.candidate($0)
      let facts = CandidateFacts(
        name: "candidate \($0)",
        transportKey: try ElectionNetwork.key(.transport, of: $0).publicKey,
        endpoint: "127.0.0.1:26600",
        profile: EnergyProfile(
          tier: .rack, region: "CHN", idleMilliwatts: 48_000, millijoulesPerCPUSecond: 12_000,
          puePermille: 1_580))
      let key = KeyPossession.prove(
        try ElectionNetwork.key(.first, of: $0), for: account, chain: chain.chain)
      return try chain.transaction(
        [
          .registerCandidate(
            RegisterCandidate(facts: facts, key: key, reserve: Amount(5_000_000_000)))
        ], by: account)
    }
  }

  private func vote(_ chain: CarbonChain, _ line: ProgressLine) throws {
    try inBlocks(0..<network.voters, of: Self.votersPerBlock, chain) { number in
      if number.isMultiple(of: Self.votersPerBlock) {
        line.show(Double(number) / Double(network.voters))
      }
      let locked = ElectionNetwork.locked * Token.eco2.baseUnitsPerToken
      let votes = network.votes(of: number).map {
        LedgerCore.Operation.placeVotes(
          PlaceVotes(
            candidate: ElectionNetwork.candidate($0.candidate), amount: Amount($0.amount)))
      }
      return try chain.transaction(
        [.lockVotes(LockVotes(amount: Amount(locked)))] + votes,
        by: ElectionNetwork.voter(number))
    }
  }

  private func declare(_ chain: CarbonChain) throws {
    var queries = LedgerQueries(chain.state)
    let term = try queries.termSpan().term + 1
    try inBlocks(0..<network.candidates, of: Self.candidatesPerBlock, chain) {
      let account = ElectionNetwork.candidate($0)
      let key = KeyPossession.prove(
        try ElectionNetwork.key(.next, of: $0), for: account, chain: chain.chain)
      return try chain.declaration(
        DeclareReady(term: term, key: key), of: account,
        by: try ElectionNetwork.key(.first, of: $0).publicKey)
    }
  }

  /// A transaction for each number, so many in a block.
  private func inBlocks(
    _ numbers: Range<Int>, of count: Int, _ chain: CarbonChain,
    _ transaction: (Int) throws -> Transaction
  ) throws {
    var next = numbers.lowerBound
    while next < numbers.upperBound {
      let end = min(next + count, numbers.upperBound)
      try chain.decide(try (next..<end).map(transaction))
      chain.forgetSequences()
      next = end
    }
  }
}

extension CarbonChain {
  /// A node's declaration: nobody who executes a block looks at the transaction's own signature.
  func declaration(_ ready: DeclareReady, of account: AccountID, by key: PublicKey) throws
    -> Transaction
  {
    try Transaction(
      body: .declaration(ready, of: account, validUntil: state.height + 1_000, chain: chain),
      senderAuthorizations: [Authorization(key: key, signature: Signature(r: .zero, s: .zero))])
  }
}
