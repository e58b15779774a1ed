import ArgumentParser
import CPeers
import Foundation
import Paired

/// `bench`: the table of figures.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures the engines against their peers, in the same run.",
    discussion: """
      Subject and peer take turns of a tenth of a second, or of one job; a figure is the median of
      the turns' own ratios. Every figure has a process of its own, bound to one core unless it is
      about two, in which the engine it names is chosen. Figures of state stand on records that are
      built first, in some minutes, and removed at the end. Nothing here fails a build: figures are
      read.

      EXAMPLES
        bench                            all figures
        bench --quick ed25519.batch      a look at those whose names begin so
        bench --json results.json        and a file for programs
      """,
    subcommands: [
      Table.self, Measure.self, BuildRecords.self, BuildLots.self, BuildVotes.self,
      BuildAccounts.self,
      WeightsCommand.self, WeighCommand.self,
    ],
    defaultSubcommand: Table.self)

  struct Table: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "table", abstract: "Measures and prints the table (this is the default).")

    @Argument(help: "Measure only figures whose names begin so.")
    var names: [String] = []

    @Flag(help: "Fewer and shorter turns: a look, not a figure.")
    var quick = false

    @Option(help: "Write the figures to this file, as JSON.")
    var json: String?

    @Option(help: "Where the records of state lie: 7 GB of disk, 23 GB for state.growth.")
    var data = DataFolder.defaultParent

    @Flag(help: "Leave the records there for the next run.")
    var keepData = false

    func run() throws {
      let chosen = FigureDefinition.all.filter { definition in
        names.isEmpty || names.contains { definition.id.hasPrefix($0) }
      }
      guard !chosen.isEmpty else {
        let known = FigureDefinition.all.map(\.id).joined(separator: "\n  ")
        throw ValidationError("No figure begins so. There are:\n  \(known)")
      }
      guard peers_start() == 0 else { throw ValidationError("libsodium does not start.") }
      let cpu = Processor.name
      print(cpu)
      print(
        "libsodium \(String(cString: peers_sodium_version())), "
          + String(cString: peers_openssl_version()))
      let conditions = Conditions(isQuick: quick, data: DataFolder(in: data, isQuick: quick))
      if quick { print(DataFolder.quickNotice) }
      print()
      let figures = measure(chosen, conditions, cpu)
      if !keepData { conditions.data.remove() }
      if let json { try ResultFile.write(figures, to: json) }
    }

    private func measure(
      _ chosen: [FigureDefinition], _ conditions: Conditions, _ cpu: String
    ) -> [Figure] {
      let table = Paired.Table(ids: chosen.map(\.id))
      table.printHead()
      var figures: [Figure] = []
      for definition in chosen {
        do {
          try conditions.data.prepare(definition.needs)
          let measured = try FigureProcess.run(definition, conditions)
          let figure = Figure(
            id: definition.id, value: measured.value, unit: measured.unit,
            against: definition.against(isQuick: quick), ratio: measured.ratio, cpu: cpu)
          table.print(
            figure, quartiles: measured.quartileLow...measured.quartileHigh, bar: definition.bar)
          figures.append(figure)
        } catch {
          table.printSkipped(definition.id, "\(error)")
        }
      }
      return figures
    }
  }

  struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "measure", abstract: "Measures one figure in this process.",
      shouldDisplay: false)

    @Argument var id: String
    @Flag var quick = false
    @Option var data = DataFolder.defaultParent

    func run() throws {
      guard let definition = FigureDefinition.all.first(where: { $0.id == id }) else {
        throw ValidationError("There is no figure '\(id)'.")
      }
      guard peers_start() == 0 else { throw ValidationError("libsodium does not start.") }
      if definition.isOnOneCore { _ = peers_bind_to_core(0) }
      let measured = try definition.measure(
        Conditions(isQuick: quick, data: DataFolder(in: data, isQuick: quick)))
      print(String(decoding: try JSONEncoder().encode(measured), as: UTF8.self))
    }
  }

  struct BuildRecords: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "build-records", abstract: "Builds the records that figures of state need.",
      shouldDisplay: false)

    @Option var data: String
    @Option var count: Int
    @Flag var raw = false

    func run() throws {
      let folder = DataFolder(in: data, isQuick: false).path
      try RecordBuilder(folder: RecordFolder(path: folder, count: count, hasRaw: raw)).build()
    }
  }

  struct BuildLots: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "build-lots", abstract: "Builds the ledger that figures of carbon need.",
      shouldDisplay: false)

    @Option var data: String
    @Option var count: Int

    func run() throws {
      let folder = DataFolder(in: data, isQuick: false).path
      try CarbonBuilder(folder: CarbonFolder(path: folder, count: count)).build()
    }
  }

  struct BuildAccounts: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "build-accounts",
      abstract: "Builds the ledger that figures of the pipeline need.",
      shouldDisplay: false)

    @Option var data: String
    @Option var count: Int

    func run() throws {
      let folder = DataFolder(in: data, isQuick: false).path
      try PipelineFolder(path: folder, accounts: count).build()
    }
  }

  struct BuildVotes: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "build-votes", abstract: "Builds a ledger that figures of elections need.",
      shouldDisplay: false)

    @Option var data: String
    @Option var candidates: Int
    @Option var voters: Int

    func run() throws {
      let folder = DataFolder(in: data, isQuick: false).path
      try ElectionBuilder(
        folder: ElectionFolder(path: folder, candidates: candidates, voters: voters)
      ).build()
    }
  }
}
