import Foundation
import Testing

extension EndToEndTests {
  @Suite("eco2 credits")
  struct CreditsToolTests {
    private struct Report: Decodable {
      struct Row: Decodable {
        let record: Int
        let reason: String
        let serial: String
        let meets: Int?
      }
      let records: Int
      let accepted: Int
      let tonnesAccepted: Decimal
      let rejected: [String: Int]
      let eligible: Int
      let ineligible: [String: Int]
      let rows: [Row]
      let rowsLeftOut: Int?

      private enum CodingKeys: String, CodingKey {
        case records, accepted, rejected, eligible, ineligible, rows
        case tonnesAccepted = "tonnes_accepted"
        case rowsLeftOut = "rows_left_out"
      }
    }

    private static func path(_ name: String) -> String {
      URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/credits/\(name).csv").path
    }

    private static func importing(_ path: String, _ arguments: String...) -> [String] {
      ["credits", "import", path, "--dry-run"] + arguments
    }

    private static func report(_ tool: Tool, _ arguments: [String]) throws -> Report {
      let result = try tool.succeed(arguments + ["--json"])
      return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }

    @Test("the published exports give exactly the published numbers")
    func publishedExports() async throws {
      try await Tool.with { tool in
        let issued = try Self.report(
          tool,
          Self.importing(
            Self.path("gold_standard_issuances"), "--registry", "gold-standard", "--as-of",
            "2026-01-31"))
        #expect(issued.records == 2_689 && issued.accepted == 2_655)
        #expect(issued.tonnesAccepted == 58_119_092)
        #expect(issued.rejected == ["unparsable": 24, "quantity": 10, "overlap": 0])
        #expect(issued.eligible == 2_310 && issued.ineligible == ["planned": 345])
        #expect(issued.rows.count == 34 && issued.rowsLeftOut == nil)
        #expect(issued.rows.count { $0.reason == "unparsable" } == 24)
        #expect(issued.rows.first?.record == 334)
        #expect(
          issued.rows.first?.serial == "CN-5-1108879592-2-2-0-6987 - CN-5-1108879592-2-2-0-6987")

        let retired = try Self.report(
          tool, Self.importing(Self.path("car_retirements"), "--registry", "car"))
        #expect(retired.records == 5_351 && retired.accepted == 5_351)
        #expect(retired.tonnesAccepted == 49_547_885)
        #expect(retired.rejected == ["unparsable": 0, "quantity": 0, "overlap": 0])
        #expect(retired.eligible == 0 && retired.ineligible == ["retired": 5_351])
        #expect(retired.rows.isEmpty)
      }
    }

    @Test("for people it is a table, with the first rejected records and how to see all")
    func table() async throws {
      try await Tool.with { tool in
        let arguments = Self.importing(
          Self.path("gold_standard_issuances"), "--registry", "gold-standard")
        let few = try tool.succeed(arguments + ["--rows", "2"]).output
        #expect(few.contains("58,119,092"))
        #expect(few.contains("… and 32 more: --rows 34 shows them"))
        let all = try tool.succeed(arguments + ["--rows", "34"]).output
        #expect(!all.contains("more:"))
        #expect(all.split(separator: "\n").count == few.split(separator: "\n").count + 31)
      }
    }

    @Test("an overlap names the record it meets, kilograms add up to the gram")
    func rows() async throws {
      try await Tool.with { tool in
        let file = tool.path("units.csv")
        try Data(
          "Serial;Quantity (kg)\nABC-7-1-1500;1.500\nabc-07-1500-1500;1\nABC-7-1501-1501;1\n".utf8
        ).write(to: URL(fileURLWithPath: file))
        let report = try Self.report(
          tool, Self.importing(file, "--registry", "generic", "--unit", "kilogram"))
        #expect(report.tonnesAccepted == Decimal(string: "1.501"))
        #expect(report.rows.map(\.record) == [2] && report.rows.map(\.meets) == [1])
        #expect(report.rejected == ["unparsable": 0, "quantity": 0, "overlap": 1])
      }
    }

    @Test("what cannot be read is told in a sentence that helps, and fails")
    func errors() async throws {
      try await Tool.with { tool in
        func complaint(_ path: String, _ registry: String) throws -> String {
          let result = try tool.run(Self.importing(path, "--registry", registry))
          #expect(result.status == 64)
          return result.complaints
        }
        let gold = Self.path("gold_standard_issuances")
        #expect(try complaint(tool.path("none.csv"), "acr").contains("There is no file"))
        #expect(try complaint(tool.folder, "acr").contains("is a folder"))
        #expect(
          try complaint(gold, "verra").contains("its serials are those of the Gold Standard"))
        #expect(try complaint(gold, "acr").contains("its serials are those of the Gold Standard"))
        #expect(try complaint(gold, "puro").contains("there are gold-standard, verra"))
        let empty = tool.path("empty.csv")
        try Data().write(to: URL(fileURLWithPath: empty))
        #expect(try complaint(empty, "acr").contains("it is empty"))
        let bare = tool.path("bare.csv")
        try Data("Project,Vintage\n1,2\n".utf8).write(to: URL(fileURLWithPath: bare))
        #expect(try complaint(bare, "acr").contains("it has `Project`, `Vintage`"))
        let wet = try tool.run(["credits", "import", gold, "--registry", "gold-standard"])
        #expect(wet.status == 64 && wet.complaints.contains("--dry-run"))
        #expect(
          try tool.run(Self.importing(gold, "--registry", "acr", "--unit", "kilogram")).status
            == 64)
      }
    }
  }
}
