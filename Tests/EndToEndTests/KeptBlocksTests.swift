import Audit
import Foundation
import LedgerClient
import LedgerCore
import LocalNetwork
import NodeAnswers
import NodeRuntime
import Testing

extension EndToEndTests {
  /// Nodes with `store.keep-blocks`; they run in this process, since the setting's bound would
  /// have the test wait for 1,000 blocks.
  @Suite("Old blocks leave the log")
  struct KeptBlocksTests {
    private static let keptBlocks: UInt64 = 24

    /// Four nodes of a network, each started and stopped by itself.
    private final class Nodes {
      let network: LiveNetwork
      private var running: [Node?]

      init(_ network: LiveNetwork) {
        self.network = network
        running = network.nodes.map { _ in nil }
      }

      func start(_ index: Int) async throws {
        let home = NodeHome(network.nodes[index].home)
        var configuration = try home.loadConfiguration().configuration
        configuration.store.keepBlocks = Int(keptBlocks)
        configuration.store.logSegmentMiB = 1
        running[index] = try await Node(
          home: home, configuration: configuration, logs: .standardError(configuration.log))
      }

      func stop(_ index: Int) async {
        await running[index]?.stop()
        running[index] = nil
      }

      func stopAll() async { for index in running.indices { await stop(index) } }

      /// The numbers of a node's segments, ascending, and the disk space they take.
      func log(_ index: Int) throws -> (segments: [Int], bytes: Int) {
        let folder = network.nodes[index].home + "/data/log"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
          .filter { $0.hasSuffix(".log") }.sorted()
        let sizes = try names.map { name in
          let url = URL(fileURLWithPath: folder + "/" + name)
          return try url.resourceValues(forKeys: [.totalFileAllocatedSizeKey])
            .totalFileAllocatedSize ?? 0
        }
        return (names.compactMap { Int($0.dropLast(4)) }, sizes.reduce(0, +))
      }

      /// Waits until something holds; answers whether it came to hold in time.
      func holds(within seconds: Int = 20, _ condition: () async throws -> Bool) async throws
        -> Bool
      {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while clock.now < deadline {
          if try await condition() { return true }
          try await clock.sleep(for: .milliseconds(50))
        }
        return false
      }

      func height(_ index: Int) async throws -> UInt64 {
        let client = NodeClient(network.addresses[index])
        let height = try? await client.status().height
        await client.close()
        return height ?? 0
      }
    }

    private static func withNodes(
      term: UInt64? = nil, _ body: (Nodes) async throws -> Void
    ) async throws {
      try await LiveNetwork.withFolder { path in
        let nodes = Nodes(
          try LiveNetwork.make(at: path, interval: 200) { $0.termMilliseconds = term })
        do {
          for index in nodes.network.nodes.indices { try await nodes.start(index) }
          try await body(nodes)
        } catch {
          await nodes.stopAll()
          throw error
        }
        await nodes.stopAll()
      }
    }

    /// Transactions as large as they may be, some MiB together.
    private static func submit(_ count: UInt64, to nodes: Nodes) async throws {
      let treasury = try nodes.network.key("treasury")
      let to = try SigningKey.of(7)
      let operation = LedgerCore.Operation.send(.ecc, 1, to: to)
      var drafts: [[UInt8]] = []
      for sequence in 1...count {
        var draft = Draft(
          nodes.network.chain, from: treasury, sequence: sequence, validUntil: 2_000, operation)
        draft.operations = Array(repeating: operation, count: Limits.operationsMax)
        draft.chargeMax = Amount(1_000_000)
        draft.feeMax = Amount(2_000_000_000)
        drafts.append(Array(try draft.signed().bytes))
      }
      try await nodes.network.client { client in
        for start in stride(from: 0, to: drafts.count, by: 100) {
          let some = drafts[start..<min(start + 100, drafts.count)].map { $0[...] }
          let answer = try await client.submit(some, wait: .final)
          #expect(answer.transactions.allSatisfy { $0.status == .final && $0.applied == true })
        }
      }
    }

    private static func expectFirstIsGone(_ client: NodeClient) async {
      let errors = await [
        #expect(throws: ClientError.self) { try await client.certificate(1) },
        #expect(throws: ClientError.self) { try await client.transactions(inBlock: 1) },
        #expect(throws: ClientError.self) { try await client.headerBytes(1) },
      ]
      for error in errors {
        guard case .refused(410, "not_kept", let sentence, _) = error else {
          Issue.record("block 1 is no block that is gone: \(error as Any)")
          continue
        }
        #expect(sentence.contains("Block 1 was removed from this node, which keeps blocks from "))
      }
    }

    @Test(
      "old segments go and their space returns; nodes restart and catch up from what is kept",
      .timeLimit(.minutes(1)))
    func kept() async throws {
      try await Self.withNodes { nodes in
        try await Self.submit(900, to: nodes)
        // One is away while the others go on, and while their first segments go.
        let before = try nodes.log(0)
        let written = try #require(before.segments.last)
        try #require(written >= 3)
        await nodes.stop(3)
        let behind = try await nodes.height(0)
        let areGone = try await nodes.holds { try nodes.log(0).segments.first ?? 1 >= written }
        #expect(areGone)
        let after = try nodes.log(0)
        // Each was a MiB; room for a new one.
        let first = try #require(after.segments.first)
        #expect(after.bytes <= before.bytes - (first - 2) << 20)
        try await nodes.network.client { client in
          await Self.expectFirstIsGone(client)
          let kept = try await client.certificate(behind)
          #expect(kept.height == behind)
        }

        try await nodes.start(3)
        let isBack = try await nodes.holds { try await nodes.height(3) > behind + Self.keptBlocks }
        #expect(isBack)
        await nodes.stop(0)
        try await nodes.start(0)
        let height = try await nodes.height(1)
        let block = try await nodes.network.block(height + 2)
        #expect(block.rootsEqual && block.nodesWithBlock == 4)
        try await nodes.network.client { await Self.expectFirstIsGone($0) }
        await nodes.stopAll()
        for node in nodes.network.nodes {
          let report = try FolderAudit.run(home: node.home)
          #expect(report.findings.isEmpty, "\(report.findings)")
        }
      }
    }

    @Test(
      "light clients are led past changes of the set whose blocks are gone",
      .timeLimit(.minutes(2)))
    func followed() async throws {
      try await Self.withNodes(term: 12_000) { nodes in
        // Keys are of terms: an election changes the set though its members stay.
        var first: UInt64 = 1
        let hasChanged = try await nodes.holds(within: 40) {
          first = try await nodes.network.client { try await $0.validators() }.firstHeight
          return first > 1
        }
        try #require(hasChanged)
        // The change's block lies in the first segment.
        try #require(try nodes.log(0).segments.first == 1)
        try await Self.submit(900, to: nodes)
        let isGone = try await nodes.holds { try nodes.log(0).segments.first != 1 }
        try #require(isGone)
        let anchor = try TrustAnchor(genesis: nodes.network.made.document)
        try await nodes.network.client { client in
          let error = await #expect(throws: ClientError.self) {
            try await client.certificate(first - 1)
          }
          guard case .refused(410, "not_kept", _, _)? = error else {
            Issue.record("the block of the change is not gone: \(error as Any)")
            return
          }
          let now = try await client.validators()
          let changes = try await client.setChanges(after: 0).items
          #expect(changes.first?.height == first - 1)
          let led = try anchor.following(changes)
          #expect((led.earlier + [led.validators]).contains { $0.hash(led.chain).hex == now.hash })
        }
        let ledger = try await Ledger.connect(to: nodes.network.addresses, trust: anchor)
        let treasury = AccountID(try nodes.network.key("treasury").publicKey)
        let proven = try await ledger.provenAccount(treasury)
        #expect(proven.record != nil && proven.validators.firstHeight >= first)
        #expect(ledger.trust?.earlier.isEmpty == false)
        await ledger.close()
        await nodes.stopAll()
        for node in nodes.network.nodes {
          let report = try FolderAudit.run(home: node.home)
          #expect(report.findings.isEmpty && report.setChanges > 0, "\(report.findings)")
        }
      }
    }
  }
}
