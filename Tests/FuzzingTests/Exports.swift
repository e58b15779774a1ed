@testable import RegistryFiles

/// A registry's export, whatever it holds: however it is cut into pieces it gives one report; every
/// accepted serial prints back to what reads as itself; no two accepted ranges meet.
enum Exports {
  static func run(_ input: [UInt8]) { _ = accepted(input) }

  /// How many records of it are sound. The first byte chooses the registry and the pieces.
  static func accepted(_ input: [UInt8]) -> Int {
    guard let first = input.first else { return 0 }
    let registry = Registry.allCases[Int(first) % Registry.allCases.count]
    let unit = first & 0x40 == 0 ? SerialUnit.tonne : .kilogram
    let file = Array(input.dropFirst())
    let whole = read(file, registry, unit, pieces: file.count + 1)
    let cut = read(file, registry, unit, pieces: 1 + Int(first) % 7)
    guard whole == cut else { fatalError("a report depends on how the file is cut") }
    guard case .success(let report) = whole else { return 0 }
    check(report, registry)
    return report.accepted
  }

  private static func read(
    _ file: [UInt8], _ registry: Registry, _ unit: SerialUnit, pieces: Int
  ) -> Result<RegistryReport, RegistryFileError> {
    var reader = RegistryReader(
      registry: registry, unit: unit, asOf: CalendarDay(unixSeconds: 1_764_000_000),
      keepsCredits: true)
    do throws(RegistryFileError) {
      var start = 0
      while start < file.count {
        let end = min(file.count, start + pieces)
        try reader.consume(file[start..<end])
        start = end
      }
      return .success(try reader.finish())
    } catch {
      return .failure(error)
    }
  }

  private static func check(_ report: RegistryReport, _ registry: Registry) {
    guard report.accepted + report.rows.count == report.records,
      report.credits.count == report.accepted,
      report.eligibilities.values.reduce(0, +) == report.accepted,
      report.credits.reduce(0, { $0 + $1.micrograms }) == report.microgramsAccepted
    else { fatalError("a report's numbers do not add up") }
    for credit in report.credits {
      let printed = Array(credit.serial.description.utf8)
      guard SerialRange.parse(printed[...], grammars: registry.grammars) == credit.serial else {
        fatalError("\(credit.serial) reads as another serial")
      }
      for other in report.credits where other.record < credit.record {
        let (one, two) = (credit.serial, other.serial)
        guard one.block.key != two.block.key || one.end < two.start || two.end < one.start else {
          fatalError("records \(other.record) and \(credit.record) meet")
        }
      }
    }
  }
}
