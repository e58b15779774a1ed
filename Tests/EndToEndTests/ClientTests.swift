import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("The client on a network of real processes")
  struct ClientTests {
    @Test(
      "sends in parallel take their own sequences, survive a killed node, and are proved",
      .timeLimit(.minutes(2)))
    func client() async throws {
      try await LiveNetwork.run { network in
        let anchor = try TrustAnchor(genesis: network.made.document)
        let ledger = try await Ledger.connect(to: network.addresses, trust: anchor)
        let treasury = try network.key("treasury")
        let (sender, bob) = (AccountID(treasury.publicKey), try SigningKey.of(3).account)
        let draft = TransactionBuilder(from: sender).transfer(.eco2, Amount(3), to: bob)
        // Two that know nothing of each other, in a row, waiting for no block, do not collide.
        for wait in [NodeClient.Wait.accepted, .final] {
          let other = try await Ledger.connect(to: [network.addresses[0]])
          try await other.send(draft, signedBy: Signers(treasury), wait: wait)
          await other.close()
        }
        await network.nodes[3].kill()
        let outcomes = try await withThrowingTaskGroup(of: TransactionOutcome.self) { group in
          for _ in 0..<19 {
            group.addTask { try await ledger.send(draft, signedBy: Signers(treasury)) }
          }
          return try await group.reduce(into: [TransactionOutcome]()) { $0.append($1) }
        }
        #expect(Set(outcomes.map(\.id)).count == 19)
        #expect(outcomes.allSatisfy { $0.height != nil })

        let height = try #require(outcomes.compactMap(\.height).max())
        let proven = try await ledger.provenAccount(bob, minimumHeight: height)
        #expect(proven.record?.eco2 == Amount(63))
        let nobody = try await ledger.provenAccount(SigningKey.of(99).account)
        #expect(nobody.record == nil)
        let header = try await ledger.provenHeader(height)
        #expect(header.signers.count >= 3)
        #expect(try await ledger.account(sender).sequence == 21)

        var history: [String?] = []
        for try await transaction in ledger.transactions(of: bob, pageSize: 5) {
          history.append(transaction.id)
        }
        #expect(Set(history).count == 21)
        let bytes = try await ledger.genesisBytes()
        #expect(bytes == network.made.document.bcs)
        await ledger.close()
      }
    }

    @Test(
      "every transaction of an account is seen once and in order, though nodes die meanwhile",
      .timeLimit(.minutes(2)))
    func watching() async throws {
      try await LiveNetwork.run { network in
        let ledger = try await Ledger.connect(to: network.addresses)
        let treasury = try network.key("treasury")
        let bob = try SigningKey.of(3).account
        let start = EventID.end(of: try await ledger.status().height)
        let watched = Task {
          var seen: [LedgerEvent] = []
          for try await event in ledger.events(of: bob, after: start) {
            seen.append(event)
            if seen.count == 8 { break }
          }
          return seen
        }
        let draft = TransactionBuilder(from: AccountID(treasury.publicKey))
          .transfer(.eco2, Amount(3), to: bob)
        var sent: [Digest] = []
        for number in 0..<8 {
          sent.append(try await ledger.send(draft, signedBy: Signers(treasury)).id)
          // Another goes on: 3 of 4 nodes are a quorum.
          if number == 3 { await network.nodes[0].kill() }
        }
        let seen = try await watched.value
        #expect(seen.map(\.id) == seen.map(\.id).sorted())
        let ids = seen.compactMap { event -> String? in
          guard case .transaction(let answer) = event.content else { return nil }
          return answer.id
        }
        #expect(ids == sent.map(\.hex))
        await ledger.close()
      }
    }
  }
}
