import RegistryFiles
import Testing

@Suite("Serial numbers")
struct SerialTests {
  private func serial(_ text: String, quantity: String = "100") throws -> SerialRange? {
    try GoldStandardRow.read([GoldStandardRow(serial: text, quantity: quantity)])
      .credits.first?.serial
  }

  @Test(
    "each published form prints back byte for byte",
    arguments: [
      "GS1-1-TW-GS1001-12-2019-20258-1-100",
      "GS1-1-BR-1042-8-2010-320-1-100",
      "GS1-1-BR-1042-8-2010-320-0001-0100",
      "CN-5-218396528-2-2-0-8288 - CN-5-218396627-2-2-0-8288",
      "HN-05-00-37743-01-01-000-0000492 - HN-05-00-37842-01-01-000-0000492",
    ])
  func printsBack(text: String) throws {
    #expect(try serial(text)?.description == text)
  }

  @Test("every accepted serial of the published files prints back, blanks aside")
  func publishedFilesPrintBack() throws {
    let issuances = try RegistryExport.read(
      bytes: Vectors.bytes("credits/gold_standard_issuances.csv"), registry: .goldStandard,
      asOf: CalendarDay(unixSeconds: 0))
    let retirements = try RegistryExport.read(
      bytes: Vectors.bytes("credits/car_retirements.csv"), registry: .climateActionReserve,
      asOf: CalendarDay(unixSeconds: 0))
    func plain(_ text: String) -> String {
      text.filter { !$0.isWhitespace && $0 != "\u{C2}" }
    }
    var identical = 0
    for credit in issuances.credits + retirements.credits {
      let printed = credit.serial.description
      #expect(plain(printed) == plain(credit.serialAsWritten))
      if printed == credit.serialAsWritten { identical += 1 }
    }
    // The others differ in white space that carries no meaning.
    #expect(identical == 7_952)
  }

  @Test("two notations of one block have one key")
  func canonicalKeys() throws {
    let short = try serial("CN-5-1-2-2-0-1318 - CN-5-100-2-2-0-1318")
    let log = try serial("CN-05-00-101-02-02-000-0001318 - CN-05-00-200-02-02-000-0001318")
    #expect(short?.block.key == "cer:CN-5-0-2-2-0-1318")
    #expect(log?.block.key == short?.block.key)
    #expect(log?.block.text == "CN-05-00-*-02-02-000-0001318")
    let marked = try serial("GS1-1-BR-GS1042-8-2010-320-1-100")
    let unmarked = try serial("GS1-1-BR-1042-8-2010-320-1-100")
    #expect(marked?.block.key == "gs:1-BR-1042-8-2010-320")
    #expect(unmarked?.block.key == marked?.block.key)
    #expect(unmarked?.block.text == "GS1-1-BR-1042-8-2010-320")
  }

  @Test("another supplementary type, party, period or project is another block")
  func differentBlocks() throws {
    let keys = try [
      "CN-5-1-2-2-0-1318 - CN-5-100-2-2-0-1318",
      "IN-5-1-2-2-0-1318 - IN-5-100-2-2-0-1318",
      "CN-5-1-1-2-0-1318 - CN-5-100-1-2-0-1318",
      "CN-5-1-2-2-0-1319 - CN-5-100-2-2-0-1319",
      "CN-05-01-1-02-02-000-1318 - CN-05-01-100-02-02-000-1318",
      "GS1-1-CN-5-2-2010-1318-1-100",
    ].compactMap { try serial($0)?.block.key }
    #expect(Set(keys).count == 6)
  }

  @Test(
    "white space carries no meaning: blanks, line breaks, NBSP and its mojibake",
    arguments: [
      " CN-5-1-2-2-0- 8288 -  CN-5-100-2-2-0- 8288 ",
      "CN-5-1-2-2-0-8288\u{A0}- CN-5-100-2-2-0-8288",
      "CN-5-1-2-2-0-8288\u{C2}\u{A0} - CN-5-100-2-2-0-8288\u{C2}\u{A0}",
      "CN-5-1-2-2-0-8288\r\n-\tCN-5-100-2-2-0-8288",
    ])
  func whiteSpace(text: String) throws {
    #expect(try serial(text)?.description == "CN-5-1-2-2-0-8288 - CN-5-100-2-2-0-8288")
  }

  @Test("a no-break space of a Latin-1 file is one, and half of another letter is not")
  func latin1() throws {
    func accepted(_ sign: [UInt8]) throws -> Int {
      let text = GoldStandardRow.header + GoldStandardRow(serial: "CN-5-1-2-2-0-8288!").text
      var bytes = Array(text.replacing("!", with: "! - CN-5-100-2-2-0-8288").utf8)
      let place = try #require(bytes.firstIndex(of: UInt8(ascii: "!")))
      bytes.replaceSubrange(place...place, with: sign)
      return try RegistryExport.read(
        bytes: bytes, registry: .goldStandard, asOf: CalendarDay(unixSeconds: 0)
      ).accepted
    }
    #expect(try accepted([0xA0]) == 1)
    // The letter à of UTF-8 ends in the same byte.
    #expect(try accepted([0xC3, 0xA0]) == 0)
  }

  @Test(
    "what no grammar takes is reported, with record and text as written, and nothing is guessed",
    arguments: [
      "", "GS1", "unknown",
      "GS1-1-TW-GS1001-12-2019-20258-1",
      "GS1-1-TW-GS1001-12-2019-20258-1-100-1",
      "GS1-1-tw-GS1001-12-2019-20258-1-100",
      "GS1-1-TWN-GS1001-12-2019-20258-1-100",
      "GS1-1-TW-GSX001-12-2019-20258-1-100",
      "GS1-1-TW-GS1001-12-19-20258-1-100",
      "GS1-1-TW-GS1001-12-2019--1-100",
      "GS2-1-TW-GS1001-12-2019-20258-1-100",
      "GS1-1-TW-GS1001-12-2019-20258-1-99999999999999999999",
      "GS1-1-TW-GS1001-12-2019-20258--1-100",
      "GS1\u{2011}1-TW-GS1001-12-2019-20258-1-100",
      "CN-5-1-2-2-0-8288 - CN-5-100-2-2-0-8289",
      "CN-5-1-2-2-0-8288 - CN-05-100-2-2-0-8288",
      "N-5-1-2-2-0-10288 - IN-5-100-2-2-0-10288",
      "NP-5-1-2-2-09572 - NP-5-100-2-2-09572",
      "CN-5-1-2-2-0-8288", "ABC-7-1-100",
    ])
  func unparsable(text: String) throws {
    let report = try GoldStandardRow.read([GoldStandardRow(serial: text)])
    #expect(report.accepted == 0)
    #expect(report.rows.map(\.reason) == [.unparsable])
    #expect(report.rows.map(\.record) == [1])
    #expect(report.rows.map(\.serial) == [text])
  }

  @Test(
    "a quantity that is not the length of the range is refused",
    arguments: ["99", "101", "0", "", "1e2", "-100", "100.0", "1,00", "18446744073709551716"])
  func quantity(text: String) throws {
    let report = try GoldStandardRow.read([GoldStandardRow(quantity: text)])
    #expect(report.rows.map(\.reason) == [.quantity])
  }

  @Test("a range that runs backwards, or over 64 bits, is a wrong quantity and no trap")
  func extremeRanges() throws {
    let report = try GoldStandardRow.read([
      GoldStandardRow(serial: "GS1-1-TW-GS1-1-2019-1-100-1"),
      GoldStandardRow(serial: "GS1-1-TW-GS1-1-2019-2-0-18446744073709551615"),
      GoldStandardRow(
        serial: "GS1-1-TW-GS1-1-2019-3-1-18446744073709551615", quantity: "18446744073709551615"),
    ])
    #expect(report.rows.map(\.reason) == [.quantity, .quantity, .quantity])
    #expect(report.tonnesAccepted == 0)
  }

  @Test(
    "thousands separators are read where they stand in threes", arguments: ["1,234,567", "1234567"])
  func thousands(text: String) throws {
    let row = GoldStandardRow(
      serial: "GS1-1-TW-GS1001-12-2019-20258-1-1234567", quantity: text)
    #expect(try GoldStandardRow.read([row]).tonnesAccepted == 1_234_567)
  }
}
