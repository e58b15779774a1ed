import Foundation
import Testing

extension EndToEndTests {
  @Suite("eco2 simulate, for who waits for many seeds")
  struct SimulateToolTests {
    private struct Answer: Decodable {
      struct Summary: Decodable {
        let seeds: UInt64
        let failed: [UInt64]
      }
      struct Report: Decodable { let seed: UInt64 }
      let summary: Summary
      let reports: [Report]
    }

    /// More Byzantine nodes than a network bears: seeds break what is checked.
    private static let broken = [
      "simulate", "--seeds", "3", "--nodes", "4", "--full-nodes", "0", "--heights", "5",
      "--byzantine", "3", "--strategy", "equivocatingPrimary", "--jobs", "1",
    ]

    @Test("what seeds break is told on standard error, and standard output is JSON alone")
    func json() async throws {
      try await Tool.with { tool in
        let result = try tool.run(Self.broken + ["--json"])
        #expect(result.status == 1)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
        #expect(answer.summary.seeds == 3 && !answer.summary.failed.isEmpty)
        #expect(answer.reports.map(\.seed) == answer.summary.failed)
        let told = result.complaints.split(separator: "\n").filter { $0.contains(" BROKE ") }
        #expect(told.count == answer.summary.failed.count, "\(result.complaints)")
        #expect(!result.complaints.contains("\r"), "a bar is for a terminal")
      }
    }

    @Test("a person sees a bar within 80 columns, and what is broken above it at once")
    func bar() async throws {
      try await Tool.with { tool in
        let command = ([LiveNetwork.eco2] + Self.broken).joined(separator: " ")
        let result = try tool.run(
          "/usr/bin/env", ["script", "--quiet", "--return", "--command", command, "/dev/null"])
        #expect(result.status == 1)
        let shown = result.output.components(separatedBy: "\r\u{1B}[K")
        let bars = shown.filter { $0.hasPrefix("[") }
        #expect(bars.count == 4, "before the first seed and after each: \(shown)")
        #expect(bars.first?.contains("0 of 3 seeds") == true)
        #expect(bars.last?.contains("[####################]  3 of 3 seeds") == true)
        #expect(bars.allSatisfy { $0.count <= 80 })
        let told = try #require(shown.firstIndex { $0.contains(" BROKE ") })
        let last = try #require(shown.lastIndex { $0.hasPrefix("[") })
        #expect(told < last)
      }
    }

    @Test("Ctrl-C ends with the summary of the seeds that have run", .timeLimit(.minutes(2)))
    func interrupted() async throws {
      try await Tool.with { tool in
        // The shell gives the signal once the tool has said that it is at work.
        let script = """
          "$0" simulate --seeds 100000 --nodes 4 --full-nodes 0 --heights 5 --byzantine 3 \
          --strategy equivocatingPrimary --jobs 1 2> "$1" & tool=$!
          until grep -q BROKE "$1"; do kill -0 $tool || exit 9; done
          kill -INT $tool
          wait $tool
          """
        let result = try tool.run(
          "/bin/bash", ["-m", "-c", script, LiveNetwork.eco2, tool.path("said")])
        #expect(result.status == 1)
        #expect(result.output.contains("interrupted: "), "\(result.output)")
        #expect(result.output.contains("\nfailed "), "\(result.output)")
      }
    }
  }
}
