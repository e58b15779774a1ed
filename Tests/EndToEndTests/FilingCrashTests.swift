import Foundation
import LedgerClient
import LedgerCore
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("Filing an export while nodes die")
  struct FilingCrashTests {
    /// What the tool prints with --json, as far as it is looked at.
    private struct Filed: Decodable {
      let eligible: Int
      let onChain: Int
      let pending: Int
      let filed: Int
      let stopped: String?
    }

    /// Where the filing goes on.
    enum Place: CaseIterable {
      /// On the node that died, once it is back.
      case sameNode
      /// On another, while the first is still dead.
      case anotherNode
    }

    /// Requests hold at most 16 projects: 60 of them, some four times as many as are under way at
    /// a time.
    private static let projects = 960

    private static var export: String {
      let rows = (0..<projects).map { FilingTests.row(90_001 + $0, 2_021, 1, 450) }
      return ([FilingTests.header] + rows).joined(separator: "\n")
    }

    @Test(
      "what is filed through a node that dies goes on where it ended: all of it, and nothing twice",
      .timeLimit(.minutes(3)), arguments: Place.allCases)
    func resumed(place: Place) async throws {
      try await LiveNetwork.run(interval: 500) { network in
        _ = try await network.block(2)
        try await FilingTests.bond(network)
        try await Tool.with { tool in
          let path = tool.path("export.csv")
          try Self.export.write(toFile: path, atomically: true, encoding: .utf8)
          func arguments(_ node: Int) -> [String] {
            ["credits", "import", path, "--registry", "gold-standard", "--as-of", "2099-01-01"]
              + ["--from", network.folder.accountKey("depositor"), "--buffer", "--json"]
              + ["--node", "\(network.addresses[node])"]
          }
          let killed = network.nodes[0]
          async let filing = BackgroundTool.run(arguments(0))
          try await Self.waitForRequests(network.addresses[1])
          await killed.kill()
          let first = try await filing
          #expect(first.status == 1, "\(first.output)")
          let broken = try Self.decoded(first.output)
          #expect(broken.stopped != nil && broken.filed < Self.projects)

          if place == .sameNode { try await Self.restart(killed) }
          let resumed = try await BackgroundTool.run(arguments(place == .sameNode ? 0 : 1))
          #expect(resumed.status == 0, "\(resumed.output)")
          let rest = try Self.decoded(resumed.output)
          #expect(rest.eligible == Self.projects && rest.onChain == 0)
          #expect(rest.filed > 0 && rest.filed + rest.pending == Self.projects)
          if place == .anotherNode { try await Self.restart(killed) }

          // What the dead node held of the first run would come now.
          let height = try await network.height()
          _ = try await network.block(height + 6)
          let last = try Self.decoded(try await BackgroundTool.run(arguments(0)).output)
          #expect(last.filed == 0 && last.pending == Self.projects)
          let serials = try await Self.serialsAsked(network.addresses[0])
          #expect(serials.count == Self.projects && Set(serials).count == Self.projects)
        }
      }
    }

    private static func decoded(_ output: String) throws -> Filed {
      // What is complained of comes on the same pipe, behind or before.
      let start = try #require(output.firstIndex(of: "{"))
      let end = try #require(output.lastIndex(of: "}"))
      return try JSONDecoder().decode(Filed.self, from: Data(output[start...end].utf8))
    }

    /// Until some of the requests are on chain.
    private static func waitForRequests(_ address: NodeAddress) async throws {
      let ledger = try await Ledger.connect(to: [address])
      while try await ledger.newestRequests(1).isEmpty {
        try await ContinuousClock().sleep(for: .milliseconds(20))
      }
      await ledger.close()
    }

    private static func restart(_ node: NodeProcess) async throws {
      try node.start()
      #expect(await node.isUp(within: .seconds(30)))
    }

    /// The serials of all requests, as their registry writes them.
    private static func serialsAsked(_ address: NodeAddress) async throws -> [String] {
      let ledger = try await Ledger.connect(to: [address])
      var serials: [String] = []
      for try await request in ledger.requests(pageSize: PageFormat.itemsMax) {
        serials += try await ledger.request(request.number).ranges?.compactMap(\.serial) ?? []
      }
      await ledger.close()
      return serials
    }
  }
}
