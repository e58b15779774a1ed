import Foundation
import Simulation
import Testing

@Suite("Twins: members that run twice with one key, in scripted rounds")
struct TwinsTests {
  /// Debug builds play one scenario of so many; release builds every one.
  #if DEBUG
    static let share = 60
  #else
    static let share = 1
  #endif

  private func bytes(_ name: String) throws -> [UInt8] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Vectors/consensus/\(name)")
    return Array(try Data(contentsOf: file))
  }

  private func play(_ scenarios: [TwinsScenario], _ options: TwinsOptions = TwinsOptions()) throws
    -> [TwinsReport]
  {
    var theatres: [Int: TwinsTheatre] = [:]
    return try scenarios.map { scenario in
      let theatre = try theatres[scenario.members] ?? TwinsTheatre(members: scenario.members)
      theatres[scenario.members] = theatre
      return try Twins.play(scenario, in: theatre, options: options)
    }
  }

  private func scenarios(_ name: String, from first: Int, every step: Int) throws -> [TwinsScenario]
  {
    let all = try TwinsScenario.scenarios(inLines: try bytes(name))
    return stride(from: first, to: all.count, by: step).map { all[$0] }
  }

  @Test("one of four members runs twice: nobody disagrees, and all go on", arguments: 0..<4)
  func four(_ part: Int) throws {
    let step = 4 * Self.share
    let reports = try play(
      try scenarios("twins_n4_t1_r4.jsonl", from: part * Self.share, every: step))
    #expect(reports.filter { !$0.isPassed }.map { "\($0.name): \($0.violations)" } == [])
    #expect(reports.count >= 12)
    #expect(reports.reduce(0) { $0 + $1.scriptedHeights } > 0)
  }

  @Test("two of seven members run twice: nobody disagrees, and all go on", arguments: 0..<4)
  func seven(_ part: Int) throws {
    let step = 8 * Self.share
    let reports = try play(
      try scenarios("twins_n7_t2_r6.jsonl", from: part * 2 * Self.share, every: step))
    #expect(reports.filter { !$0.isPassed }.map { "\($0.name): \($0.violations)" } == [])
    #expect(reports.count >= 4)
    #expect(reports.contains { $0.laterViews > 0 })
  }

  @Test("twins that stop when they see their key elsewhere do no more harm")
  func guarded() throws {
    let reports = try play(
      try scenarios("twins_n4_t1_r4.jsonl", from: 7, every: 10 * Self.share),
      TwinsOptions(keepsGuard: true))
    #expect(reports.filter { !$0.isPassed }.map { "\($0.name): \($0.violations)" } == [])
  }

  @Test("controls: a quorum of 13 of 21 forks, more twins than f do, 15 of 21 does not")
  func controls() throws {
    let reports = try play(try TwinsScenario.controls(in: try bytes("twins_controls.json")))
    #expect(reports.map(\.name).count == 3)
    for report in reports {
      #expect(report.isPassed, "\(report.name)")
      #expect(report.isForked == report.name.hasPrefix("NEG"), "\(report.name)")
    }
    #expect(reports.last?.scriptedHeights == 0)
    #expect(reports.last?.recoveryMilliseconds != nil)
  }

  @Test("the same scenario gives the same run")
  func determinism() throws {
    let scenario = try scenarios("twins_n4_t1_r4.jsonl", from: 50, every: 10_000)
    let first = try play(scenario)
    let second = try play(scenario)
    #expect(first.map(\.events) == second.map(\.events))
    #expect(first.map(\.recoveryMilliseconds) == second.map(\.recoveryMilliseconds))
  }

  @Test("a file that is none is refused, with its line")
  func malformed() {
    let text = """
      {"n": 4, "twins": 1}
      {"id": 0, "rounds": [{"round": 0, "leader": "v9", "groups": [], "cross": "drop"}]}
      """
    #expect(throws: TwinsFileError.self) {
      try TwinsScenario.scenarios(inLines: Array(text.utf8))
    }
    #expect(throws: TwinsFileError.self) { try TwinsScenario.controls(in: Array("[".utf8)) }
  }
}
