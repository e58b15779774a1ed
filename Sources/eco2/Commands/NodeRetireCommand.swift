import ArgumentParser
import NodeRuntime

struct NodeRetireCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retire",
    abstract: "Gives a stopped node's home up for good, and makes the one that takes its place.",
    discussion: """
      The home gets a tombstone and never starts again. With --to a new home is made of its \
      settings, keys and watermark; move that folder (not a copy of it) to the other machine, and \
      data/ into it if you want to spare the catching up. Can be repeated when it was interrupted.

      Examples:
        eco2 node retire --home /var/lib/eco2 --to /mnt/stick/eco2
        eco2 node retire --home net/node-00
      """)

  @Option(help: "The stopped node's home folder.")
  var home: String

  @Option(help: "The folder to make: the new home.")
  var to: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    let report = try HomeRetirement(home: NodeHome(home), destination: to).run()
    try output.show(report) {
      Printing.facts([
        ("given up", report.home),
        ("new home", report.destination ?? "none"),
        (
          "last vote",
          report.votedHeight.map { "height \($0)" } ?? "none known"
        ),
      ])
    }
  }
}
