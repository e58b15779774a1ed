import ArgumentParser
import Foundation
import Simulation

struct TwinsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "twins",
    abstract: "Plays scenarios of Twins: members that run twice with one key, in scripted rounds.",
    discussion: """
      Each scenario says who leads and who hears whom in a few rounds. Both instances of a twin \
      run the code of a node. No two honest nodes may decide differently, and once the script is \
      over every one of them must make a block final within three view timeouts. The controls \
      named NEG… must fork: they show that a fork is seen.

      Examples:
        eco2 twins Tests/Vectors/consensus/twins_n4_t1_r4.jsonl
        eco2 twins --controls Tests/Vectors/consensus/twins_controls.json
        eco2 twins Tests/Vectors/consensus/twins_n4_t1_r4.jsonl --only 17 --trace
      """)

  @Argument(help: "Files of scenarios, as JSON lines.")
  var files: [String] = []

  @Option(help: "A file of controls; may be given several times.")
  var controls: [String] = []

  @Option(help: "Play the scenario of this name alone.")
  var only: String?

  @Flag(help: "Twins stop voting at a height when they see their key used elsewhere, as nodes do.")
  var guarded = false

  @Flag(help: "Print what happens, one line each.")
  var trace = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !files.isEmpty || !controls.isEmpty else {
      throw ValidationError("Name a file of scenarios, or --controls and a file of controls.")
    }
    guard !trace || !output.json else {
      throw ValidationError("Choose --trace, for people, or --json, for programs.")
    }
  }

  func run() throws {
    var options = TwinsOptions(keepsGuard: guarded)
    if trace { options.trace = { @Sendable text in Printing.line(text) } }
    var summaries: [TwinsSummary] = []
    for file in files {
      let scenarios = try TwinsScenario.scenarios(inLines: try bytes(of: file))
      summaries.append(try play(scenarios, of: file, options))
    }
    for file in controls {
      let scenarios = try TwinsScenario.controls(in: try bytes(of: file))
      summaries.append(try play(scenarios, of: file, options))
    }
    if output.json { Printing.line(try Printing.json(summaries)) }
    guard summaries.allSatisfy({ $0.scenarios > 0 }) else {
      throw ValidationError("There is no such scenario.")
    }
    if summaries.contains(where: { !$0.failed.isEmpty }) { throw ExitCode.failure }
  }

  private func bytes(of file: String) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    } catch {
      throw ValidationError("\(file) cannot be read: \(error.localizedDescription)")
    }
  }

  private func play(
    _ scenarios: [TwinsScenario], of file: String, _ options: TwinsOptions
  ) throws -> TwinsSummary {
    let chosen = scenarios.filter { only == nil || $0.name == only }
    var summary = TwinsSummary(file: file)
    var theatres: [Int: TwinsTheatre] = [:]
    let progress = ProgressLine("playing", unit: "scenarios")
    for scenario in chosen {
      let theatre = try theatres[scenario.members] ?? TwinsTheatre(members: scenario.members)
      theatres[scenario.members] = theatre
      summary.add(try Twins.play(scenario, in: theatre, options: options))
      progress.show(UInt64(summary.scenarios), of: UInt64(chosen.count))
    }
    progress.clear()
    if !output.json { Printing.line(summary.text) }
    return summary
  }
}

/// What a file of scenarios showed.
struct TwinsSummary: Encodable {
  let file: String
  private(set) var scenarios = 0
  private(set) var forked = 0
  private(set) var events: UInt64 = 0
  /// Blocks that were made final while scripts ran, and of these in a later view than the first.
  private(set) var scriptedHeights: UInt64 = 0
  private(set) var laterViews = 0
  /// The longest time from a script's end to a new block on every honest node.
  private(set) var recoveryMillisecondsMax: UInt64 = 0
  private(set) var failed: [TwinsReport] = []

  init(file: String) { self.file = file }

  mutating func add(_ report: TwinsReport) {
    scenarios += 1
    forked += report.isForked ? 1 : 0
    events += report.events
    scriptedHeights += report.scriptedHeights
    laterViews += report.laterViews
    recoveryMillisecondsMax = max(recoveryMillisecondsMax, report.recoveryMilliseconds ?? 0)
    if !report.isPassed { failed.append(report) }
  }

  var text: String {
    let line =
      "\(file): \(scenarios - failed.count) of \(scenarios) scenarios as they must be, \(forked) "
      + "forked; \(scriptedHeights) blocks in scripts, \(laterViews) of them in later views; new "
      + "blocks within \(recoveryMillisecondsMax) ms of the script; \(events) events"
    let failures = failed.map { report in
      let what =
        report.violations.isEmpty
        ? "does not fork"
        : report.violations.map { violation in
          "BROKEN \(violation.invariant.rawValue), event \(violation.event) at "
            + "\(violation.milliseconds) ms, instances \(violation.nodes): \(violation.detail)"
        }.joined(separator: "; ")
      return "  scenario \(report.name): \(what)"
    }
    return ([line] + failures).joined(separator: "\n")
  }
}
