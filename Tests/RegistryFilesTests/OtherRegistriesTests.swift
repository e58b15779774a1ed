import RegistryFiles
import Testing

@Suite("Exports of Verra, the American Carbon Registry and others")
struct OtherRegistriesTests {
  private func read(_ registry: Registry, _ lines: String...) throws -> RegistryReport {
    try RegistryExport.read(
      bytes: Array(lines.joined(separator: "\n").utf8), registry: registry,
      asOf: CalendarDay(unixSeconds: 1_764_000_000))
  }

  private static let verraHeader =
    "Issuance Date,Vintage Start,Vintage End,ID,Name,Country/Area,Project Type,Methodology,"
    + "Total Vintage Quantity,Quantity Issued,Serial Number,Additional Certifications,"
    + "Retirement/Cancellation Date"

  private func verra(_ rows: String...) throws -> RegistryReport {
    try read(.verra, ([Self.verraHeader] + rows).joined(separator: "\n"))
  }

  @Test("Verra's serials print back byte for byte, with and without VCS")
  func verraSerials() throws {
    let serials = [
      "13861-531686656-531686769-VCS-VCU-263-VER-AU-7-2348-01012021-30112021-1",
      "4147-176338408-176338907-VCU-016-MER-AU-14-641-16042012-15042013-0",
    ]
    let report = try verra(
      "17/01/2022,01/01/2021,30/11/2021,2348,A farm,Australia,\"Energy industries\",ACM0002,"
        + "\"99,870\",114,\(serials[0]),CORSIA,",
      "08/03/2014,16/04/2012,15/04/2013,641,A forest,Australia,Forestry,VM0010,"
        + "500,500,\(serials[1]),,09/03/2014")
    #expect(report.credits.map(\.serial.description) == serials)
    #expect(report.credits.map(\.tonnes) == [114, 500])
    #expect(
      report.credits.map(\.serial.block.key) == [
        "vcs:13861-263-VER-AU-7-2348-01012021-30112021-1",
        "vcs:4147-16-MER-AU-14-641-16042012-15042013-0",
      ])
    #expect(report.credits.map(\.eligibility) == [.eligible, .retired])
    #expect(report.credits.map(\.isCORSIAEligible) == [true, false])
    #expect(report.credits.map(\.product.code) == ["VCU", "VCU"])
    #expect(report.credits[0].vintage == (try day(2021, 1, 1)...day(2021, 11, 30)))
    #expect(report.credits[1].retiredOn == (try day(2014, 3, 9)))
  }

  @Test("both notations of a Verra serial meet")
  func verraTwins() throws {
    let report = try verra(
      "17/01/2022,,,2348,,,,,,114,"
        + "13861-531686656-531686769-VCS-VCU-263-VER-AU-7-2348-01012021-30112021-1,,",
      "17/01/2022,,,2348,,,,,,1,"
        + "13861-531686769-531686769-VCU-0263-VER-AU-7-2348-01012021-30112021-1,,")
    #expect(report.rows.map(\.reason) == [.overlap])
    #expect(report.rows.first?.overlappedRecord == 1)
  }

  @Test("the order of day and month is that in which a record's vintage is its serial's")
  func verraDates() throws {
    let serial = "1-1-5-VCS-VCU-1-VER-AU-7-1-05062020-30112020-0"
    let days = try [
      "03/04/2022,05/06/2020,30/11/2020,1,,,,,,5,\(serial),,",
      "03/04/2022,06/05/2020,11/30/2020,1,,,,,,5,\(serial),,",
      "2022-04-03,2020-06-05,2020-11-30,1,,,,,,5,\(serial),,",
      "03/04/2022,,,1,,,,,,5,\(serial),,",
      "12/31/22,,,1,,,,,,5,\(serial),,",
    ].map { try verra($0).credits.first?.issuedOn }
    #expect(
      try days == [
        day(2022, 4, 3), day(2022, 3, 4), day(2022, 4, 3), day(2022, 4, 3), day(2022, 12, 31),
      ])
  }

  @Test(
    "what is not quite a serial of Verra's is refused",
    arguments: [
      "13861-1-5-VCS-VCU-263-VER-AU-7-2348-01132021-30112021-1",
      "13861-1-5-VCS-VCU-263-VER-AU-7-2348-30112021-01012021-1",
      "13861-1-5-XYZ-VCU-263-VER-AU-7-2348-01012021-30112021-1",
      "13861-1-5-VCS-VCU-263-VER-AU-7-2348-1012021-30112021-1",
      "13861-1-5-VCS-VCU-263-VERRA-AU-7-2348-01012021-30112021-1",
      "13861-1-5-VCS-VCU-263-VER-AUS-7-2348-01012021-30112021-1",
      "13861-1-5-VCS-VCU-263-VER-AU-7-2348-01012021-30112021",
      "13861-1-VCS-VCU-263-VER-AU-7-2348-01012021-30112021-1-1",
    ])
  func notVerra(serial: String) throws {
    let report = try verra("17/01/2022,,,2348,,,,,,5,\(serial),,")
    #expect(report.rows.map(\.reason) == [.unparsable])
  }

  @Test("the American Carbon Registry's serials print back, and its retirements are none to have")
  func acr() throws {
    let header =
      "Vintage,Program,Quantity of Credits,Status Effective (GMT),Project ID,Project Name,"
      + "Project Type,Project Site Country,Credit Serial Numbers"
    let report = try read(
      .acr, header,
      "2003,ACR,62,6/16/2021,ACR102,A landfill,,US,ACR-US-102-2003-274-120158095 to 120158156",
      "2003,ACR,2,6/16/2021,ACR102,A landfill,,US,ACR-US-0102-2003-274-120158156 to 120158157",
      "2003,ACR,2,6/16/2021,ACR102,A landfill,,US,ACR-US-102-2003-120158158 to 120158159")
    #expect(
      report.credits.first?.serial.description == "ACR-US-102-2003-274-120158095 to 120158156")
    #expect(report.credits.first?.serial.block.key == "acr:US-102-2003-274")
    #expect(report.credits.first?.product.code == "ERT")
    #expect(report.credits.first?.eligibility == .retired)
    #expect(report.rows.map(\.reason) == [.overlap, .unparsable])
  }

  @Test("a status in words decides, and one nobody knows is not eligible")
  func statuses() throws {
    let header = "Project ID,Vintage,Quantity,Credit Status,Serial Numbers"
    let report = try read(
      .climateActionReserve, header,
      "CAR1,2020,2,Active,CAR-1-US-1-1-1-WA-2020-1-1 to 2",
      "CAR1,2020,2,Retired,CAR-1-US-1-1-1-WA-2020-1-3 to 4",
      "CAR1,2020,2,Canceled,CAR-1-US-1-1-1-WA-2020-1-5 to 6",
      "CAR1,2020,2,Pending,CAR-1-US-1-1-1-WA-2020-1-7 to 8")
    #expect(report.credits.map(\.eligibility) == [.eligible, .retired, .cancelled, .unknown])
  }

  @Test("an export without a status or a retirement's date says nothing of eligibility")
  func noStatus() throws {
    let report = try read(
      .goldStandard, "GSID,Vintage,Quantity,Serial Number",
      "1001,2019,100,GS1-1-TW-GS1001-12-2019-20258-1-100")
    #expect(report.credits.map(\.eligibility) == [.unknown])
  }
}
