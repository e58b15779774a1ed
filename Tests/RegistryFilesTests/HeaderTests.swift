import RegistryFiles
import Testing

@Suite("Headers of exports")
struct HeaderTests {
  private static let today = CalendarDay(unixSeconds: 1_764_000_000)
  private static let verra =
    "13861-531686656-531686769-VCS-VCU-263-VER-AU-7-2348-01012021-30112021-1"

  private func read(_ registry: Registry, _ text: String) throws -> RegistryReport {
    try RegistryExport.read(bytes: Array(text.utf8), registry: registry, asOf: Self.today)
  }

  @Test(
    "columns are found whatever their case, blanks, punctuation, order and number",
    arguments: [
      (Registry.goldStandard, "serial_number,QUANTITY", "GS1-1-TW-GS1-1-2019-7-1-10,10"),
      (.goldStandard, "Note,Serial  Numbers,Credits Retired", ",GS1-1-TW-GS1-1-2019-7-1-10,10"),
      (.goldStandard, "\"Serial\r\nNumber\",\" Quantity \"", "GS1-1-TW-GS1-1-2019-7-1-10,10"),
      (.verra, "Total Vintage Quantity,Quantity Issued,Serial Number", "999,114,\(verra)"),
      (.verra, "serialNumbers,quantity", "\(verra),114"),
      (.verra, "Quantity of Units,Serial Number", "114,\(verra)"),
      (
        .verra, "From Vintage,To Vintage,Serial Number,Quantity of Units Issued",
        "01/01/2021,30/11/2021,\(verra),114"
      ),
      (
        .acr, "Credit Serial Numbers,Quantity of Credits",
        "ACR-US-102-2003-274-120158095 to 120158156,62"
      ),
      (
        .acr, "holdingSerialNumber,holdingQuantity",
        "ACR-US-102-2003-274-120158095 to 120158156,62"
      ),
      (
        .climateActionReserve, "Offset Credit Serial Numbers,Quantity of Offset Credits",
        "CAR-1-US-1008-27-845-WA-2015-2010-1 to 8645,\"8,645\""
      ),
      (
        .climateActionReserve, "Quantity of Credits,Credit Serial Numbers",
        "8645,CAR-1-US-1008-27-845-WA-2015-2010-1 to 8645"
      ),
      (.generic, "Unit,Serial,Number of Credits", "t,ABC-7-1-10,10"),
    ])
  func variants(registry: Registry, header: String, row: String) throws {
    for separator in [",", ";", "\t"] {
      // None of these texts has a comma in a cell that is not quoted.
      let line =
        separator == "," ? row : row.replacing(/,(?=[^"]*$|[^"]*"[^"]*"$)/, with: separator)
      let report = try read(
        registry, "\u{FEFF}\(header.replacing(",", with: separator))\n\(line)\n")
      #expect(report.accepted == 1, "\(separator)")
    }
  }

  @Test("two columns of one name must agree where they decide: else either could be read")
  func twins() throws {
    func verra(_ retired: String, _ again: String) throws -> RegistryReport {
      try read(
        .verra,
        "ID,Serial Number,Quantity Issued,Retirement/Cancellation Date,"
          + "Retirement/Cancellation Date\n2348,\(Self.verra),114,\(retired),\(again)\n")
    }
    #expect(try verra("", "").eligibilities == [.eligible: 1])
    #expect(try verra("30/11/2022", "30/11/2022").eligibilities == [.retired: 1])
    #expect(try verra("", "30/11/2022").rejections == [.cells: 1])
    let text = try read(
      .goldStandard,
      "Country,Country,Serial Number,Quantity\nKenya,Togo,GS1-1-TW-GS1-1-2019-7-1-10,10\n")
    #expect(text.accepted == 1)
  }

  @Test(
    "a header without serials or quantities is told with what it has, and whose it looks like",
    arguments: [
      (
        Registry.climateActionReserve,
        "Project ID,Date Issued,Vintage,Total Offset Credits Issued,\"Project\nName\"",
        RegistryFileError.noHeader(
          accepted: ["Offset Credit Serial Numbers", "Serial Number"],
          found: [
            "Project ID", "Date Issued", "Vintage", "Total Offset Credits Issued", "Project Name",
          ], looksLike: nil)
      ),
      (
        .goldStandard, "Vintage Start,Vintage End,ID,Quantity Issued,Serial Number",
        .noHeader(
          accepted: ["Quantity", "Quantity of Credits"],
          found: ["Vintage Start", "Vintage End", "ID", "Quantity Issued", "Serial Number"],
          looksLike: .verra)
      ),
      (
        .verra, "Title\nGSID,Product Type,Quantity,Vintage",
        .noHeader(
          accepted: ["Serial Number", "Serial Numbers"],
          found: ["GSID", "Product Type", "Quantity", "Vintage"], looksLike: .goldStandard)
      ),
    ])
  func noHeader(registry: Registry, header: String, error: RegistryFileError) {
    #expect(throws: error) { try read(registry, header + "\n1,2,3,4,5\n") }
  }

  @Test("a header is looked for in the first twenty lines only")
  func farHeader() throws {
    let table = "Serial Number,Quantity\nGS1-1-TW-GS1-1-2019-7-1-10,10\n"
    #expect(try read(.goldStandard, String(repeating: "a\n", count: 19) + table).accepted == 1)
    #expect(throws: RegistryFileError.self) {
      try read(.goldStandard, String(repeating: "a\n", count: 20) + table)
    }
  }

  @Test("a file whose serials are another registry's is told as that registry's")
  func otherRegistry() throws {
    let header = "Serial Number,Quantity\n"
    let row = "CAR-1-US-1008-27-845-WA-2015-2010-1 to 100,100\n"
    for count in [1, 8, 20] {
      #expect(throws: RegistryFileError.otherRegistry(.climateActionReserve)) {
        try read(.goldStandard, header + String(repeating: row, count: count))
      }
    }
    // One that is this registry's, or nobody's, and the file is read to its end.
    for first in ["GS1-1-TW-GS1-1-2019-7-1-10,10\n", "nonsense,10\n"] {
      let report = try read(.goldStandard, header + first + String(repeating: row, count: 20))
      #expect(report.rejected(.unparsable) >= 20)
    }
    #expect(
      try read(.generic, header + row).credits.map(\.serial.block.grammar)
        == [.climateActionReserve])
  }

  @Test("the published files are not taken for another registry's", arguments: Registry.allCases)
  func publishedFiles(registry: Registry) throws {
    let bytes = try Vectors.bytes("credits/car_retirements.csv")
    switch registry {
    case .climateActionReserve, .generic:
      let report = try RegistryExport.read(bytes: bytes, registry: registry, asOf: Self.today)
      #expect(report.accepted == 5_351)
    case .goldStandard, .verra, .acr:
      #expect(throws: RegistryFileError.self) {
        try RegistryExport.read(bytes: bytes, registry: registry, asOf: Self.today)
      }
    }
  }

  @Test(
    "an error says in a sentence what is wrong",
    arguments: [
      (
        RegistryFileError.noHeader(
          accepted: ["Serial Number"], found: ["GSID", "Vintage"], looksLike: .goldStandard),
        "its header lacks the column `Serial Number`; it has `GSID`, `Vintage`; "
          + "it looks like an export of the Gold Standard (gold-standard)"
      ),
      (.otherRegistry(.verra), "its serials are those of Verra (verra)"),
      (.csv(.unterminatedQuote(record: 7)), "a quotation mark in record 7 is never closed"),
      (.csv(.tooManyCells(record: 0, cellsMax: 256)), "its header has more than 256 cells"),
    ])
  func descriptions(error: RegistryFileError, text: String) {
    #expect(error.description == text)
  }

  @Test("registries go by their names and usual abbreviations")
  func names() {
    for registry in Registry.allCases { #expect(Registry(name: registry.rawValue) == registry) }
    #expect(
      ["GS", "VCS", "CAR", "ACR", "Gold Standard"].map { Registry(name: $0) } == [
        .goldStandard, .verra, .climateActionReserve, .acr, .goldStandard,
      ])
    #expect(Registry(name: "") == nil && Registry(name: "puro") == nil)
  }

  @Test("an export of retirements or of cancellations says so by its columns")
  func retirements() throws {
    let serials = (0..<3).map { "CAR-1-US-1-1-1-WA-2020-1-\(10 * $0 + 1) to \(10 * $0 + 10)" }
    let columns = "Project ID,Vintage,Quantity of Offset Credits,Offset Credit Serial Numbers,"
    func eligibility(_ more: String, _ cells: String) throws -> Eligibility? {
      try read(.climateActionReserve, "\(columns)\(more)\nCAR1,2020,10,\(serials[0]),\(cells)\n")
        .credits.first?.eligibility
    }
    #expect(try eligibility("Status Effective", "10/11/19") == .retired)
    #expect(try eligibility("Status,Status Effective", "Active,10/11/19") == .eligible)
    #expect(try eligibility("Status Effective,Cancellation Reason", "10/11/19,ARB") == .cancelled)
    #expect(try eligibility("Retirement Reason", "Environmental Benefit") == .retired)
    #expect(try eligibility("Status,Date Retired", "Active,soon") == .retired)
    #expect(try eligibility("Note", "-") == .unknown)
  }
}
