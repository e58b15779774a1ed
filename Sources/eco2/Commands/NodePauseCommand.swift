import ArgumentParser
import Foundation
import NodeRuntime

struct NodePauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Has a running node give its turns as primary away, before it is stopped.",
    discussion: """
      A paused node follows and votes as before, but hands each of its turns over when the height \
      begins, so that nobody waits for a proposal. With --wait the command returns when the node \
      can be stopped, and says until when it should be up again: later its turn comes while it is \
      down, and costs the network a view's timeout.

      The pause ends with `eco2 node resume`, when the node is stopped, or after --for.

      Examples:
        eco2 node pause --home net/node-00 --wait && systemctl restart eco2-node
        eco2 node pause --home net/node-00 --for 10m
      """)

  @Option(help: "The running node's home folder.")
  var home: String

  @Option(name: .customLong("for"), help: "When the pause ends by itself; at most 24h.")
  var limit = Span(milliseconds: 3_600_000)

  @Flag(help: "Return when the node can be stopped, with the time its next turn comes.")
  var wait = false

  @Option(
    help: """
      With --wait: how long the node will be down. Where its turns never leave that much time, the \
      longest that they leave is waited for.
      """)
  var window = Span(milliseconds: 30_000)

  @OptionGroup var output: OutputOptions

  func validate() throws { _ = try Self.seconds(limit) }

  static func seconds(_ span: Span) throws -> UInt64 {
    let seconds = span.milliseconds / 1_000
    guard (1...ControlRequest.pauseSecondsMax).contains(seconds) else {
      throw ValidationError("A pause lasts 1s to 24h.")
    }
    return seconds
  }

  func run() async throws {
    let home = NodeHome(home)
    var standing = try ControlClient.ask(.pause(seconds: try Self.seconds(limit)), of: home)
    if wait {
      let wanted = StopWindow(standing, wanted: window.milliseconds)
      while !wanted.isOpen(standing) {
        try await Task.sleep(for: .milliseconds(min(500, standing.intervalMilliseconds / 4)))
        standing = try ControlClient.ask(.status, of: home)
      }
    }
    try output.show(standing) { StandingText.text(standing) }
  }
}

struct NodeResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Ends a pause: the node leads its turns again.",
    discussion: """
      Examples:
        eco2 node resume --home net/node-00
      """)

  @Option(help: "The running node's home folder.")
  var home: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let standing = try ControlClient.ask(.resume, of: NodeHome(home))
    try output.show(standing) { StandingText.text(standing) }
  }
}

/// When a paused node can be stopped: its turn is over or given away, and the next one is far
/// enough.
struct StopWindow {
  /// How much time there must be before the next turn.
  let milliseconds: UInt64

  /// The time that is wanted, or the longest between two of the node's next turns where that is
  /// less.
  init(_ standing: ControlStanding, wanted: UInt64) {
    let times = standing.turns.map(\.time)
    let gaps = zip(times, times.dropFirst()).map { $1 - min($0, $1) }
    // A turn must be over, and the command must look, before the time between two begins to count.
    let longest = gaps.max().map { $0 - min($0, standing.intervalMilliseconds) }
    milliseconds = min(wanted, longest ?? wanted)
  }

  func isOpen(_ standing: ControlStanding) -> Bool {
    guard let next = standing.turns.first else { return true }
    return !standing.leadsNow && next.time >= standing.now
      && next.time - standing.now >= milliseconds
  }
}

/// A node's standing for people.
enum StandingText {
  static func text(_ standing: ControlStanding) -> String {
    var facts = [
      ("height", "\(standing.height)"),
      ("mode", standing.mode + (standing.isVoting ? ", voting" : ", not voting")),
      (
        "paused",
        standing.pausedUntil.map { "until \(Printing.time(milliseconds: $0))" } ?? "no"
      ),
      ("handed over", "\(standing.turnsHandedOver) turns since the node's start"),
    ]
    if let next = standing.turns.first {
      let seconds = Double(next.time) / 1_000 - Double(standing.now) / 1_000
      facts.append(
        (
          "next turn",
          "height \(next.height), \(Printing.time(milliseconds: next.time)), in "
            + Printing.seconds(max(0, seconds))
        ))
    } else {
      facts.append(("next turn", "none: it is no ER Node of the set"))
    }
    return Printing.facts(facts)
  }
}
