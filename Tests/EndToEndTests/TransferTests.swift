import Audit
import LedgerClient
import LedgerCore
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("Transfers on a network of real processes")
  struct TransferTests {
    @Test(
      "several operations at once, and sponsored ones, are final on all nodes with right balances",
      .timeLimit(.minutes(2)))
    func transfers() async throws {
      try await LiveNetwork.run { network in
        let treasury = try network.key("treasury")
        let (first, second) = (try SigningKey.of(1), try SigningKey.of(2))
        let before = try await network.client { try await $0.account(treasury.address) }

        let both = try Draft(
          network.chain, from: treasury, sequence: 1, validUntil: 200,
          .send(.eco2, 250_000_000, to: first), .send(.ecc, 7_000_001, to: first),
          .send(.ecc, 3, to: second)
        ).signed()
        let sent = try await network.client { try await $0.submit([both.bytes], wait: .final) }
        #expect(sent.transactions.map(\.status) == [.final])
        #expect(sent.transactions.map(\.applied) == [true])

        // A sponsor pays for a sender that has nothing to pay with.
        var sponsored = Draft(
          network.chain, from: second, sequence: 1, validUntil: 200, .send(.ecc, 2, to: first))
        sponsored.sponsor = treasury
        let bytes = try sponsored.signed().bytes
        let answer = try await network.client { try await $0.submit([bytes], wait: .accepted) }
        #expect(answer.transactions.map(\.status) != [.refused])
        let ended = try await network.client { try await $0.submit([bytes], wait: .final) }
        #expect(ended.transactions.map(\.applied) == [true])

        let height = try #require(ended.transactions.first?.height)
        let block = try await network.block(height)
        #expect(block.rootsEqual && block.nodesWithBlock == 4)
        for address in network.addresses {
          let client = NodeClient(address)
          let firstAccount = try await client.account(first.address)
          let secondAccount = try await client.account(second.address)
          let after = try await client.account(treasury.address)
          let known = try await client.states([both.id(network.chain), .zero])
          await client.close()
          #expect([firstAccount.eco2, firstAccount.ecc] == ["250000000", "7000003"])
          #expect([secondAccount.eco2, secondAccount.ecc] == ["0", "1"])
          #expect([firstAccount.sequence, secondAccount.sequence, after.sequence] == [0, 1, 1])
          let spent = (try #require(UInt128(before.eco2)), try #require(UInt128(after.eco2)))
          #expect((250_000_000...290_000_000).contains(spent.0 - spent.1))
          #expect(known.transactions.map(\.status) == [.final, .unknown])
        }
        #expect(await network.stop())
        for node in network.nodes {
          let report = try FolderAudit.run(home: node.home)
          #expect(report.findings.isEmpty)
          #expect(report.transactions >= 2)
        }
      }
    }
  }
}
