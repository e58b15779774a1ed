import Foundation
import LedgerCore
import LedgerRules
import LocalNetwork
import RegistryFiles
import Testing

/// The example that the package carries, with changes.
enum Example {
  /// 2026-01-01T00:00:00Z.
  static let time: UInt64 = 1_767_225_600_000

  static func bytes(_ name: String) throws -> [UInt8] {
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try [UInt8](Data(contentsOf: package.appending(path: "Examples/genesis/\(name)")))
  }

  static func sources(
    time: UInt64 = time, changing credits: (String) -> String = { $0 }
  ) throws -> GenesisSources {
    let text = credits(String(decoding: try bytes("credits.csv"), as: UTF8.self))
    return try GenesisSources(
      credits: Array(text.utf8), registry: .goldStandard, factors: bytes("factors.csv"),
      nodes: bytes("nodes.csv"), time: time)
  }
}

@Suite("From registry files to the lots, factors and nodes of a genesis")
struct GenesisSourcesTests {
  @Test("genesis takes the credits of every registry whose exports are read, by the same name")
  func registries() {
    let taken = GenesisRegistry.standard.registries.map(\.name)
    for registry in Registry.allCases where registry != .generic {
      #expect(taken.contains(registry.rawValue))
    }
  }

  @Test("every record of the example becomes a lot of its serials, nothing is left out")
  func example() throws {
    let sources = try Example.sources()
    #expect(sources.lots.count == 23 && sources.skippedCredits.isEmpty)
    #expect(sources.lots.reduce(0) { $0 + $1.tonnes } == 212_269)
    #expect(sources.lots.allSatisfy { $0.tonnes == $0.range.end - $0.range.start + 1 })
    let first = try #require(sources.lots.first?.range)
    #expect(first.serialText == "GS1-1-UG-GS10902-16-2021-22017-1-23266")
    #expect(first.serialBlock == "gs:1-UG-10902-16-2021-22017")
    #expect([first.vintageFrom, first.vintageTo] == [20_210_101, 20_210_721])
    #expect(sources.nodes.count == 24)
  }

  @Test(
    "what may not enter the reserve is left out with its reason",
    arguments: [
      ("VER", "PER", "planned"), ("VER", "CER", "product-not-eligible"),
      ("Issued", "Retired", "retired"), ("Issued", "Lost", "unknown-status-or-product"),
      ("-1-23266", "-1-23265", "quantity"), ("GS1-1-UG-GS10902", "nonsense", "unparsable"),
    ])
  func leftOut(_ old: String, _ new: String, _ reason: String) throws {
    let sources = try Example.sources { text in
      // The first record: after the header, whose last cell ends with a question mark.
      let start = text.range(of: "?\r\n")?.upperBound ?? text.startIndex
      let end = text[start...].range(of: "\r\n")?.lowerBound ?? text.endIndex
      return text.replacingCharacters(
        in: start..<end, with: text[start..<end].replacingOccurrences(of: old, with: new))
    }
    #expect(sources.lots.count == 22)
    #expect(sources.skippedCredits.map(\.record) == [1])
    #expect(sources.skippedCredits.map(\.reason) == [reason])
  }

  @Test("a vintage that ended more than 10 years ago is left out, to the day")
  func age() throws {
    // The oldest vintages of the example end on 2018-12-31.
    let tenYears: UInt64 = 1_861_833_600_000  // 2028-12-31
    #expect(try Example.sources(time: tenYears).skippedCredits.isEmpty)
    let sources = try Example.sources(time: tenYears + 86_400_000)
    #expect(!sources.skippedCredits.isEmpty)
    #expect(sources.skippedCredits.allSatisfy { $0.reason == "vintage-too-old" })
  }

  @Test("only averages in CO2e of a region with a code become factors")
  func factors() throws {
    let sources = try Example.sources()
    #expect(sources.factors.allSatisfy { !$0.regionCode.isEmpty })
    #expect(sources.factors.allSatisfy { $0.microgramsPerKilowattHour > 0 })
    #expect(sources.factors.count + sources.factorsLeftOut == 983)
    let table = try FactorTable.read(bytes: Example.bytes("factors.csv"))
    #expect(
      sources.factors.count
        == table.factors.count { $0.kind.isChargeable && !$0.regionCode.isEmpty })
  }
}
