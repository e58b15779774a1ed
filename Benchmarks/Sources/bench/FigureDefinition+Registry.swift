import Foundation
import Paired
import RegistryFiles

extension FigureDefinition {
  /// Registries' exports.
  static let registry: [FigureDefinition] = [read]

  /// The real exports that the tests carry, read as `eco2 credits import` reads them.
  private static let read = FigureDefinition(
    id: "registry.read", bar: .atMost(45),
    against: "counting the line feeds of the same bytes, one by one; the ratio is a cost",
    cores: 1, needs: .nothing
  ) { conditions in
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Tests/Vectors/credits")
    let bytes = try [UInt8](Data(contentsOf: folder.appending(path: "car_retirements.csv")))
    let today = CalendarDay(unixSeconds: 1_764_000_000)
    var accepted = 0
    var fault: RegistryFileError?
    var lines = 0
    let run = PairedRun(
      effort: conditions.effort, subjectUnits: 1, peerUnits: 1,
      subject: {
        do throws(RegistryFileError) {
          var reader = RegistryReader(registry: .climateActionReserve, asOf: today)
          try reader.consume(bytes[...])
          accepted = try reader.finish().accepted
        } catch { fault = error }
      },
      peer: {
        lines = bytes.count { $0 == UInt8(ascii: "\n") }
      })
    if let fault { throw BenchmarkFault.broken("\(fault)") }
    guard accepted == 5_351, lines == 5_352 else {
      throw BenchmarkFault.broken("\(accepted) records accepted of \(lines) lines")
    }
    return MeasuredFigure(
      value: Double(bytes.count) / run.microseconds, unit: "MB/s", ratio: 1 / run.ratio,
      quartileLow: 1 / run.quartiles.upperBound, quartileHigh: 1 / run.quartiles.lowerBound)
  }
}
