import RegistryFiles
import Testing

@Suite("Serials of registries that are not known")
struct GenericSerialTests {
  private func read(_ serial: String, _ quantity: String) throws -> RegistryReport {
    let text =
      "Project ID,Vintage,Status,Product,Quantity,Serial\nP1,2019,Issued,VER,\(quantity),"
      + "\"\(serial)\"\n"
    return try RegistryExport.read(
      bytes: Array(text.utf8), registry: .generic, asOf: CalendarDay(unixSeconds: 1_764_000_000))
  }

  @Test(
    "a prefix and two numbers are read, printed back byte for byte, and have one key",
    arguments: [
      ("ABC-7-2019-1-100", "ABC-7-2019-1-100", "x:ABC-7-2019"),
      ("abc-007-2019-001-100", "abc-007-2019-001-100", "x:ABC-7-2019"),
      ("PRO.1/2_x-0-1 to 100", "PRO.1/2_x-0-1 to 100", "x:PRO.1/2_X-0"),
      (" X9 - 1 -\u{A0}100 ", "X9-1-100", "x:X9"),
    ])
  func reads(text: String, printed: String, key: String) throws {
    let credit = try #require(try read(text, "100").credits.first)
    #expect(credit.serial.description == printed)
    #expect(credit.serial.block.key == key)
    #expect(credit.eligibility == .eligible)
  }

  @Test(
    "known notations keep their keys, so that a unit is met whoever exports it",
    arguments: [
      ("GS1-1-TW-GS1001-12-2019-20258-1-100", "gs:1-TW-1001-12-2019-20258"),
      ("CN-5-1-2-2-0-1318 - CN-5-100-2-2-0-1318", "cer:CN-5-0-2-2-0-1318"),
      (
        "4147-1-100-VCU-016-MER-AU-14-641-16042012-15042013-0",
        "vcs:4147-16-MER-AU-14-641-16042012-15042013-0"
      ),
    ])
  func knownNotations(text: String, key: String) throws {
    #expect(try read(text, "100").credits.map(\.serial.block.key) == [key])
  }

  @Test(
    "nothing is guessed: what can be read in two ways, or in none, is reported",
    arguments: [
      "1-100", "7-1-100", "ABC", "ABC-100", "ABC--1-100", "ABC-1-100-", "ABC-100-1",
      "ABC-1-100-X", "ABC 7!-1-100", "ABC-1-1-ABC-1-100", "CN-5-1-2-2-0-100",
      "GS1-1-TW-GS1001-12-2019-1-100", "CAR-1-US-1008-1-100", "ACR-US-1-100",
      "9-1-100-VCU-016-MER-1-100", "ABC-1-99999999999999999999", "ABC-1 until 100",
      "ABC-1 to 100 to 200", "AB\u{C9}-1-100",
    ])
  func ambiguous(text: String) throws {
    #expect(try read(text, "100").rows.map(\.reason) == [.unparsable])
  }

  @Test("a product type that is not known is never eligible")
  func product() throws {
    let report = try RegistryExport.read(
      bytes: Array("Project,Vintage,Status,Quantity,Serial\nP1,2019,Issued,10,A-1-10\n".utf8),
      registry: .generic, asOf: CalendarDay(unixSeconds: 1_764_000_000))
    #expect(report.credits.map(\.eligibility) == [.unknown])
  }
}

@Suite("Registries whose serials are kilograms")
struct KilogramTests {
  private func read(_ quantity: String, column: String = "Quantity") throws -> RegistryReport {
    var reader = RegistryReader(
      registry: .generic, unit: .kilogram, asOf: CalendarDay(unixSeconds: 1_764_000_000))
    try reader.consume(Array("Serial,\(column)\nABC-1-1500,\"\(quantity)\"\n".utf8)[...])
    return try reader.finish()
  }

  @Test("a quantity in tonnes or kilograms is serials times the unit, to the microgram")
  func quantities() throws {
    for quantity in ["1.5", "1.500000", " 1.50 "] {
      let report = try read(quantity)
      #expect(report.microgramsAccepted == 1_500 * 1_000_000_000)
      #expect(report.tonnesAccepted == 1)
    }
    #expect(try read("1,500", column: "Quantity (kg)").accepted == 1)
    #expect(try read("1500", column: "Quantity kg").microgramsAccepted == 1_500_000_000_000)
  }

  @Test(
    "any other quantity is refused",
    arguments: ["1500", "1,500", "1.499", "1.5000001", "2", "0", "", "-1.5", "1.5e0"])
  func mismatches(text: String) throws {
    #expect(try read(text).rows.map(\.reason) == [.quantity])
  }

  @Test("a tonne's registry takes no fractions")
  func tonnes() throws {
    var reader = RegistryReader(registry: .generic, asOf: CalendarDay(unixSeconds: 0))
    try reader.consume(Array("Serial,Quantity\nABC-1-2,2.0\nABC-3-4,2\n".utf8)[...])
    let report = try reader.finish()
    #expect(report.rows.map(\.reason) == [.quantity])
    #expect(report.microgramsAccepted == 2_000_000_000_000)
  }
}
