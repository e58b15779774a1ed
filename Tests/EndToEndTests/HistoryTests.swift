import Audit
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("What clients read of the chain")
  struct HistoryTests {
    @Test(
      "proofs hold against genesis; transactions and histories are there after a restart",
      .timeLimit(.minutes(2)))
    func history() async throws {
      try await LiveNetwork.run { network in
        let treasury = try network.key("treasury")
        let (first, nobody) = (try SigningKey.of(1), try SigningKey.of(9))
        let anchor = try TrustAnchor(genesis: network.made.document)
        var ids: [Digest] = []
        for sequence in UInt64(1)...6 {
          let transaction = try Draft(
            network.chain, from: treasury, sequence: sequence, validUntil: 500,
            .send(.eco2, 1_000, to: first)
          ).signed()
          let answer = try await network.client {
            try await $0.submit(
              [transaction.bytes], wait: sequence.isMultiple(of: 3) ? .final : .pending)
          }
          #expect(answer.transactions.map(\.status) != [.refused])
          ids.append(transaction.id(network.chain))
        }
        try await Self.check(network, anchor, ids, first, nobody)
        let before = try await Self.pages(network, first)
        #expect(before.map(\.id) == ids.reversed().map(\.hex))

        #expect(await network.stop())
        #expect(try FolderAudit.run(home: network.nodes[0].home).historyEntries > 0)
        try await network.start()
        _ = try await network.block(2)
        try await Self.check(network, anchor, ids, first, nobody)
        #expect(try await Self.pages(network, first) == before)
      }
    }

    /// An account's whole history, page by page while blocks arrive.
    private static func pages(_ network: LiveNetwork, _ key: SigningKey) async throws
      -> [TransactionAnswer]
    {
      var all: [TransactionAnswer] = []
      var cursor: String?
      repeat {
        let page = try await network.client { [cursor] in
          try await $0.transactions(of: key.address, cursor: cursor, limit: 2)
        }
        all += page.items
        cursor = page.next
      } while cursor != nil
      return all
    }

    private static func check(
      _ network: LiveNetwork, _ anchor: TrustAnchor, _ ids: [Digest], _ key: SigningKey,
      _ nobody: SigningKey
    ) async throws {
      for id in ids {
        let found = try await network.client { try await $0.transaction(id) }
        #expect(found?.status == .final)
        #expect(found?.transaction?.operations.map(\.kind) == ["transfer"])
        #expect(found?.receipt?.outcome == "applied")
      }
      let proof = try await network.client { try await $0.accountProof(key.address) }
      let proven = try anchor.verify(accountProof: proof, of: key.account)
      #expect(proven.record?.eco2 == Amount(6_000))
      let absence = try await network.client { try await $0.accountProof(nobody.address) }
      #expect(try anchor.verify(accountProof: absence, of: nobody.account).record == nil)
    }
  }
}
