import RegistryFiles
import Testing

@Suite("What a credit record says")
struct CreditFieldTests {
  @Test(
    "dates come in three forms",
    arguments: [
      "2020-11-07", "11/07/2020", "11/7/20", " 11/7/2020 ", "\u{A0}11/7/20", "2020-11-07 00:00:00",
      "2020-11-07T00:00:00.000Z", "11/7/2020 12:00:00 AM",
    ])
  func dates(text: String) throws {
    let report = try GoldStandardRow.read([GoldStandardRow(issued: text)])
    #expect(report.credits.first?.issuedOn == (try day(2020, 11, 7)))
  }

  @Test(
    "a date in no form, or on no day of the calendar, leaves a record sound and not eligible",
    arguments: [
      "2020-13-01", "2019-02-29", "31/12/2019", "2020/11/17", "1/1/201", "soon", "0/1/20",
      "2020-11-07 noon", "2020-11-07T", "2020-11", "99999999999999999999-01-01",
    ])
  func badDates(text: String) throws {
    let report = try GoldStandardRow.read([GoldStandardRow(issued: text)])
    #expect(report.accepted == 1)
    #expect(report.credits.map(\.eligibility) == [.unclear])
  }

  @Test("a missing issuance date is no fault")
  func missingDate() throws {
    let report = try GoldStandardRow.read([GoldStandardRow(issued: "")])
    #expect(report.accepted == 1)
    #expect(report.credits.first?.issuedOn == nil)
  }

  @Test("a vintage is its year, cut to the monitoring period")
  func vintage() throws {
    let report = try GoldStandardRow.read([
      GoldStandardRow(
        serial: "GS1-1-TW-GS1-1-2019-1-1-100", from: "06/20/2018", to: "03/31/2020"),
      GoldStandardRow(
        serial: "GS1-1-TW-GS1-1-2019-2-1-100", from: "04/01/2019", to: "10/15/2019"),
      GoldStandardRow(serial: "GS1-1-TW-GS1-1-2019-3-1-100", from: "", to: ""),
      GoldStandardRow(
        serial: "GS1-1-TW-GS1-1-2019-4-1-100", from: "01/01/2015", to: "12/31/2015"),
      GoldStandardRow(serial: "GS1-1-TW-GS1-1-2019-5-1-100", vintage: "", from: "", to: ""),
    ])
    #expect(
      report.credits.map(\.vintage?.lowerBound.yyyymmdd) == [
        20_190_101, 20_190_401, 20_190_101, 20_190_101, 20_190_101,
      ])
    #expect(
      report.credits.map(\.vintage?.upperBound.yyyymmdd) == [
        20_191_231, 20_191_015, 20_191_231, 20_191_231, 20_191_231,
      ])
  }

  @Test(
    "a vintage that is no year, or not that of the serial, leaves a record sound and not eligible",
    arguments: ["19", "2019-2020", "1969", "20190", "2018"])
  func badVintage(text: String) throws {
    let report = try GoldStandardRow.read([GoldStandardRow(vintage: text)])
    #expect(report.credits.map(\.eligibility) == [.unclear])
    #expect(report.credits.map(\.vintage) == [nil])
  }

  @Test(
    "planned units, future vintages, retired and unknown ones are sound but never eligible",
    arguments: [
      (GoldStandardRow(), Eligibility.eligible),
      (GoldStandardRow(product: "CER"), .eligible),
      (GoldStandardRow(product: "PER"), .planned),
      (GoldStandardRow(product: "XER"), .unknown),
      (GoldStandardRow(status: "Retired"), .retired),
      (GoldStandardRow(status: "Pending"), .unknown),
      (
        GoldStandardRow(
          serial: "GS1-1-TW-GS1001-12-2031-20258-1-100", vintage: "2031", to: "12/31/2031"),
        .vintageInFuture
      ),
    ])
  func eligibility(row: GoldStandardRow, expected: Eligibility) throws {
    let report = try GoldStandardRow.read([row])
    #expect(report.accepted == 1)
    #expect(report.credits.map(\.eligibility) == [expected])
    #expect(report.eligible == (expected == .eligible ? 1 : 0))
  }

  @Test("the reference day decides what is future: a vintage counts from its last day on")
  func referenceDay() throws {
    let row = GoldStandardRow()
    #expect(try GoldStandardRow.read([row], asOf: day(2019, 12, 30)).eligible == 0)
    #expect(try GoldStandardRow.read([row], asOf: day(2019, 12, 31)).eligible == 1)
  }

  @Test("days and Unix times agree with the calendar")
  func unixDays() throws {
    #expect(CalendarDay(unixSeconds: 0).description == "1970-01-01")
    #expect(CalendarDay(unixSeconds: 951_782_400).description == "2000-02-29")
    #expect(CalendarDay(unixSeconds: 1_583_020_799).description == "2020-02-29")
    #expect(CalendarDay(unixSeconds: 1_583_020_800).description == "2020-03-01")
    #expect(CalendarDay(unixSeconds: 4_107_542_399).description == "2100-02-28")
    #expect(CalendarDay(unixSeconds: .min).description == "1970-01-01")
    #expect(CalendarDay(unixSeconds: .max).description == "9999-12-31")
    #expect(CalendarDay(year: 2100, month: 2, day: 29) == nil)
    #expect(try day(2000, 2, 29) < day(2000, 3, 1))
  }
}
