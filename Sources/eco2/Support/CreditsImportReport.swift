import Foundation
import RegistryFiles

/// A report on a registry's export, for programs.
struct CreditsImportAnswer: Encodable {
  struct Row: Encodable {
    let record: Int
    let reason: String
    let serial: String
    /// The earlier record whose range this one meets, where that is the reason.
    let meets: Int?
  }

  let records: Int
  let accepted: Int
  /// A whole number of tonnes is written as one.
  let tonnesAccepted: Decimal
  /// The three main reasons always, others where they occur.
  let rejected: [String: Int]
  let eligible: Int
  /// The accepted records that may not be on-boarded, by reason.
  let ineligible: [String: Int]
  let rows: [Row]
  /// Absent where `rows` is whole.
  let rowsLeftOut: Int?

  private enum CodingKeys: String, CodingKey {
    case records, accepted, rejected, eligible, ineligible, rows
    case tonnesAccepted = "tonnes_accepted"
    case rowsLeftOut = "rows_left_out"
  }

  init(_ report: RegistryReport) {
    records = report.records
    accepted = report.accepted
    tonnesAccepted = Self.tonnes(report)
    let always: [RejectionReason] = [.unparsable, .quantity, .overlap]
    rejected = Dictionary(
      uniqueKeysWithValues: RejectionReason.allCases
        .filter { always.contains($0) || report.rejected($0) > 0 }
        .map { ($0.rawValue, report.rejected($0)) })
    eligible = report.eligible
    ineligible = Dictionary(
      uniqueKeysWithValues: Self.ineligible(report).map { ($0.0.rawValue, $0.1) })
    rows = report.rows.map {
      Row(
        record: $0.record, reason: $0.reason.rawValue, serial: $0.serial,
        meets: $0.overlappedRecord)
    }
    rowsLeftOut = report.rowsLeftOut > 0 ? report.rowsLeftOut : nil
  }

  /// Exactly, to the microgram.
  static func tonnes(_ report: RegistryReport) -> Decimal {
    (Decimal(string: "\(report.microgramsAccepted)") ?? 0) / 1_000_000_000_000
  }

  /// Why sound records may not be on-boarded, and how many.
  static func ineligible(_ report: RegistryReport) -> [(Eligibility, Int)] {
    Eligibility.allCases.filter { $0 != .eligible }
      .compactMap { reason in report.eligibilities[reason].map { (reason, $0) } }
  }
}

/// A report on a registry's export, for people.
struct CreditsImportText {
  let report: RegistryReport
  /// How many rejected records are shown.
  let rows: Int

  private static let serialShown = 100

  init(_ report: RegistryReport, rows: Int) {
    self.report = report
    self.rows = rows
  }

  var text: String {
    let ineligible = CreditsImportAnswer.ineligible(report)
    var parts = [
      Printing.facts([
        ("records", report.records.formatted()), ("accepted", report.accepted.formatted()),
        ("tonnes accepted", CreditsImportAnswer.tonnes(report).formatted()),
        ("rejected", report.rejectedCount.formatted()),
        ("eligible", report.eligible.formatted()),
      ])
    ]
    if report.rejectedCount > 0 {
      let reasons = RejectionReason.allCases.filter { report.rejected($0) > 0 }
      parts.append(
        Printing.table(
          reasons.map { [report.rejected($0).formatted(), $0.rawValue, Self.meaning($0)] },
          header: ["rejected", "reason", ""]))
    }
    if !ineligible.isEmpty {
      parts.append(
        Printing.table(
          ineligible.map { [$0.1.formatted(), $0.0.rawValue, Self.meaning($0.0)] },
          header: ["not eligible", "reason", ""]))
    }
    if report.rejectedCount > 0 { parts.append(rejectedRows) }
    return parts.joined(separator: "\n\n")
  }

  private var rejectedRows: String {
    let shown = report.rows.prefix(rows)
    var lines: [String] = []
    if !shown.isEmpty {
      lines.append(
        Printing.table(
          shown.map { ["\($0.record)", Self.reason($0), Self.oneLine($0.serial)] },
          header: ["record", "reason", "serial"]))
    }
    if shown.count < report.rejectedCount {
      let left = report.rejectedCount - shown.count
      lines.append(
        "… and \(left.formatted()) more: --rows \(report.rejectedCount) shows them, "
          + "--json lists them for programs.")
    }
    return lines.joined(separator: "\n")
  }

  private static func reason(_ row: RejectedRow) -> String {
    row.overlappedRecord.map { "overlap with record \($0)" } ?? row.reason.rawValue
  }

  private static func oneLine(_ serial: String) -> String {
    let line = serial.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > serialShown ? line.prefix(serialShown) + "…" : line
  }

  private static func meaning(_ reason: RejectionReason) -> String {
    switch reason {
    case .unparsable: "the serial is of no form known for this registry"
    case .quantity: "the quantity is not the length of the serial range"
    case .overlap: "an earlier record holds some of the range"
    case .cells: "another number of cells than the header"
    case .quoting: "text follows a closing quotation mark"
    }
  }

  private static func meaning(_ reason: Eligibility) -> String {
    switch reason {
    case .eligible: "may be on-boarded"
    case .planned: "promised reductions, not measured ones"
    case .vintageInFuture: "the vintage has not ended"
    case .retired: "used at its source"
    case .cancelled: "cancelled at its source"
    case .unknown: "a status or product type that is not known, or none"
    case .unclear: "no project or vintage, or a date that cannot be read"
    }
  }
}
