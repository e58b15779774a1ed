import LedgerCore
import NIOHTTP1
import NodeAnswers
import Synchronization
import Testing

@testable import LedgerClient

@Suite("Sending through several nodes")
struct SubmissionTests {
  private let key: SigningKey
  private let draft: TransactionBuilder

  init() throws {
    key = try ProvenChain.key(7)
    draft = TransactionBuilder(from: AccountID(key.publicKey))
      .transfer(.eco2, Amount(5), to: AccountID(.zero))
  }

  /// A node that answers what a sender asks before it sends.
  private func node(
    sequence: UInt64 = 0, pending: UInt64 = 0, height: UInt64 = 10,
    _ submit: @escaping ScriptedNode.Script
  ) -> ScriptedNode.Script {
    { request in
      if request.path == "/v1/status" { return .json(TestAnswers.status(height: height)) }
      if request.path.hasPrefix("/v1/accounts") {
        return .json(TestAnswers.account(height: height, sequence: sequence, pending: pending))
      }
      if request.path.hasPrefix("/v1/estimates") {
        return .json(EstimateAnswer(charge: "101", fee: "33", creationFee: "0"))
      }
      return submit(request)
    }
  }

  private func connect(_ nodes: [ScriptedNode]) async throws -> Ledger {
    try await Ledger.connect(to: nodes.map(\.address))
  }

  private func sequences(_ node: ScriptedNode) -> [UInt64] {
    node.asked.filter { $0.path.hasPrefix("/v1/transactions") && $0.method == .POST }
      .flatMap { TestAnswers.transactions($0).map(\.body.sequence) }
  }

  @Test("what a draft leaves out is filled in: sequence, validity, maxima with headroom")
  func filledIn() async throws {
    let script = node(sequence: 3, pending: 6) {
      TestAnswers.submission($0, .final, applied: true, height: 11)
    }
    try await ScriptedNode.with([script]) { nodes in
      let ledger = try await connect(nodes)
      let outcome = try await ledger.send(
        draft.headroom(percent: 50).tip(Amount(2)), signedBy: Signers(key))
      #expect(outcome.state == .applied(height: 11))
      let sent = nodes[0].asked.flatMap { TestAnswers.transactions($0) }
      #expect(sent.map(\.body.sequence) == [7])
      #expect(sent.map(\.body.validUntil) == [1_010])
      #expect(sent.map(\.body.chargeMax) == [Amount(152)])
      #expect(sent.map(\.body.feeMax) == [Amount(50)])
      #expect(sent.map { $0.id(TestAnswers.chain) } == [outcome.id])
      let asked = try #require(nodes[0].asked.first { $0.path.hasPrefix("/v1/estimates") })
      #expect(asked.path == "/v1/estimates?signatures=1")
      let body = try TransactionBody(bcs: asked.body)
      #expect(body.bcs.count == sent.first?.bodyByteCount)
      await ledger.close()
    }
  }

  @Test("when a node dies with a transaction, the same bytes go to another, and it happens once")
  func failover() async throws {
    let scripts = [
      node(height: 12) { _ in .hangUp },
      node(height: 11) { request in
        request.method == .POST
          ? TestAnswers.submission(request, .final, applied: true, height: 13) : .hangUp
      },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      let outcome = try await ledger.send(draft, signedBy: Signers(key))
      #expect(outcome.height == 13)
      let first = nodes[0].asked.filter { $0.method == .POST && $0.path.contains("transactions") }
      let second = nodes[1].asked.filter { $0.method == .POST && $0.path.contains("transactions") }
      #expect(Set((first + second).map(\.body)).count == 1)
      #expect(!first.isEmpty && second.count == 1)
      await ledger.close()
    }
  }

  @Test("a replay of bytes that may have arrived before is looked up, and not called a failure")
  func arrivedBefore() async throws {
    let scripts = [
      node(height: 12) { _ in .hangUp },
      node(height: 11) { request in
        request.method == .POST
          ? TestAnswers.submission(request, .refused, code: "replayed")
          : .json(
            TransactionAnswer(
              id: request.path.split(separator: "/").last.map(String.init), status: .final,
              applied: true, height: 12))
      },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      let outcome = try await ledger.send(draft, signedBy: Signers(key))
      #expect(outcome.state == .applied(height: 12))
      await ledger.close()
    }
  }

  @Test("a sequence somebody else took is replaced by the next one")
  func collision() async throws {
    let taken = Mutex<UInt64>(0)
    let script: ScriptedNode.Script = { request in
      if request.path.hasPrefix("/v1/accounts") {
        let highest = taken.withLock { $0 }
        return .json(TestAnswers.account(height: 10, sequence: highest, pending: highest))
      }
      return node { request in
        guard TestAnswers.transactions(request).first?.body.sequence == 1 else {
          return TestAnswers.submission(request, .final, applied: true, height: 11)
        }
        taken.withLock { $0 = 4 }
        return TestAnswers.submission(request, .refused, code: "replayed")
      }(request)
    }
    try await ScriptedNode.with([script]) { nodes in
      let ledger = try await connect(nodes)
      try await ledger.send(draft, signedBy: Signers(key))
      #expect(sequences(nodes[0]) == [1, 5])
      await ledger.close()
    }
  }

  @Test("sends at the same time take different sequences")
  func parallel() async throws {
    let script = node { TestAnswers.submission($0, .accepted) }
    try await ScriptedNode.with([script]) { nodes in
      let ledger = try await connect(nodes)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<100 {
          group.addTask {
            _ = try await ledger.send(draft, signedBy: Signers(key), wait: .accepted)
          }
        }
        try await group.waitForAll()
      }
      #expect(sequences(nodes[0]).sorted() == Array(1...100))
      await ledger.close()
    }
  }

  @Test("a node without room is left for one with room; a refusal for good is told at once")
  func refusals() async throws {
    let scripts = [
      node(height: 12) { TestAnswers.submission($0, .refused, code: "pool_full") },
      node(height: 11) { TestAnswers.submission($0, .refused, code: "insufficient_balance") },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      let error = await #expect(throws: ClientError.self) {
        try await ledger.send(draft, signedBy: Signers(key))
      }
      guard case .transactionRefused(_, "insufficient_balance", _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(sequences(nodes[0]) == [1])
      // The sequence was not used, and is taken again.
      _ = try? await ledger.send(draft, signedBy: Signers(key))
      #expect(sequences(nodes[1]) == [1, 1])
      await ledger.close()
    }
  }

  @Test("final without being applied is an error for one, and an outcome among many")
  func notApplied() async throws {
    let script = node {
      TestAnswers.submission($0, .final, applied: false, height: 11, code: "fee_unpayable")
    }
    try await ScriptedNode.with([script]) { nodes in
      let ledger = try await connect(nodes)
      let transaction = try Signers(key).sign(
        draft.paying(chargeMax: Amount(1), feeMax: Amount(1))
          .body(chain: TestAnswers.chain, sequence: 1, height: 1, estimate: nil),
        chain: TestAnswers.chain)
      let error = await #expect(throws: ClientError.self) { try await ledger.submit(transaction) }
      guard case .transactionFailed(_, 11, "fee_unpayable", _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      let outcomes = try await ledger.submit([transaction, transaction])
      #expect(outcomes.map(\.height) == [11, 11])
      await ledger.close()
    }
  }

  @Test("when the time is over first, nothing is said to have failed")
  func unknown() async throws {
    let script = node { TestAnswers.submission($0, .accepted) }
    try await ScriptedNode.with([script]) { nodes in
      let ledger = try await connect(nodes)
      let error = await #expect(throws: ClientError.self) {
        try await ledger.send(draft, signedBy: Signers(key), timeout: .seconds(2))
      }
      guard case .outcomeUnknown(_, validUntil: 1_010)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      await ledger.close()
    }
  }
}
