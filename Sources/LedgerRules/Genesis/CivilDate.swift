/// A day of the proleptic Gregorian calendar, for vintages and months of vesting.
///
/// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", for days from 1970-01-01 on.
struct CivilDate: Hashable, Comparable {
  let year: Int
  let month: Int
  let day: Int

  /// The UTC day of a time, milliseconds since 1970-01-01.
  init(milliseconds: UInt64) {
    let days = Int(min(milliseconds, RulesLimits.timeMillisecondsMax) / 86_400_000) + 719_468
    let era = days / 146_097
    let dayOfEra = days % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    month = shifted < 10 ? shifted + 3 : shifted - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
  }

  /// Nil where the calendar has no such day.
  init?(yyyymmdd: UInt32) {
    let year = Int(yyyymmdd / 10_000)
    let month = Int(yyyymmdd / 100 % 100)
    let day = Int(yyyymmdd % 100)
    guard (1970...9999).contains(year), (1...12).contains(month),
      (1...Self.dayCount(year: year, month: month)).contains(day)
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  private init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  private static func dayCount(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The same day of a later month, or that month's last day where it is shorter.
  func adding(months: Int) -> CivilDate {
    let index = year * 12 + month - 1 + months
    let (year, month) = (index / 12, index % 12 + 1)
    return CivilDate(
      year: year, month: month, day: min(day, Self.dayCount(year: year, month: month)))
  }

  /// Days since 1970-01-01.
  var daysSince1970: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func < (left: CivilDate, right: CivilDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  /// A time moved by whole months, its time of day kept.
  static func time(_ milliseconds: UInt64, addingMonths months: Int) -> UInt64 {
    let date = CivilDate(milliseconds: milliseconds).adding(months: months)
    return UInt64(date.daysSince1970) * 86_400_000 + milliseconds % 86_400_000
  }
}
