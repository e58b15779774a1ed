import RegistryFiles
import Testing

@Suite("CSV files")
struct CSVFileTests {
  private func read(_ text: String) throws -> RegistryReport {
    try RegistryExport.read(
      bytes: Array(text.utf8), registry: .goldStandard, asOf: CalendarDay(unixSeconds: 0))
  }

  static let header = "Project ID,Vintage,Credit Status,Quantity,Product Type,Serial Number"
  static let row = "GS1,2019,Issued,10,VER,GS1-1-TW-GS1-1-2019-7-1-10"

  @Test(
    "line ends, byte order mark, quotes and empty lines do not change what is read",
    arguments: [
      "\(header)\r\n\(row)\r\n",
      "\(header)\n\(row)\n",
      "\(header)\n\(row)",
      "\u{FEFF}\(header)\r\n\r\n\(row)\r\n\r\n",
      "\(header)\r\(row)\r",
      "\(header)\r\r\n\(row)\r\r\n",
      "\(header)\n\(row)\n,,,,,\n , , , , , \n\n",
      "\(header),,\n\(row),,\n",
      "\(header)\n\(row),,,\n",
      "\(header.replacing(",", with: ";"))\n\(row.replacing(",", with: ";"))\n",
      "\(header.replacing(",", with: "\t"))\n\(row.replacing(",", with: "\t"))\n",
      "Credits issued\nas of 1 March 2026, UTC\n\(header)\n\(row)\n",
      "sep=;\r\n\(header.replacing(",", with: ";"))\r\n\(row.replacing(",", with: ";"))\r\n",
      "Project ID,Vintage,\"Credit\r\nStatus\",QUANTITY,\"Product \nType\",serial-number\n\(row)\n",
      "\(header)\nGS1,2019,\"Issued\",\"10\",VER,\"GS1-1-TW-GS1-1-2019-7-1-10\"\n",
    ])
  func readsTheSame(text: String) throws {
    let report = try read(text)
    #expect(report.records == 1)
    #expect(report.accepted == 1)
    #expect(report.tonnesAccepted == 10)
  }

  @Test("quoted cells hold separators, line breaks and doubled quotation marks")
  func quotedCells() throws {
    let report = try read(
      "\(Self.header),Project Name\r\n\(Self.row),\"Wind, \"\"Phase 1\"\"\r\nnorth\"\r\n")
    #expect(report.credits.map(\.projectName) == ["Wind, \"Phase 1\"\r\nnorth"])
  }

  @Test(
    "a file that is no CSV says where",
    arguments: [
      ("", RegistryFileError.empty),
      ("\r\n\r\n", .empty),
      ("\(header)\n\(row)\n\"open", .csv(.unterminatedQuote(record: 2))),
      ("Title\n\n\(header)\n\(row)\n\"open", .csv(.unterminatedQuote(record: 2))),
    ])
  func malformed(text: String, error: RegistryFileError) {
    #expect(throws: error) { try read(text) }
  }

  @Test("a cell too long and a record of too many cells refuse the file, and say where")
  func limits() {
    let table = "\(Self.header)\n\(Self.row)\n"
    let long = String(repeating: "y", count: 65_537)
    #expect(throws: RegistryFileError.csv(.cellTooLong(record: 0, bytesMax: 65_536))) {
      try read(long)
    }
    #expect(throws: RegistryFileError.csv(.cellTooLong(record: 2, bytesMax: 65_536))) {
      try read(table + long)
    }
    #expect(throws: RegistryFileError.csv(.tooManyCells(record: 0, cellsMax: 256))) {
      try read(String(repeating: ",", count: 300))
    }
    #expect(throws: RegistryFileError.csv(.tooManyCells(record: 2, cellsMax: 256))) {
      try read(table + String(repeating: "1,", count: 300))
    }
  }

  @Test(
    "UTF-16 and workbooks are refused, not misread",
    arguments: [
      ([0xFF, 0xFE, 0x50, 0x00] as [UInt8], CSVError.notUTF8),
      ([0xFE, 0xFF, 0x00, 0x50], .notUTF8),
      // Without a byte order mark.
      (Array(header.utf8).flatMap { [0, $0] }, .notUTF8),
      (Array(header.utf8).flatMap { [$0, 0] }, .notUTF8),
      ([0x50, 0x4B, 0x03, 0x04, 0x14, 0x00], .workbook),
      ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1], .workbook),
    ])
  func otherKinds(bytes: [UInt8], error: CSVError) {
    #expect(throws: RegistryFileError.csv(error)) {
      try RegistryExport.read(
        bytes: bytes, registry: .goldStandard, asOf: CalendarDay(unixSeconds: 0))
    }
    // However the bytes arrive.
    #expect(throws: RegistryFileError.csv(error)) {
      var reader = RegistryReader(registry: .goldStandard, asOf: CalendarDay(unixSeconds: 0))
      for byte in bytes { try reader.consume([byte][...]) }
      _ = try reader.finish()
    }
  }

  @Test("a record with cells too few or too many is refused alone")
  func raggedRecords() throws {
    let report = try read("\(Self.header)\n1,2\n\(Self.row)\n\(Self.row),more\n")
    #expect(report.rows.map(\.reason) == [.cells, .cells])
    #expect(report.credits.map(\.record) == [2])
  }

  @Test("a quotation mark inside a cell is text")
  func quotationMarkInside() throws {
    let report = try read("\(Self.header),Project Name\n\(Self.row),The 5\" pipe\n")
    #expect(report.credits.map(\.projectName) == ["The 5\" pipe"])
  }

  @Test("text behind a closing quotation mark refuses its record alone")
  func textAfterQuote() throws {
    let second = Self.row.replacing("-1-10", with: "-11-20")
    let report = try read(
      "\(Self.header),Details\n\(Self.row),\"\"For A, B\"\"\n\(second),\"For A, B\"\n")
    #expect(report.rows.map(\.reason) == [.quoting])
    #expect(report.rows.map(\.record) == [1])
    #expect(report.credits.map(\.record) == [2])
  }

  @Test("a dot separates thousands where semicolons separate cells, and nowhere else")
  func dotGroups() throws {
    let row = Self.row.replacing(",10,", with: ",1.234,").replacing("-1-10", with: "-1-1234")
    let text = "\(Self.header)\n\(row)\n"
    #expect(try read(text.replacing(",", with: ";")).tonnesAccepted == 1_234)
    #expect(try read(text).rows.map(\.reason) == [.quantity])
  }

  @Test("the same comes out however the bytes are cut into pieces", arguments: [1, 2, 7, 1_000])
  func pieces(size: Int) throws {
    let bytes = try Vectors.bytes("credits/gold_standard_issuances.csv")[..<60_000]
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? bytes
    let asOf = CalendarDay(unixSeconds: 1_764_000_000)
    var reader = RegistryReader(registry: .goldStandard, asOf: asOf, keepsCredits: true)
    var rest = whole
    while !rest.isEmpty {
      try reader.consume(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    let expected = try RegistryExport.read(
      bytes: Array(whole), registry: .goldStandard, asOf: asOf)
    #expect(try reader.finish() == expected)
    #expect(expected.accepted > 200)
  }

  @Test("no byte string makes the reader trap")
  func hostileBytes() throws {
    let signs: [UInt8] = Array("\",\r\n-GS1 0aé\u{A0}".utf8) + [0x00, 0xFF, 0xEF, 0xBB, 0xC3, 0x82]
    var seed: UInt64 = 7
    var outcomes = Set<Bool>()
    for _ in 0..<400 {
      var bytes = Array("\(Self.header)\n\(Self.row)\n".utf8)
      for _ in 0..<2 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int((seed >> 33) % UInt64(bytes.count))] =
          signs[Int((seed >> 20) % UInt64(signs.count))]
      }
      let report = try? RegistryExport.read(
        bytes: bytes, registry: .goldStandard, asOf: CalendarDay(unixSeconds: 0))
      outcomes.insert(report == nil)
    }
    #expect(outcomes == [true, false])
  }
}
