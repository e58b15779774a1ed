import RegistryFiles
import Testing

@Suite("The factor table")
struct FactorTableTests {
  static func table() throws -> FactorTable {
    try FactorTable.read(bytes: Vectors.bytes("factors/grid_factors.csv"))
  }

  @Test("of 983 published rows the 20 that are zero are refused, and no other")
  func publishedRows() throws {
    let table = try Self.table()
    #expect(table.factors.count == 963)
    #expect(table.refused.count == 20)
    #expect(table.refusedCount(.zero) == 20)
  }

  @Test("a region's active factor is its latest CO2e average, with its source")
  func activeFactors() throws {
    let active = try Self.table().active()
    #expect(active.map(\.regionCode) == Set(active.map(\.regionCode)).sorted())
    #expect(active.allSatisfy { $0.kind.isChargeable && $0.microgramsPerKilowattHour > 0 })
    let argentina = try #require(active.first { $0.regionCode == "ARG" })
    #expect(argentina.year == 2024)
    #expect(argentina.microgramsPerKilowattHour == 344_830_000)
    #expect(argentina.source == "Ember via co2.js")
    #expect(argentina.licence == "CC BY-SA 4.0")
    #expect(!active.contains { $0.regionCode == "CAF" }, "only zeros are known")
    #expect(!active.contains { $0.kind == .averageCO2Only })
  }

  @Test("two sources with one year: the higher factor is charged")
  func tie() throws {
    let active = try Self.table().active()
    let aruba = try #require(active.first { $0.regionCode == "ABW" })
    #expect(aruba.microgramsPerKilowattHour == 561_224_000)
    #expect(aruba.source == "OWID via codecarbon 3.3.2")
  }

  static let header = "region_code,region,year,gco2_per_kwh,kind,source,licence\r\n"

  @Test(
    "a bad row is refused with its reason and the others stay",
    arguments: [
      ("X,X,2024,0.000,average,s,l", FactorRefusal.zero),
      ("X,X,2024,1e3,average,s,l", .value),
      ("X,X,2024,-1,average,s,l", .value),
      ("X,X,2024,1.2345678,average,s,l", .value),
      ("X,X,2024,18446744073709551615,average,s,l", .value),
      ("X,X,2024,,average,s,l", .value),
      ("X,X,20x4,1,average,s,l", .year),
      ("X,X,99999999999999999999,1,average,s,l", .year),
      ("X,X,2024,1,marginal,s,l", .kind),
      ("\u{C9}X,X,2024,1,average,s,l", .regionCode),
      ("X,X,2024,1,average,s", .cells),
      ("GOOD,G,2024,7,average,s,l", .duplicate),
    ])
  func badRow(row: String, reason: FactorRefusal) throws {
    let file = Self.header + "GOOD,G,2024,5.25,average,s,l\r\n" + row + "\r\n"
    let table = try FactorTable.read(bytes: Array(file.utf8))
    #expect(table.factors.map(\.microgramsPerKilowattHour) == [5_250_000])
    #expect(table.refused == [RefusedFactor(record: 2, reason: reason)])
  }

  @Test("a table without a needed column says which")
  func missingColumn() {
    #expect(throws: RegistryFileError.missingColumn(accepted: ["gco2_per_kwh"])) {
      try FactorTable.read(bytes: Array("region_code,region,year,kind,source,licence\r\n".utf8))
    }
  }
}
