import RegistryFiles
import Testing

@Suite("Large files, piece by piece")
struct StreamingTests {
  private static let today = CalendarDay(unixSeconds: 1_764_000_000)

  /// A Verra export of so many records of 256 bytes: each tenth has a wrong quantity, each
  /// hundredth meets the one before it, and blocks of 50 ranges come last range first.
  private struct Export {
    let count: Int

    private static let filler = String(repeating: "x", count: 251)
    static let header = "Serial Number,Quantity Issued,ID,Name,Retirement/Cancellation Date\r\n"

    func record(_ number: Int) -> String {
      let block = number / 50
      let place = 50 - number % 50
      let start = 1_000 * place - (number % 100 == 99 ? -1_000 : 0)
      let quantity = number % 10 == 3 ? 101 : 100
      let serial =
        "\(block)-\(start)-\(start + 99)-VCS-VCU-263-VER-AU-7-\(block)-01012021-30112021-1"
      let line = "\(serial),\(quantity),\(block),\"A farm,\r\nof \"\"wind\"\" "
      return line + Self.filler.dropFirst(line.utf8.count) + "\",\r\n"
    }

    /// The file in pieces of so many bytes.
    func read(pieces: Int) throws -> (report: RegistryReport, bytes: Int) {
      var reader = RegistryReader(registry: .verra, asOf: StreamingTests.today)
      var held = Array(Self.header.utf8)
      var bytes = 0
      for number in 0..<count {
        held.append(contentsOf: record(number).utf8)
        guard held.count >= pieces else { continue }
        try reader.consume(held[..<pieces])
        bytes += pieces
        held.removeSubrange(..<pieces)
      }
      try reader.consume(held[...])
      return (try reader.finish(), bytes + held.count)
    }
  }

  @Test("5 MB read in pieces give exactly the report that they must", .timeLimit(.minutes(3)))
  func fiveMegabytes() throws {
    let count = 20_000
    let (report, bytes) = try Export(count: count).read(pieces: 65_521)
    #expect(bytes > 5_000_000)
    #expect(report.records == count)
    #expect(report.rejected(.quantity) == count / 10)
    #expect(report.rejected(.overlap) == count / 100)
    #expect(report.accepted == count - count / 10 - count / 100)
    #expect(report.eligible == report.accepted)
    #expect(report.tonnesAccepted == UInt64(100 * report.accepted))
    #expect(report.credits.isEmpty)
    let overlaps = report.rows.filter { $0.reason == .overlap }
    #expect(overlaps.allSatisfy { $0.overlappedRecord == $0.record - 1 })
    #expect(report.rowsLeftOut == 0)
  }

  @Test("pieces of any size give the same report", arguments: [1, 3, 100, 4_096])
  func pieces(size: Int) throws {
    let export = Export(count: 600)
    #expect(try export.read(pieces: size).report == export.read(pieces: 1 << 20).report)
  }

  @Test("a file of nothing but rejected records keeps so many rows, and counts all")
  func rejectedRows() throws {
    let count = RegistryReport.rowsMax + 10
    var reader = RegistryReader(registry: .verra, asOf: Self.today)
    try reader.consume(Array("Serial Number,Quantity\n".utf8)[...])
    let long = String(repeating: "x", count: 300)
    for _ in 0..<count { try reader.consume(Array("\(long),1\n".utf8)[...]) }
    let report = try reader.finish()
    #expect(report.rejected(.unparsable) == count)
    #expect(report.rows.count == RegistryReport.rowsMax)
    #expect(report.rowsLeftOut == 10)
    #expect(report.rows.first?.serial.count == 257)
  }

  @Test("ranges of one block in any order are found: ascending, descending, shuffled")
  func orders() throws {
    let count = 4_000
    let orders: [(Int) -> Int] = [{ $0 }, { count - 1 - $0 }, { $0 * 1_237 % count }]
    for order in orders {
      var text = "Serial,Quantity\n"
      for number in 0..<count {
        let start = 10 * order(number)
        text += "ABC-\(start)-\(start + 4),5\n"
      }
      // Each of these meets one, and says which.
      for number in 0..<count {
        let start = 10 * order(number) + 4
        text += "ABC-\(start)-\(start),1\n"
      }
      let report = try RegistryExport.read(
        bytes: Array(text.utf8), registry: .generic, asOf: Self.today)
      #expect(report.accepted == count)
      #expect(report.rows.map(\.overlappedRecord) == (1...count).map { $0 })
    }
  }
}
