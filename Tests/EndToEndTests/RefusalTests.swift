import Foundation
import LedgerClient
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  /// What must fail in elections and governance, tried with the tool. The rules' own table is in
  /// LedgerRulesTests; here the sentences are looked at, and that nothing is paid for what the tool
  /// can know.
  @Suite("Refused attempts")
  struct RefusalTests {
    private func balance(_ story: ElectionStory, _ address: String) async throws -> String {
      try await story.network.client { try await $0.account(address).eco2 }
    }

    @Test("votes that cannot be, told before anything is signed", .timeLimit(.minutes(4)))
    func votes() async throws {
      try await Tool.with { tool in
        try await LiveNetwork.run { network in
          let story = ElectionStory(network: network, tool: tool, term: 0)
          _ = try await network.block(2)
          let (treasury, one) = (story.treasury, story.account(1))
          let address = try network.key("treasury").address
          try story.send(["vote", "lock", "100eco2"], from: treasury)
          try story.send(["vote", "unlock", "30eco2"], from: treasury)
          let before = try await balance(story, address)
          let attempts: [(arguments: [String], fault: String, advice: String)] = [
            (["place", "10eco2", "--for", one], "voting_closed", "It opens at"),
            (["place", "10eco2", "--for", address], "unknown_candidate", "is no candidate"),
            (["move", "10eco2", "--off", one, "--to", story.account(2)], "voting_closed", "opens"),
            (["withdraw", "10eco2", "--off", one], "votes_insufficient", "eco2 vote show"),
            (["unlock", "71eco2"], "votes_insufficient", "eco2 vote withdraw"),
            (["collect"], "not_unlocked", "the first amount is at"),
            (["lock", "2000000eco2"], "insufficient_balance", "are missing"),
          ]
          for attempt in attempts {
            let said = try story.fail(
              ["vote"] + attempt.arguments, from: treasury, with: attempt.fault)
            #expect(said.contains(attempt.advice), "\(said)")
            #expect(said.contains("Nothing was signed"), "\(said)")
          }
          #expect(try await balance(story, address) == before)
          // The chain says the same to one that insists, who pays for it.
          for attempt in attempts.prefix(6) where attempt.fault != "unknown_candidate" {
            let said = try story.fail(
              ["vote"] + attempt.arguments + ["--insist"], from: treasury, with: attempt.fault)
            #expect(!said.contains("Nothing was signed"), "\(said)")
          }
          #expect(try await balance(story, address) != before)
        }
      }
    }

    @Test("candidates that cannot be registered or released", .timeLimit(.minutes(4)))
    func candidates() async throws {
      try await Tool.with { tool in
        try await LiveNetwork.run { network in
          let story = ElectionStory(network: network, tool: tool, term: 0)
          _ = try await network.block(2)
          try story.send(
            ["send", "--to", story.account(1), "1000ecc", "50eco2"], from: story.treasury)
          let again = story.registration(of: 1, reserve: "10ecc")
          let said = try story.fail(again, from: story.key(of: 1), with: "already_candidate")
          #expect(said.contains("eco2 candidate update"), "\(said)")
          try story.fail(
            story.registration(of: 1, reserve: "500000ecc"), from: story.treasury,
            with: "key_taken")
          try story.fail(["candidate", "release"], from: story.key(of: 1), with: "not_jailed")
          try story.fail(
            ["candidate", "release"], from: story.treasury, with: "unknown_candidate")
          try story.fail(
            ["candidate", "collect-bond"], from: story.key(of: 1), with: "candidate_standing")
        }
      }
    }

    @Test("motions by nobody, twice by one, and after their end", .timeLimit(.minutes(4)))
    func motions() async throws {
      try await Tool.with { tool in
        try await LiveNetwork.run { network in
          let story = ElectionStory(network: network, tool: tool, term: 0)
          _ = try await network.block(2)
          let (one, two) = (story.key(of: 1), story.key(of: 2))
          for node in 1...2 {
            try story.send(
              ["send", "--to", story.account(node), "1000ecc", "50eco2"], from: story.treasury)
          }
          func propose(_ change: String) -> [String] {
            ["motion", "propose", "set", change, "--reason", "a test"]
          }
          try story.fail(propose("creation-fee=5"), from: story.treasury, with: "not_entitled")
          try story.fail(propose("due-margin=101"), from: one, with: "invalid_motion")
          try story.send(propose("creation-fee=5"), from: one)
          let approve = ["motion", "approve", "0"]
          try story.fail(approve, from: story.treasury, with: "not_asked")
          try story.send(approve, from: two)
          try story.fail(approve, from: two, with: "already_decided")
          try story.fail(["motion", "cancel", "0"], from: two, with: "not_proposer")
          try story.send(["motion", "cancel", "0"], from: one)
          try story.fail(approve, from: one, with: "motion_over")
          try story.fail(["motion", "veto", "0"], from: story.treasury, with: "motion_over")
        }
      }
    }
  }
}
