import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct MotionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "motion",
    abstract: "Motions: what changes parameters, appoints, activates and pauses.",
    discussion: """
      Two thirds of the ER Nodes and one decide; what is decided waits a day, or a whole term \
      where a third of all votes can veto it.

      Examples:
        eco2 motion list
        eco2 motion parameters
        eco2 motion propose set creation-fee=2000000 --reason "spam" --from node-account
        eco2 motion approve 3 --from node-account
        eco2 motion veto 3 --from savings
      """,
    subcommands: [
      MotionListCommand.self, MotionShowCommand.self, MotionParametersCommand.self,
      MotionProposeCommand.self, MotionApproveCommand.self, MotionCancelCommand.self,
      MotionVetoCommand.self,
    ])
}

struct MotionListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists motions, the newest first.",
    discussion: """
      Example:
        eco2 motion list --limit 5
      """)

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let motions = try await listing.list(from: node) { $0.motions(pageSize: $1) }
    try output.show(motions) {
      motions.table(
        ["no.", "standing", "what", "approvals", "against", "due", "reason"],
        none: "There is no motion."
      ) {
        [
          "\($0.number)", $0.standing, MotionText.sentence($0.motion), "\($0.approvals.count)",
          $0.vetoes == "0" ? "-" : Printing.eco2($0.vetoes),
          $0.endedAt == nil ? Printing.time(milliseconds: $0.dueAt) : "-", $0.reason,
        ]
      }
    }
  }
}

struct MotionShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a motion, and what became of it.",
    discussion: """
      Example:
        eco2 motion show 3
      """)

  @Argument(help: "The motion's number.")
  var number: UInt64

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let motion = try await node.withLedger { try await $0.motion(number) }
    try output.show(motion) { Printing.facts(MotionText.facts(motion)) }
  }
}

struct MotionParametersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parameters", abstract: "Lists the names of parameters that a motion can set.",
    discussion: """
      Their units and bounds are told in Documentation/protocol/genesis.md.

      Example:
        eco2 motion parameters
      """)

  @OptionGroup var output: OutputOptions

  func run() throws {
    let names = ParameterID.allCases.map(\.name)
    try output.show(names) { names.joined(separator: "\n") }
  }
}

struct MotionApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Approves a motion as an ER Node, or as a registrar.",
    discussion: """
      Examples:
        eco2 motion approve 3 --from node-account
        eco2 motion approve 3 --take-back --from node-account
      """)

  @Argument(help: "The motion's number.")
  var number: UInt64

  @Flag(help: "Take the approval back.")
  var takeBack = false

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, _ in draft.decideMotion(number, approves: !takeBack) }
  }
}

struct MotionCancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Takes a motion of the sender back.",
    discussion: """
      Example:
        eco2 motion cancel 3 --from node-account
      """)

  @Argument(help: "The motion's number.")
  var number: UInt64

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, _ in draft.cancelMotion(number) }
  }
}

struct MotionVetoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "veto", abstract: "Puts all votes of the sender against a motion.",
    discussion: """
      Only cuts and appointments can be vetoed; with a third of all votes against it a motion is \
      over.

      Examples:
        eco2 motion veto 3 --from savings
        eco2 motion veto 3 --take-back --from savings
      """)

  @Argument(help: "The motion's number.")
  var number: UInt64

  @Flag(help: "Take the votes against it back.")
  var takeBack = false

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, _ in draft.vetoMotion(number, isVeto: !takeBack) }
  }
}
