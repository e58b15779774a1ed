import Foundation
import LedgerClient
import LedgerCore
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("Credits on a network of processes")
  struct RegistryTests {
    /// What the testnet command prints last, as far as it is read here.
    private struct Summary: Decodable {
      let passed: Bool
      let summary: RunSummary
    }

    @Test(
      "credits are on-boarded by three of five, ECC is issued, a tonne retired, and all is shown",
      .timeLimit(.minutes(2)))
    func story() async throws {
      try await Tool.with { tool in
        let ports = try #require(NetworkPorts.free(nodes: 4))
        let home = tool.path("net")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: LiveNetwork.eco2)
        process.arguments = [
          "testnet", "--nodes", "4", "--block-interval", "500ms", "--home", home, "--base-port",
          "\(ports.base)", "--load-accounts", "2", "--json", "--sources",
          LiveNetwork.package.appending(path: "Examples/genesis").path,
        ]
        try Data().write(to: URL(fileURLWithPath: tool.path("run.json")))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: tool.path("run.json")))
        process.standardOutput = output
        try process.run()
        defer { if process.isRunning { process.terminate() } }
        let said = { (try? String(contentsOfFile: tool.path("run.json"), encoding: .utf8)) ?? "" }
        let deadline = ContinuousClock.now + .seconds(80)
        while !said().contains(#""step":"retired""#), process.isRunning,
          ContinuousClock.now < deadline
        { try await ContinuousClock().sleep(for: .milliseconds(100)) }
        #expect(said().contains(#""step":"retired""#), "\(said().suffix(2_000))")
        try use(tool, Network(home: home, node: "\(ports.api(1))"))
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said().suffix(2_000))")
        let last = try #require(said().split(separator: "\n").last)
        let end = try JSONDecoder().decode(Summary.self, from: Data(last.utf8))
        let registry = try #require(end.summary.registry)
        #expect(end.passed && registry.requestsFiled == 2 && registry.requestsApproved == 2)
        #expect(registry.lots.map(\.end) == [15_751, 2_418, 252])
        #expect(registry.eccIssued == "10000000000000")
        #expect(registry.retired.map(\.start) == [2_418] && registry.retired[0].lot > 23)
        #expect(end.summary.carbon.blocksNotCovered == 0)
      }
    }

    private struct Network {
      let home: String
      let node: String

      func key(_ role: String) -> String { home + "/keys/\(role).pem" }
    }

    /// Two rows of a real export are filed once, and left out by the same command.
    private func fileAnExport(_ tool: Tool, _ network: Network) throws {
      let file = "Tests/Vectors/credits/gold_standard_issuances.csv"
      let text = try String(
        contentsOf: LiveNetwork.package.appending(path: file), encoding: .utf8)
      let lines = text.split(whereSeparator: \.isNewline)
      let rows =
        lines.filter { $0.hasPrefix("GS5187,") && $0.contains("-1-500,") }
        + lines.filter { $0.hasPrefix("GS1253,") && $0.contains("-21909-1-2418,") }
      #expect(rows.count == 2)
      let path = tool.path("export.csv")
      try (lines.prefix(2) + rows).joined(separator: "\n")
        .write(toFile: path, atomically: true, encoding: .utf8)
      let words = [
        "credits", "import", path, "--registry", "gold-standard", "--node", network.node,
      ]
      let dry = try tool.succeed(words + ["--dry-run"])
      #expect(dry.output.contains("2"))
      for (filed, left) in [
        ("1 ranges in 1 requests", "0, left out"), ("0 ranges in 0 requests", "1, left out"),
      ] {
        let result = try tool.succeed(words + ["--from", network.key("depositor")])
        #expect(result.output.contains("filed       \(filed)"), "\(result.output)")
        #expect(result.output.contains("pending     \(left)"), "\(result.output)")
        #expect(result.output.contains("on chain    1, left out"), "\(result.output)")
      }
      let neither = try tool.run(words)
      #expect(neither.status != 0 && neither.complaints.contains("--dry-run"))
    }

    /// Asks and moves what the story left: 23 lots of genesis, then the buffer (23), the larger
    /// tradable range (24), of which 10 t are in the reserve and one is retired, and the smaller.
    private func use(_ tool: Tool, _ network: Network) throws {
      func json<Answer: Decodable>(_ words: [String], _ type: Answer.Type) throws -> Answer {
        let result = try tool.succeed(words + ["--json", "--node", network.node])
        return try JSONDecoder().decode(type, from: Data(result.output.utf8))
      }
      func send(_ words: [String], as role: String) throws -> TransactionAnswer {
        let result = try tool.run(
          ["credits"] + words + ["--from", network.key(role), "--json", "--node", network.node])
        return try JSONDecoder().decode(TransactionAnswer.self, from: Data(result.output.utf8))
      }
      let requests = try json(["credits", "requests"], [RequestAnswer].self)
      #expect(requests.map(\.number) == [1, 0] && requests.allSatisfy { $0.approvals.count == 3 })
      let request = try json(["credits", "request", "1"], RequestAnswer.self)
      #expect(request.ranges?.map(\.end) == [2_418, 252] && request.serials == 2_670)

      let ofProject = ["credits", "lots", "--registry", "gold-standard", "--project", "GS1253"]
      let lots = try json(ofProject, [LotAnswer].self)
      #expect(lots.reduce(0) { $0 + $1.count } == 18_421)
      #expect(
        lots.map(\.state) == ["tradable", "in-reserve", "tradable", "retired", "buffer"])
      let retired = try json(ofProject + ["--state", "retired"], [LotAnswer].self)
      let lot = try json(["credits", "lot", "\(retired[0].number)"], LotDetailAnswer.self)
      #expect(lot.retirement?.holder == lot.lot.owner && lot.retirement?.mirror == nil)
      let serial = "GS1-1-CN-GS1253-5-2021-21909-2418-2418"
      let found = try json(["credits", "serial", serial], SerialAnswer.self)
      #expect(found.lot == retired[0] && found.request?.number == 1)
      #expect(found.neighbours.map(\.start) == [1, 11, 2_418])

      let free = try #require(lots.first).number
      #expect(
        try send(["transfer", "\(free):1-2", "--to", found.lot.custodian], as: "treasury").applied
          == true)
      // Whoever has seen a block final finds in lists what it did.
      let moved = try json(
        ["credits", "lots", "--owner", found.lot.custodian]
          + ["--serial", "GS1-1-CN-GS1253-5-2021-21970-1-1"], [LotAnswer].self)
      #expect(moved.map(\.end) == [2])
      #expect(
        try send(["split", "\(lots[2].number)", "--at", "100"], as: "treasury").applied == true)
      #expect(try send(["retire", "\(lots[2].number)"], as: "depositor").code == "not_owner")
      #expect(
        try send(
          ["release", "\(lots[2].number)", "--document", String(repeating: "ab", count: 32)],
          as: "treasury"
        ).applied == true)
      #expect(try send(["reject", "2"], as: "registrar-5").applied == true)
      #expect(try send(["withdraw", "2"], as: "treasury").applied == true)
      let again = try json(["credits", "lot", "\(lots[2].number)"], LotDetailAnswer.self)
      #expect(again.lot.state == "tradable" && again.lot.start == 11 && again.lot.end == 99)

      let released = try json(
        ["credits", "requests", "--serial", "GS1-1-CN-GS1253-5-2021-21909-11-11"],
        [RequestAnswer].self)
      #expect(released.map(\.standing) == ["withdrawn", "approved"])
      let overdue = try tool.succeed([
        "credits", "retirements", "--overdue", "--node", network.node,
      ])
      #expect(overdue.output.hasPrefix("Every retirement"))
      let pending = try json(["credits", "retirements", "--pending"], [RetirementAnswer].self)
      #expect(pending.map(\.number) == [0] && pending[0].mirrorDueBy != nil)
      let custodians = try json(["credits", "custodians"], [CustodianAnswer].self)
      #expect(custodians.map(\.account) == [found.lot.custodian])

      let indicators = try json(["carbon", "indicators", "--to", "5"], IndicatorsAnswer.self)
      #expect(indicators.isTest && indicators.covered && indicators.transactions > 0)
      #expect(
        indicators.indicators.filter { $0.value == nil }.map(\.field) == ["S.10", "S.12"])
      let report = try json(["carbon", "report", "--to", "5"], StatementRangeAnswer.self)
      #expect(report.sums.covered && report.buckets.count == 5)
      let parts = report.buckets.compactMap { UInt128($0.footprint) }
      #expect(parts.reduce(0, +) == UInt128(report.sums.footprint) && parts.allSatisfy { $0 > 0 })
      for (format, start) in [("csv", "from,to,"), ("svg", "<svg "), ("table", "blocks ")] {
        let text = try tool.succeed(
          ["carbon", "report", "--format", format, "--node", network.node])
        #expect(text.output.hasPrefix(start))
      }
      try fileAnExport(tool, network)
      let units = try tool.succeed(
        ["credits", "export", "--project", "GS1253", "--registry", "gold-standard"]
          + ["--format", "csv", "--node", network.node])
      #expect(
        units.output.contains(
          "GS1253,GS1-1-CN-GS1253-5-2021-21909-2418-2418,2418,2418,1,2021,Not Determined,Retired"))
      #expect(units.output.contains("GS1-1-CN-GS1253-5-2021-21909-1-10,1,10,10,2021"))
      let estimates = try tool.succeed(["carbon", "estimate", "all", "--node", network.node])
      #expect(estimates.output.contains("retire-lot"))
    }
  }
}
