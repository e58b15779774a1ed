import RegistryFiles

/// A small export in the Gold Standard's columns.
struct GoldStandardRow {
  var serial = "GS1-1-TW-GS1001-12-2019-20258-1-100"
  var quantity = "100"
  var vintage = "2019"
  var product = "VER"
  var status = "Issued"
  var issued = "2020-11-17"
  var from = "01/01/2019"
  var to = "12/31/2019"

  static let header =
    "Project ID,Vintage,Credit Status,Quantity,Project Name,Product Type,Issuance Date,"
    + "Monitoring Period Start,Monitoring Period End,Serial Number\r\n"

  /// Every cell quoted, quotation marks doubled.
  var text: String {
    ["GS1001", vintage, status, quantity, "A \"wind\" farm", product, issued, from, to, serial]
      .map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\r\n"
  }

  static func read(
    _ rows: [GoldStandardRow], asOf: CalendarDay = CalendarDay(unixSeconds: 1_764_000_000)
  ) throws -> RegistryReport {
    let text = header + rows.map(\.text).joined()
    return try RegistryExport.read(
      bytes: Array(text.utf8), registry: .goldStandard, asOf: asOf)
  }
}

func day(_ year: Int, _ month: Int, _ day: Int) throws -> CalendarDay {
  struct NoSuchDay: Error {}
  guard let day = CalendarDay(year: year, month: month, day: day) else { throw NoSuchDay() }
  return day
}
