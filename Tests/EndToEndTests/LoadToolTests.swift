import Foundation
import LoadTest
import LocalNetwork
import Testing

extension EndToEndTests {
  @Suite("eco2 load and eco2 top")
  struct LoadToolTests {
    private static func report(_ output: String) throws -> LoadReport {
      try JSONDecoder().decode(LoadReport.self, from: Data(output.utf8))
    }

    @Test(
      "every kind of traffic ends as it must, and the page and the JSON file say so",
      .timeLimit(.minutes(3)))
    func mix() async throws {
      try await LiveNetwork.run { network in
        let page = network.folder.path + "/load.html"
        let file = network.folder.path + "/load.json"
        let ran = try await BackgroundTool.run([
          "load", "--home", network.folder.path, "--rate", "60", "--duration", "6s", "--warm-up",
          "3s", "--profile", "mix", "--invalid", "0.2", "--routing", "home", "--report", page,
          "--json-file", file, "--json",
        ])
        #expect(ran.status == 0, "\(ran.output)")
        let report = try Self.report(ran.output)
        #expect(report.isSound && report.verdict == "passed" && report.rootsEqual)
        #expect(report.final == report.offered && report.applied == report.final)
        #expect(report.offered + report.invalid.sent.values.reduce(0, +) == 540)
        #expect(report.invalid.sent.count == 4 && report.invalid.executed.isEmpty)
        #expect(report.invalid.answers["bad_signature"] == report.invalid.sent["badly_signed"])
        #expect(report.invalid.answers["oversized"] == report.invalid.sent["oversized"])
        #expect(report.invalid.answers["not_refused"] == nil)
        #expect(report.latencyMilliseconds.p50 > 0 && report.nodes == 4)
        #expect(report.cpuMicrosecondsPerTransaction.perNode["execution"] ?? 0 > 0)

        let whole = try Self.report(String(contentsOfFile: file, encoding: .utf8))
        #expect(whole.blockList?.reduce(0) { $0 + $1.own } == report.final)
        let html = try String(contentsOfFile: page, encoding: .utf8)
        #expect(html.contains("<svg") && html.contains("Passed"))

        // The accounts have been used: their sequences are asked for.
        let again = try await BackgroundTool.run([
          "load", "--home", network.folder.path, "--rate", "40", "--duration", "3s", "--seed",
          "9", "--json",
        ])
        #expect(again.status == 0, "\(again.output)")
        #expect(try Self.report(again.output).final == 120)

        let top = try Program.eco2(["top", "--home", network.folder.path, "--once"])
        #expect(top.status == 0 && top.output.contains("height"), "\(top.output)")
      }
    }

    @Test(
      "two generators with accounts of their own send as one, their clocks compared",
      .timeLimit(.minutes(3)))
    func workers() async throws {
      try await LiveNetwork.run { network in
        let ports = try #require(NetworkPorts.free(nodes: 1))
        let address = "\(ports.api(0))"
        let (path, worker) = (LiveNetwork.eco2, Process())
        worker.executableURL = URL(fileURLWithPath: path)
        worker.arguments = ["load", "--worker", address]
        worker.standardOutput = FileHandle.nullDevice
        try worker.run()
        defer { worker.terminate() }
        // It listens as soon as it can; the coordinator is told where it cannot be reached.
        var ran = try await coordinate(network, address)
        for _ in 0..<20 where ran.output.contains("cannot be reached") {
          try await ContinuousClock().sleep(for: .milliseconds(200))
          ran = try await coordinate(network, address)
        }
        #expect(ran.status == 0, "\(ran.output)")
        let report = try Self.report(ran.output)
        #expect(report.isSound && report.offered == 200 && report.final == 200)
        let other = try #require(report.workers?.first)
        #expect(other.offered == 100 && other.final == 100)
        // One machine, one clock.
        #expect(abs(other.clockOffsetMilliseconds) <= other.clockErrorMilliseconds + 1)
      }
    }

    private func coordinate(_ network: LiveNetwork, _ worker: String) async throws
      -> (status: Int32, output: String)
    {
      try await BackgroundTool.run([
        "load", "--home", network.folder.path, "--rate", "50", "--duration", "4s", "--workers",
        worker, "--json",
      ])
    }
  }
}
