import LedgerCore
import NodeAnswers
import Synchronization
import Testing

@testable import LedgerClient

@Suite("A ledger through several nodes")
struct LedgerTests {
  /// A node that answers its status, and what else is asked through a script.
  private func node(
    height: UInt64, chain: ChainID = TestAnswers.chain,
    _ script: @escaping ScriptedNode.Script = { _ in .problem(404, "not_found") }
  ) -> ScriptedNode.Script {
    { request in
      request.path == "/v1/status"
        ? .json(TestAnswers.status(height: height, chain: chain)) : script(request)
    }
  }

  private func connect(_ nodes: [ScriptedNode], trust: TrustAnchor? = nil) async throws -> Ledger {
    try await Ledger.connect(
      to: nodes.map(\.address), trust: trust, callTimeout: .seconds(20))
  }

  @Test("nodes of another chain, or of several, are not taken for one network")
  func chains() async throws {
    let other = ChainID(.zero)
    try await ScriptedNode.with([node(height: 1), node(height: 1, chain: other)]) { nodes in
      await #expect(
        throws: ClientError.wrongChain(
          nodes[1].address, found: other.hex, expected: TestAnswers.chain.hex)
      ) { try await connect(nodes) }
      let anchor = TrustAnchor(
        chain: other, validators: try ProvenChain().validators, network: .test)
      await #expect(
        throws: ClientError.wrongChain(
          nodes[0].address, found: TestAnswers.chain.hex, expected: other.hex)
      ) { try await connect([nodes[0]], trust: anchor) }
    }
  }

  @Test("a node that came back as one of another chain is not believed")
  func laterChain() async throws {
    let lost = try await ScriptedNode.start { _ in .silence }
    try await lost.stop()
    try await ScriptedNode.with([node(height: 4)]) { nodes in
      let ledger = try await Ledger.connect(to: [nodes[0].address, lost.address])
      let back = try await ScriptedNode.start(
        port: lost.address.port, node(height: 900, chain: ChainID(.zero)))
      for _ in 0..<4 { #expect(try await ledger.status().height == 4) }
      #expect(ledger.heightSeen == 4)
      await ledger.close()
      try await back.stop()
    }
  }

  @Test("the most advanced node is asked, and another where it fails")
  func failover() async throws {
    let isWell = Mutex(true)
    let scripts = [
      node(height: 5) { _ in .json(TestAnswers.account(height: 5, sequence: 1, pending: 1)) },
      node(height: 9) { _ in
        isWell.withLock { $0 }
          ? .json(TestAnswers.account(height: 9, sequence: 2, pending: 2)) : .hangUp
      },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      #expect(try await ledger.account(AccountID(.zero)).height == 9)
      #expect(nodes[0].count("/v1/accounts") == 0)
      isWell.withLock { $0 = false }
      // The other lags behind, and is all there is.
      #expect(try await ledger.account(AccountID(.zero)).height == 5)
      #expect(ledger.heightSeen == 9)
      await ledger.close()
    }
  }

  @Test("a node that says when to come back gets its time, and is asked again then")
  func retryAfter() async throws {
    let times = Mutex<[ContinuousClock.Instant]>([])
    let scripts = [
      node(height: 5) { _ in
        let isFirst = times.withLock { times in
          times.append(.now)
          return times.count == 1
        }
        return isFirst
          ? .problem(429, "too_many_requests", retryAfter: "1")
          : .json(TestAnswers.account(height: 5, sequence: 1, pending: 1))
      }
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      #expect(try await ledger.account(AccountID(.zero)).height == 5)
      let asked = times.withLock { $0 }
      #expect(asked.count == 2 && asked[1] - asked[0] >= .milliseconds(950))
      await ledger.close()
      let client = NodeClient(nodes[0].address)
      times.withLock { $0 = [] }
      await #expect(
        throws: ClientError.refused(
          status: 429, code: "too_many_requests", sentence: "A test.", retryAfterSeconds: 1)
      ) { try await client.account(AccountID(.zero).address(network: .test)) }
      await client.close()
    }
  }

  @Test("an answer older than one seen before is taken only when no node has a later one")
  func monotonic() async throws {
    let height = Mutex<UInt64>(9)
    let scripts = [
      node(height: 9) { _ in
        .json(
          TestAnswers.account(
            height: height.withLock { height in
              defer { height = 3 }
              return height
            }, sequence: 1, pending: 1))
      },
      node(height: 8) { _ in .json(TestAnswers.account(height: 9, sequence: 1, pending: 1)) },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      for _ in 0..<2 { #expect(try await ledger.account(AccountID(.zero)).height == 9) }
      await ledger.close()
    }
  }

  @Test("when no node answers, each says why")
  func nobody() async throws {
    let scripts = [
      node(height: 1) { _ in .problem(503, "busy") }, node(height: 1) { _ in .hangUp },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      let error = await #expect(throws: ClientError.self) { try await ledger.validators() }
      guard case .noNode(let failures)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(Set(failures.map(\.node)) == Set(nodes.map(\.address)))
      #expect(failures.contains { $0.reason == "A test. [busy]" })
      await ledger.close()
    }
  }

  @Test("a block one node does not have yet is asked of the next; a refusal is no illness")
  func elsewhere() async throws {
    let scripts = [
      node(height: 9), node(height: 8) { _ in .json(TestAnswers.block(height: 7)) },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes)
      #expect(try await ledger.block(7).height == 7)
      #expect(try await ledger.block(7).height == 7)
      #expect(nodes[0].count("/v1/blocks/7") == 2)
      await ledger.close()
    }
  }

  @Test("a node whose proof does not hold is passed over, and not asked again")
  func liar() async throws {
    let chain = try ProvenChain()
    let honest = try chain.proof(of: chain.present)
    var lie = honest
    lie.value = Hex.encode([1] + (Hex.decode(honest.value ?? "") ?? []).dropFirst())
    let scripts = [lie, honest].enumerated().map { index, proof in
      node(height: index == 0 ? 99 : 12) { _ in .json(["proof": proof]) }
    }
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await connect(nodes, trust: chain.anchor)
      for _ in 0..<3 {
        let proven = try await ledger.provenAccount(chain.present)
        #expect(proven.record == chain.record)
      }
      #expect(nodes[0].count("/v1/accounts") == 1)
      await ledger.close()
      let alone = try await connect([nodes[0]], trust: chain.anchor)
      await #expect(
        throws: ClientError.notProved([
          NodeFailure(
            node: nodes[0].address,
            reason: "The proof does not lead to the certified root: valueMismatch.")
        ])
      ) { try await alone.provenAccount(chain.present) }
      await alone.close()
      let trusting = try await connect(nodes)
      await #expect(throws: ClientError.self) {
        try await trusting.provenAccount(chain.present)
      }
      await trusting.close()
    }
  }

  @Test("pages follow each other to the end, and one that leads to itself is an error")
  func pages() async throws {
    let script = node(height: 9) { request in
      switch request.path {
      case "/v1/blocks?limit=2":
        .json(PageAnswer(items: [9, 8].map { TestAnswers.block(height: $0) }, next: "8"))
      case "/v1/blocks?cursor=8&limit=2":
        .json(PageAnswer(items: [7].map { TestAnswers.block(height: $0) }))
      default: .json(PageAnswer(items: [StatementAtHeight](), next: "x"))
      }
    }
    try await ScriptedNode.with([script]) { nodes in
      let ledger = try await connect(nodes)
      var heights: [UInt64] = []
      for try await block in ledger.blocks(pageSize: 2) { heights.append(block.height) }
      #expect(heights == [9, 8, 7])
      await #expect(throws: ClientError.malformedAnswer("a page is followed by itself")) {
        for try await _ in ledger.statements() {}
      }
      await ledger.close()
    }
  }
}
