import LedgerCore
import LedgerRules
import LedgerState

extension Weighing {
  /// Reports in a block.
  private static let reportCount = 20

  /// Reports of bundles that are sound: each carries a transaction with as many signatures as one
  /// can have, and every one of them is verified before nothing is proven.
  func falseReports() throws -> [Transaction] {
    var queries = LedgerQueries(chain.state)
    let set = try queries.validatorSets().current
    let height = chain.state.height
    let keys = try (0..<CarbonNetwork.nodes).map(CarbonNetwork.consensusKey)
    return try (0..<Self.reportCount).map { index in
      let member = set.members[index % set.count]
      guard let key = keys.first(where: { $0.publicKey == member.consensusKey }) else {
        throw BenchmarkFault.broken("a member has no key")
      }
      let evidence = try evidence(accusing: member.account, key, height: height)
      return try chain.transaction(
        [.reportOffence(ReportOffence(evidence: evidence))], by: work.freshAccount())
    }
  }

  private func evidence(accusing author: AccountID, _ key: SigningKey, height: UInt64) throws
    -> Evidence
  {
    let sender = try (0..<Limits.keysMax).map { try signer($0) }
    let sponsor = try (0..<Limits.keysMax).map { try signer(Limits.keysMax + $0) }
    let body = TransactionBody(
      chain: chain.chain, sender: AccountID(sender[0].publicKey), sequence: 1,
      validUntil: height, chargeMax: Amount(1), feeMax: Amount(1),
      sponsor: AccountID(sponsor[0].publicKey),
      operations: (0..<Limits.operationsMax).map {
        .transfer(
          Transfer(token: .ecc, recipient: CarbonNetwork.account($0), amount: Amount(1)))
      })
    let transaction = try Transaction(
      body: body, chain: chain.chain, senderKeys: sender, sponsorKeys: sponsor)
    let header = BundleHeader(
      author: author, incarnation: 1, number: 0, birthHeight: height, transactionCount: 1,
      transactionBytes: UInt32(transaction.bytes.count),
      transactionsRoot: MerkleTree.root(leaves: [transaction.bytes]))
    let signature = key.sign(domain: .bundle, chain: chain.chain, message: header.bcs[...])
    guard
      let evidence = BundleEvidence(
        header: header, signature: signature, transaction: Array(transaction.bytes),
        proof: InclusionProof(leafIndex: 0, treeSize: 1, siblings: []))
    else { throw BenchmarkFault.broken("a transaction is too long for evidence") }
    return .bundle(evidence)
  }

  private func signer(_ number: Int) throws -> SigningKey {
    guard
      let key = SigningKey(seed: SHA256.hash(Array("signer \(number)".utf8)).bytes.array)
    else { throw BenchmarkFault.broken("a seed of 32 bytes makes no key") }
    return key
  }
}
