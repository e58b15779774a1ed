import LedgerCore
import Testing

@testable import LedgerRules

/// Offences of the test network's members, really signed.
struct TestOffences {
  let chain: ChainID
  let set: ValidatorSet
  /// In the set's order.
  let keys: [SigningKey]

  init(_ network: TestNetwork) throws {
    var queries = network.queries
    set = try queries.validatorSets().current
    chain = network.chain
    var keys: [PublicKey: SigningKey] = [:]
    for index in network.document.nodes.indices {
      let key = try TestGenesis.consensusKey(index)
      keys[key.publicKey] = key
    }
    self.keys = try set.members.map { try #require(keys[$0.consensusKey]) }
  }

  func vote(
    _ member: Int, height: UInt64, view: UInt64 = 0, chain: ChainID? = nil,
    _ content: VoteStatement.Content
  ) -> Vote {
    let statement = VoteStatement(height: height, view: view, content: content)
    return Vote(
      statement: statement, member: UInt16(member),
      signature: keys[member % keys.count].sign(
        domain: statement.kind.domain, chain: chain ?? self.chain, message: statement.message[...]))
  }

  func digest(_ number: UInt8) -> Digest { SHA256.hash([number]) }

  /// Two PREPAREs of a member for one height and view.
  func equivocation(_ member: Int, height: UInt64, chain: ChainID? = nil) throws -> Evidence {
    .votes(
      try #require(
        VoteEvidence(
          vote(
            member, height: height, chain: chain,
            .prepare(block: digest(1), stateRoot: digest(2))),
          vote(
            member, height: height, chain: chain,
            .prepare(block: digest(3), stateRoot: digest(2))))))
  }

  /// A COMMIT, and a VIEW-CHANGE that does not know of it.
  func amnesia(_ member: Int, height: UInt64) throws -> Evidence {
    .votes(
      try #require(
        VoteEvidence(
          vote(member, height: height, .commit(block: digest(1), stateRoot: digest(2))),
          vote(member, height: height, view: 1, .viewChange(prepared: nil)))))
  }

  /// A bundle of a member in which a transaction is badly signed, by all appearances.
  func badBundle(_ member: Int, height: UInt64, _ bad: Transaction) throws -> Evidence {
    let proof = InclusionProof(leafIndex: 0, treeSize: 1, siblings: [])
    let header = BundleHeader(
      author: set.members[member].account, incarnation: 1, number: 0, birthHeight: height,
      transactionCount: 1, transactionBytes: UInt32(bad.bytes.count),
      transactionsRoot: MerkleTree.root(leaves: [bad.bytes]))
    let signature = keys[member].sign(domain: .bundle, chain: chain, message: header.bcs[...])
    return .bundle(
      try #require(
        BundleEvidence(
          header: header, signature: signature, transaction: Array(bad.bytes), proof: proof)))
  }

  /// A member's report.
  func report(
    _ evidence: Evidence, by member: Int, validUntil: UInt64 = 100, key: SigningKey? = nil,
    _ change: (inout TransactionBody) -> Void = { _ in }
  ) throws -> Transaction {
    var body = TransactionBody.report(
      evidence, by: set.members[member].account, validUntil: validUntil, chain: chain)
    change(&body)
    return try Transaction(body: body, chain: chain, senderKeys: [key ?? keys[member]])
  }
}
