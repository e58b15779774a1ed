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

  /// Reads ISO 8601: `2019-12-31`.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-") else { return nil }
    self.init(cell: bytes[...])
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
  /// first, unless told otherwise; two-digit years are 1970…2069). A time of day behind it, as
  /// spreadsheets add it, carries no meaning.
  init?(cell: ArraySlice<UInt8>, isDayFirst: Bool = false) {
    let trimmed = CellText.trimmed(cell)
    let isASCII = trimmed.allSatisfy { $0 < 0x80 }
    let text = isASCII ? trimmed : CellText.withoutWhiteSpace(trimmed)[...]
    let isDate: (UInt8) -> Bool = {
      CellText.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/")
    }
    let date = text.prefix(while: isDate)
    guard Self.isTimeOfDay(text[date.endIndex...]) else { return nil }
    let sign = date.contains(UInt8(ascii: "/")) ? UInt8(ascii: "/") : UInt8(ascii: "-")
    let fields = date.split(separator: sign, omittingEmptySubsequences: false)
    guard fields.count == 3, let first = CellText.number(fields[0]).map({ Int(clamping: $0) }),
      let second = CellText.number(fields[1]).map({ Int(clamping: $0) }),
      let third = CellText.number(fields[2]).map({ Int(clamping: $0) })
    else { return nil }
    let lengths = (fields[0].count, fields[1].count, fields[2].count)
    switch (sign, lengths) {
    case (UInt8(ascii: "-"), (4, 2, 2)): self.init(year: first, month: second, day: third)
    case (UInt8(ascii: "/"), (1...2, 1...2, 2)), (UInt8(ascii: "/"), (1...2, 1...2, 4)):
      let century = lengths.2 == 4 ? 0 : (third < 70 ? 2000 : 1900)
      self.init(
        year: century + third, month: isDayFirst ? second : first,
        day: isDayFirst ? first : second)
    default: return nil
    }
  }

  /// Nothing, or a `T` or blank and a time: `T00:00:00Z`, ` 12:00:00 AM`.
  private static func isTimeOfDay(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    guard first == UInt8(ascii: "T") || CellText.isBlank(first) else { return false }
    let signs: StaticString = "0123456789:.+- APMZUTCG"
    return text.count <= 32 && text.contains(UInt8(ascii: ":"))
      && text.dropFirst().allSatisfy(signs.description.utf8.contains)
  }
}
