import ArgumentParser
import CPeers
import Foundation
import LedgerCore
import LedgerRules
import Paired

/// `bench weights`: the costs that genesis carries.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "Weighs every kind of operation, and writes the costs that genesis carries.",
    discussion: """
      Operations are executed, hashed, logged and flushed on a copy of the ledger of a million lots \
      and a million accounts, on one core, signatures apart. The table says medians; what is \
      written is doubled and rounded up.

      EXAMPLE
        bench weights --write ../Sources/LedgerRules/Genesis/MeasuredCosts.swift
      """)

  @Flag(help: "A tenth of the lots: a look.")
  var quick = false

  @Option(help: "Write the costs to this file, as Swift.")
  var write: String?

  @Option(help: "Where the ledger lies.")
  var data = DataFolder.defaultParent

  @Flag(help: "Leave the ledger there for the next run.")
  var keepData = false

  func run() throws {
    let folder = DataFolder(in: data, isQuick: quick)
    try folder.prepare(.lots)
    defer { if !keepData { folder.remove() } }
    // The portable engine: an ER Node's processor may have no other.
    let said = try OwnProcess.run(
      ["weigh", "--data", data] + (quick ? ["--quick"] : [])
        + (write.map { ["--write", $0] } ?? []),
      environment: FigureDefinition.Engine.portable.environment, showsProgress: true)
    print(String(decoding: said, as: UTF8.self), terminator: "")
  }
}

struct WeighCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weigh", abstract: "Weighs in this process.", shouldDisplay: false)

  @Flag var quick = false
  @Option var write: String?
  @Option var data: String

  func run() throws {
    try FigureDefinition.Engine.portable.expectChosen()
    _ = peers_bind_to_core(0)
    let folder = DataFolder(in: data, isQuick: quick)
    let copy = try folder.lots.copy()
    defer { try? copy.remove() }
    var measurement = try CostMeasurement(copy) { name in
      FileHandle.standardError.write(Data("weighed: \(name)\n".utf8))
    }
    try measurement.run()
    Self.printTable(measurement.costs)
    guard let write else { return }
    try Data(CostTable(measurement.costs).source.utf8).write(
      to: URL(fileURLWithPath: write), options: .atomic)
    print("\nwritten to \(write)")
  }

  private static func printTable(_ costs: CostMeasurement.Costs) {
    print(Processor.name)
    line("", "", "median ns", "bytes")
    line("transaction", "in any case", costs.transaction)
    line("signature", "one by one", costs.signature)
    for (form, weight) in costs.lots { line("lot", form, weight) }
    for kind in OperationKind.allCases {
      for (own, form, weight) in costs.operations where own == kind {
        line(kind.name, form, weight)
      }
    }
  }

  private static func line(_ name: String, _ form: String, _ weight: Weight) {
    line(name, form, String(Int(weight.nanoseconds.rounded())), String(Int(weight.bytes.rounded())))
  }

  private static func line(_ columns: String...) {
    let widths = [20, 40, 12, 8]
    let cells = zip(columns, widths).enumerated().map { index, cell in
      let room = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
      return index < 2 ? cell.0 + room : room + cell.0
    }
    print(cells.joined(separator: " "))
  }
}
