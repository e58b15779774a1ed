import RegistryFiles
import Testing

@Suite("Exports of registries")
struct RegistryExportTests {
  static let today = CalendarDay(unixSeconds: 1_764_000_000)  // 2025-11-24

  @Test("the Gold Standard issuances give exactly the published numbers")
  func goldStandardIssuances() throws {
    let report = try RegistryExport.read(
      bytes: Vectors.bytes("credits/gold_standard_issuances.csv"), registry: .goldStandard,
      asOf: Self.today)
    #expect(report.records == 2_689)
    #expect(report.accepted == 2_655)
    #expect(report.tonnesAccepted == 58_119_092)
    #expect(report.rejected(.unparsable) == 24)
    #expect(report.rejected(.quantity) == 10)
    #expect(report.rows.count == 34)
  }

  @Test("the Climate Action Reserve retirements are all sound and none is eligible")
  func climateActionReserveRetirements() throws {
    let report = try RegistryExport.read(
      bytes: Vectors.bytes("credits/car_retirements.csv"), registry: .climateActionReserve,
      asOf: Self.today)
    #expect(report.records == 5_351)
    #expect(report.accepted == 5_351)
    #expect(report.tonnesAccepted == 49_547_885)
    #expect(report.rows.isEmpty)
    #expect(report.eligible == 0)
    #expect(report.credits.allSatisfy { $0.eligibility == .retired && $0.retiredOn != nil })
  }
}
