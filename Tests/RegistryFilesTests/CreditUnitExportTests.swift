import Foundation
import RegistryFiles
import Testing

@Suite("Blocks of units, written")
struct CreditUnitExportTests {
  private static let units = [
    CreditUnit(
      registry: "gold-standard", project: "GS1001", serial: "GS1-1-TW-GS1001-12-2019-20258-1-100",
      start: 1, end: 100, vintageYear: 2019, kind: .reductionByTechnology, status: .held,
      statusReason: "", owner: "An owner, \"of sorts\"", labels: ["CCP", "CORSIA"],
      declaration: .unknown, adjustment: .notStarted),
    CreditUnit(
      registry: "verra", project: " line\nbreak\t\u{1}\\ ",
      serial: "4147-1-7-VCU-016-MER-AU-14-641-16042012-15042013-0", start: 1, end: 7,
      vintageYear: 2013, kind: .notDetermined, status: .retired, statusReason: "Beneficiary; Ümit",
      owner: "", labels: [], declaration: .committed, adjustment: .completed),
  ]

  private func text(_ units: [CreditUnit], _ format: CreditUnitExport.Format) -> String {
    var export = CreditUnitExport(format)
    return export.head + units.map { export.unit($0) }.joined() + export.tail
  }

  @Test("CSV is what RFC 4180 says, to the byte")
  func csv() {
    #expect(
      text(Self.units, .csv) == """
        currentRegistry,projectId,serialNumberBlock,unitBlockStart,unitBlockEnd,unitCount,\
        vintageYear,unitType,unitStatus,unitStatusReason,unitOwner,unitTags,\
        correspondingAdjustmentDeclaration,correspondingAdjustmentStatus\r
        gold-standard,GS1001,GS1-1-TW-GS1001-12-2019-20258-1-100,1,100,100,2019,\
        Reduction - technical,Held,,"An owner, ""of sorts""\","CCP; CORSIA",Unknown,Not Started\r
        verra," line\nbreak\t\u{1}\\ ",4147-1-7-VCU-016-MER-AU-14-641-16042012-15042013-0,1,7,7,\
        2013,Not Determined,Retired,"Beneficiary; Ümit",,,Committed,Completed\r

        """)
  }

  @Test("an exported CSV is read back the same")
  func readsBack() throws {
    let report = try RegistryExport.read(
      bytes: Array(text(Self.units, .csv).utf8), registry: .generic,
      asOf: CalendarDay(unixSeconds: 1_764_000_000))
    #expect(report.rows.isEmpty)
    #expect(report.credits.map(\.serialAsWritten) == Self.units.map(\.serial))
    #expect(report.credits.map(\.serial.description) == Self.units.map(\.serial))
    #expect(report.credits.map(\.serial.start) == Self.units.map(\.start))
    #expect(report.credits.map(\.serial.end) == Self.units.map(\.end))
    #expect(report.credits.map(\.tonnes) == Self.units.map(\.count))
    #expect(report.credits.map(\.vintage?.upperBound.year) == Self.units.map(\.vintageYear))
    #expect(report.credits.map(\.projectID) == ["GS1001", "line\nbreak\t\u{1}\\"])
    #expect(report.credits.map(\.eligibility) == [.unknown, .retired])
  }

  @Test("JSON is what a reader of JSON takes, and says the same")
  func json() throws {
    struct Unit: Decodable, Equatable {
      let projectId: String
      let unitBlockStart: String
      let unitCount: UInt64
      let vintageYear: UInt64
      let unitTags: [String]
      let unitOwner: String
      let correspondingAdjustmentStatus: String
    }
    let data = Data(text(Self.units, .json).utf8)
    let read = try JSONDecoder().decode([Unit].self, from: data)
    #expect(
      read
        == Self.units.map {
          Unit(
            projectId: $0.project, unitBlockStart: "\($0.start)", unitCount: $0.count,
            vintageYear: UInt64($0.vintageYear), unitTags: $0.labels, unitOwner: $0.owner,
            correspondingAdjustmentStatus: $0.adjustment.rawValue)
        })
    #expect(try JSONDecoder().decode([Unit].self, from: Data(text([], .json).utf8)).isEmpty)
  }

  @Test("a block that runs backwards, or over 64 bits, counts no units and is no trap")
  func counts() {
    var unit = Self.units[0]
    (unit.start, unit.end) = (2, 1)
    #expect(unit.count == 0)
    (unit.start, unit.end) = (0, .max)
    #expect(unit.count == 0)
  }
}
