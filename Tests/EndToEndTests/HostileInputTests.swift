import Foundation
import LedgerClient
import LedgerCore
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("Bad input over HTTP")
  struct HostileInputTests {
    /// Bytes sent somewhere, and the error they must get.
    struct Case {
      let name: String
      var path = "/v1/transactions"
      var contentType: String? = SubmissionFormat.oneContentType
      var body: [UInt8] = []
      let status: Int
      let code: String
    }

    @Test(
      "each kind gets its stable code with a sentence, and changes nothing", .timeLimit(.minutes(2))
    )
    func refused() async throws {
      try await LiveNetwork.run { network in
        let sender = try network.key("treasury")
        let used = try Draft(
          network.chain, from: sender, sequence: 1, validUntil: 300,
          .send(.eco2, 5, to: SigningKey.of(9))
        ).signed()
        let first = try await network.client { try await $0.submit([used.bytes], wait: .final) }
        #expect(first.transactions.first?.applied == true)

        let watched = [sender.address, try SigningKey.of(9).address, try SigningKey.of(8).address]
        let before = try await accounts(watched, network)
        let start = try await network.height()
        for hostile in try cases(network, sender) + requests(sender, network.chain) {
          try await check(hostile, network)
        }
        // Still there, and nothing of all that is in a block.
        let last = try await network.height() + 2
        for height in start + 1...last {
          let block = try await network.block(height)
          #expect(block.block.transactions == 0 && block.rootsEqual)
        }
        #expect(try await accounts(watched, network) == before)
        #expect(network.nodes.allSatisfy { $0.isRunning })
      }
    }

    @Test(
      "what only execution can judge ends final, not applied, and moves nothing but charge and fee",
      .timeLimit(.minutes(2)))
    func failed() async throws {
      try await LiveNetwork.run { network in
        let sender = try network.key("treasury")
        let recipient = try SigningKey.of(7)
        let before = try await accounts([sender.address], network)
        let overflowing = try Draft(
          network.chain, from: sender, sequence: 1, validUntil: 300,
          .send(.eco2, 1, to: recipient), .send(.eco2, .max, to: recipient)
        ).signed()
        let answer = try await network.client {
          try await $0.submit([overflowing.bytes], wait: .final)
        }
        #expect(answer.transactions.map(\.status) == [.final])
        #expect(answer.transactions.map(\.applied) == [false])
        #expect(answer.transactions.map(\.code) == [TransactionFault.insufficientBalance.code])
        let after = try await accounts([sender.address, recipient.address], network)
        #expect(after[1].exists == false)
        let paid = try #require(UInt128(before[0].eco2)) - #require(UInt128(after[0].eco2))
        #expect((1...20_000_000).contains(paid))
        #expect(after[0].sequence == 1)
      }
    }

    private func accounts(_ addresses: [String], _ network: LiveNetwork) async throws
      -> [AccountAnswer]
    {
      try await network.client { client in
        var accounts: [AccountAnswer] = []
        for address in addresses {
          var account = try await client.account(address)
          account.height = 0
          accounts.append(account)
        }
        return accounts
      }
    }

    private func check(_ hostile: Case, _ network: LiveNetwork) async throws {
      let (status, body) = try await network.client {
        try await $0.raw(
          path: hostile.path, contentType: hostile.contentType, body: hostile.body)
      }
      let data = Data(body)
      #expect(status == hostile.status, "\(hostile.name): \(String(decoding: body, as: UTF8.self))")
      if status == 200 {
        let answer = try JSONDecoder().decode(SubmissionAnswer.self, from: data)
        #expect(answer.transactions.map(\.status) == [.refused], "\(hostile.name)")
        #expect(answer.transactions.map(\.code) == [hostile.code], "\(hostile.name)")
        #expect(answer.transactions.first?.message?.isEmpty == false, "\(hostile.name)")
      } else {
        let answer = try JSONDecoder().decode(ErrorAnswer.self, from: data)
        #expect(answer.code == hostile.code && !answer.detail.isEmpty, "\(hostile.name)")
      }
    }

    /// Single transactions: answered with HTTP 200 and a refusal each.
    private func cases(_ network: LiveNetwork, _ sender: SigningKey) throws -> [Case] {
      func draft(_ change: (inout Draft) throws -> Void = { _ in }) throws -> [UInt8] {
        var draft = Draft(
          network.chain, from: sender, sequence: 2, validUntil: 300,
          .send(.eco2, 5, to: try SigningKey.of(9)))
        try change(&draft)
        return Array(try draft.signed().bytes)
      }
      let sound = try draft()
      var flipped = sound
      flipped[flipped.count - 10] ^= 1  // inside the signature
      let other = ChainID(Digest(SHA256.hash([1, 2, 3]).bytes).bytes)
      func one(_ name: String, _ body: [UInt8], _ fault: TransactionFault) -> Case {
        Case(name: name, body: body, status: 200, code: fault.code)
      }
      return [
        one("nothing", [], .malformed),
        one("noise", Array("not a transaction".utf8), .malformed),
        one("truncated", Array(sound.dropLast()), .malformed),
        one("trailing byte", sound + [0], .malformed),
        one("longer than a transaction", [UInt8](repeating: 0, count: 33_000), .oversized),
        one("of another chain", try draft { $0.chain = other }, .wrongChain),
        one("badly signed", flipped, .badSignature),
        one(
          "a used sequence",
          try draft {
            $0.sequence = 1
            $0.operations = [.send(.eco2, 6, to: try SigningKey.of(9))]
          }, .replayed),
        one("a sequence far ahead", try draft { $0.sequence = 5_000 }, .sequenceTooFarAhead),
        one("expired", try draft { $0.validUntil = 0 }, .expired),
        one("valid too long", try draft { $0.validUntil = 1_000_000 }, .validityTooLong),
        one("a charge it cannot pay", try draft { $0.chargeMax = .max }, .chargeUnpayable),
        one("a fee it cannot pay", try draft { $0.feeMax = .max }, .feeUnpayable),
        one(
          "maxima beyond 128 bits together",
          try draft {
            $0.feeMax = .max
            $0.tip = .max
          }, .overflow),
        one("a charge below the price", try draft { $0.chargeMax = .zero }, .chargeAboveMaximum),
        one("a fee below the price", try draft { $0.feeMax = .zero }, .feeAboveMaximum),
        one(
          "a sender without anything", try draft { $0.sender = try SigningKey.of(8) },
          .chargeUnpayable),
        one(
          "the same bytes again",
          Array(
            try Draft(
              network.chain, from: sender, sequence: 1, validUntil: 300,
              .send(.eco2, 5, to: SigningKey.of(9))
            ).signed().bytes), .alreadyKnown),
      ]
    }

    /// Requests that fail as a whole.
    private func requests(_ sender: SigningKey, _ chain: ChainID) -> [Case] {
      let list = SubmissionFormat.listContentType
      let tooLong = [UInt8](repeating: 0, count: SubmissionFormat.bodyBytesMax + 1)
      return [
        Case(name: "a body beyond the limit", body: tooLong, status: 413, code: "body_too_large"),
        Case(
          name: "no content type that is known", contentType: "text/plain", body: [1], status: 415,
          code: "unsupported_media_type"),
        Case(
          name: "an empty list", contentType: list, body: [0], status: 400, code: "malformed_list"),
        Case(
          name: "a list cut short", contentType: list, body: [2, 3, 1], status: 400,
          code: "malformed_list"),
        Case(
          name: "a list with more behind it", contentType: list, body: [1, 1, 7, 7], status: 400,
          code: "malformed_list"),
        Case(
          name: "a length that is not minimal", contentType: list, body: [0x81, 0], status: 400,
          code: "malformed_list"),
        Case(
          name: "ids cut short", path: "/v1/transactions/states",
          contentType: SubmissionFormat.idsContentType, body: [1, 2, 3], status: 400,
          code: "malformed_list"),
        Case(
          name: "waiting for something else", path: "/v1/transactions?wait=ever", body: [1],
          status: 400, code: "bad_wait"),
        Case(
          name: "no such height", path: "/v1/blocks/99999", contentType: nil, status: 404,
          code: "not_found"),
        Case(
          name: "a height that is none", path: "/v1/blocks/-1", contentType: nil, status: 400,
          code: "bad_height"),
        Case(
          name: "an address that is none", path: "/v1/accounts/eco2t1nonsense", contentType: nil,
          status: 400, code: "bad_address"),
        Case(
          name: "an address of the main network",
          path: "/v1/accounts/\(sender.account.address(network: .main))", contentType: nil,
          status: 400, code: "bad_address"),
        Case(
          name: "an id that is none", path: "/v1/transactions/12ab", contentType: nil, status: 400,
          code: "bad_transaction_id"),
        Case(
          name: "an unknown id", path: "/v1/transactions/\(Digest.zero.hex)", contentType: nil,
          status: 404, code: "not_found"),
        Case(
          name: "an unknown route", path: "/v1/nothing", contentType: nil, status: 404,
          code: "not_found"),
        Case(
          name: "the wrong method", path: "/v1/status", contentType: "text/plain", status: 405,
          code: "method_not_allowed"),
      ]
    }
  }
}
