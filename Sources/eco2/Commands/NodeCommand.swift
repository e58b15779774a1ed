import ArgumentParser

/// Running a node, and what its operator does with it.
struct NodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node",
    abstract: "Runs a node, makes a home, and pauses or moves a node.",
    discussion: """
      Examples:
        eco2 node --home net/node-00
        eco2 node init --full --genesis genesis.bcs --home full
        eco2 node init --candidate --account eco2t1qqq… --genesis genesis.bcs --home north
        eco2 node pause --home net/node-00 --wait
        eco2 node resume --home net/node-00
      """,
    subcommands: [
      NodeRunCommand.self, NodeInitCommand.self, NodePauseCommand.self, NodeResumeCommand.self,
      NodeRetireCommand.self,
    ],
    defaultSubcommand: NodeRunCommand.self)
}
