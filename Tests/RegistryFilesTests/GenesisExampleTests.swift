import Foundation
import RegistryFiles
import Testing

@Suite("The example genesis data that the package carries")
struct GenesisExampleTests {
  static func bytes(_ name: String) throws -> [UInt8] {
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try [UInt8](Data(contentsOf: package.appending(path: "Examples/genesis/\(name)")))
  }

  @Test("every credit is a sound, issued, verified unit, from several countries and types")
  func credits() throws {
    let report = try RegistryExport.read(
      bytes: Self.bytes("credits.csv"), registry: .goldStandard,
      asOf: CalendarDay(unixSeconds: 1_764_000_000))
    #expect(report.rows.isEmpty)
    #expect(report.records == 23)
    #expect(report.eligible == 23)
    #expect(report.tonnesAccepted == 212_269)
    #expect(report.credits.allSatisfy { $0.product == .verified })
    #expect(Set(report.credits.map(\.country)).count == 8)
    #expect(Set(report.credits.map(\.projectType)).count == 4)
  }

  @Test("its credits are whole rows of the published export")
  func creditsAreWholeRows() throws {
    let all = try String(
      decoding: Vectors.bytes("credits/gold_standard_issuances.csv"), as: UTF8.self)
    let published = Set(all.split(separator: "\r\n"))
    let example = try String(decoding: Self.bytes("credits.csv"), as: UTF8.self)
    #expect(example.split(separator: "\r\n").allSatisfy { published.contains($0) })
  }

  @Test("24 nodes in 24 regions, each with a factor and a profile above its tier's floor")
  func nodes() throws {
    let nodes = try NodeList.read(bytes: Self.bytes("nodes.csv"))
    let factors = try FactorTable.read(bytes: Self.bytes("factors.csv")).active()
    #expect(nodes.count == 24)
    #expect(Set(nodes.map(\.regionCode)).count == 24)
    for node in nodes {
      #expect(factors.contains { $0.regionCode == node.regionCode }, "\(node.name)")
      let floor: (milliwatts: UInt64, pue: UInt64) =
        switch node.tier {
        case .home: (22_000, 1_000)
        case .rack: (48_000, 1_580)
        case .cloud: (155_000, 1_150)
        }
      #expect(node.idleMilliwatts >= floor.milliwatts, "\(node.name)")
      #expect(node.puePermille >= floor.pue, "\(node.name)")
    }
    let profiles = nodes.map { [$0.idleMilliwatts, $0.millijoulesPerCPUSecond, $0.puePermille] }
    #expect(Set(profiles).count == 24)
  }

  @Test("one of them is the rack of the worked example: 48 W, PUE 1.58, 557.5 g/kWh")
  func workedExample() throws {
    let nodes = try NodeList.read(bytes: Self.bytes("nodes.csv"))
    let factors = try FactorTable.read(bytes: Self.bytes("factors.csv")).active()
    let china = factors.first { $0.regionCode == "CHN" }
    #expect(china?.microgramsPerKilowattHour == 557_500_000)
    #expect(
      nodes.contains {
        $0.regionCode == "CHN" && $0.idleMilliwatts == 48_000 && $0.puePermille == 1_580
      })
  }
}
