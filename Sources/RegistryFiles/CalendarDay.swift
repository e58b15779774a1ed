/// A day of the proleptic Gregorian calendar, without a time or a time zone.
public struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// 1…9999.
  public let year: Int
  /// 1…12.
  public let month: Int
  /// 1…31.
  public let day: Int

  /// Nil where the calendar has no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.dayCount(year: year, month: month)
    else { return nil }
    self.init(trustedYear: year, month: month, day: day)
  }

  /// The UTC day of a Unix time; times outside the years 1970…9999 give the nearest day inside.
  /// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  public init(unixSeconds: Int64) {
    let lastDay: Int64 = 2_932_896  // 9999-12-31
    let days = Int(min(max(unixSeconds, 0) / 86_400, lastDay)) + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    self.init(
      trustedYear: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private init(trustedYear: Int, month: Int, day: Int) {
    self.year = trustedYear
    self.month = month
    self.day = day
  }

  /// The first day of a year 1…9999; years outside are brought to the nearest inside.
  static func firstDay(ofYear year: Int) -> CalendarDay {
    CalendarDay(trustedYear: min(max(year, 1), 9999), month: 1, day: 1)
  }

  /// The last day of a year 1…9999; years outside are brought to the nearest inside.
  static func lastDay(ofYear year: Int) -> CalendarDay {
    CalendarDay(trustedYear: min(max(year, 1), 9999), month: 12, day: 31)
  }

  /// The day as `yyyymmdd`, the form the ledger keeps: 20,191,231 is 31 December 2019.
  public var yyyymmdd: UInt32 { UInt32(year * 10_000 + month * 100 + day) }

  /// ISO 8601: `2019-12-31`.
  public var description: String {
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
    left.yyyymmdd < right.yyyymmdd
  }

  private static func dayCount(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Reads the three forms registries write: `2020-11-17`, `11/17/2020` and `11/17/20` (month
  /// first, unless told otherwise; two-digit years are 1970…2069).
  init?(cell: ArraySlice<UInt8>, isDayFirst: Bool = false) {
    let text = CellText.withoutWhiteSpace(cell)
    let iso = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let slashed = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    func value(_ digits: ArraySlice<UInt8>, _ lengths: ClosedRange<Int>) -> Int? {
      guard lengths.contains(digits.count) else { return nil }
      return CellText.number(digits).map { Int($0) }
    }
    if iso.count == 3, let year = value(iso[0], 4...4), let month = value(iso[1], 2...2),
      let day = value(iso[2], 2...2)
    {
      self.init(year: year, month: month, day: day)
    } else if slashed.count == 3, let month = value(slashed[isDayFirst ? 1 : 0], 1...2),
      let day = value(slashed[isDayFirst ? 0 : 1], 1...2), let year = value(slashed[2], 2...4),
      slashed[2].count != 3
    {
      let century = slashed[2].count == 4 ? 0 : (year < 70 ? 2000 : 1900)
      self.init(year: century + year, month: month, day: day)
    } else {
      return nil
    }
  }
}
