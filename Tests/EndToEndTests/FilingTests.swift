import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("Filing a whole export")
  struct FilingTests {
    /// What the tool prints with --json.
    private struct Filed: Decodable {
      struct Refusal: Decodable {
        let ranges: Int
        let serial: String
        let code: String
      }
      let rejected: Int
      let ineligible: Int
      let eligible: Int
      let onChain: Int
      let pending: Int
      let filed: Int
      let filedForBuffer: Int
      let waiting: Int
      let transactions: [String]
      let refused: [Refusal]
      let stopped: String?
    }

    static let header = """
      Project ID,GSID,Vintage,Issuance Year,Credit Status,Quantity,Project Name,Project Type,\
      Product Type,Country,Methodology,Programme of Activities,POA GSID,Issuance Date,\
      Monitoring Period Start,Monitoring Period End,Serial Number,Eligible for CORSIA?
      """

    static func row(_ project: Int, _ year: Int, _ first: Int, _ last: Int) -> String {
      "GS\(project),\(project),\(year),\(year),Issued,\(last - first + 1),"
        + "Project \(project),Wind,VER,Kenya,ACM0002,Standalone,,2021-11-24,"
        + "01/01/\(year),12/31/\(year),"
        + "GS1-1-KE-GS\(project)-12-\(year)-30001-\(first)-\(last),No"
    }

    /// 40 projects of 5 ranges each, 90,000 t, and one range of a vintage to come in their middle.
    private static var export: String {
      var rows = (0..<200).map { number in
        row(90_001 + number / 5, 2_021, number % 5 * 1_000 + 1, number % 5 * 1_000 + 450)
      }
      rows.insert(row(90_020, 2_098, 1, 45), at: 97)
      // One range twice, and one of planned credits: neither is asked for.
      rows.append(rows[3])
      rows.append(row(90_001, 2_021, 9_001, 9_010).replacingOccurrences(of: ",VER,", with: ",PER,"))
      return ([header] + rows).joined(separator: "\n")
    }

    @Test(
      "a whole export is filed at once but for what the chain refuses, its buffer first",
      .timeLimit(.minutes(3)))
    func whole() async throws {
      try await LiveNetwork.run(interval: 500) { network in
        _ = try await network.block(2)
        try await Tool.with { tool in
          try await Self.bond(network)
          let path = tool.path("export.csv")
          try Self.export.write(toFile: path, atomically: true, encoding: .utf8)
          let node = ["--node", "\(network.addresses[0])"]
          func file(_ words: [String], status: Int32) throws -> Filed {
            let result = try tool.run(
              ["credits", "import", path, "--registry", "gold-standard", "--as-of", "2099-01-01"]
                + ["--from", network.folder.accountKey("depositor"), "--json"] + node + words)
            #expect(result.status == status, "\(result.output) \(result.complaints)")
            return try JSONDecoder().decode(Filed.self, from: Data(result.output.utf8))
          }
          // The depositor holds the lots of genesis without a buffer: nothing more is taken.
          let bare = try file([], status: 1)
          #expect(bare.rejected == 1 && bare.ineligible == 1)
          #expect(bare.eligible == 201 && bare.filed == 0 && bare.stopped == nil)
          #expect(Set(bare.refused.map(\.code)) == ["buffer_too_small", "invalid_credit"])
          #expect(bare.refused.reduce(0) { $0 + $1.ranges } == 201)

          // What is at fault stands in the largest project, so it is tried for the buffer.
          let first = try file(["--buffer-percent", "2"], status: 1)
          #expect(first.filed == first.filedForBuffer && first.filed > 0)
          #expect(first.refused.map(\.code) == ["invalid_credit"])
          #expect(first.filed + first.waiting >= 200)
          // Nobody has approved it: the same again does nothing new.
          let again = try file(["--buffer-percent", "2"], status: 0)
          #expect(again.filed == 0 && again.waiting > 0)
          try approveAll(tool, network)

          let rest = try file(["--buffer-percent", "2", "--wait", "20s"], status: 1)
          #expect(rest.filed == first.waiting && rest.transactions.count > 3)
          #expect(rest.refused.map(\.code) == ["invalid_credit"])
          #expect(rest.refused.map(\.ranges) == [1])
          #expect(rest.refused.first?.serial.contains("-2098-") == true)
          let last = try file([], status: 1)
          #expect(last.filed == 0 && last.pending == rest.filed && last.refused.count == 1)
        }
      }
    }

    /// Gives the depositor what a custodian needs.
    static func bond(_ network: LiveNetwork) async throws {
      let ledger = try await Ledger.connect(to: network.addresses)
      let (treasury, depositor) = (try network.key("treasury"), try network.key("depositor"))
      let bond = network.made.document.parameters.registry.custodianBond
      try await ledger.send(
        TransactionBuilder(from: treasury.account).transfer(
          .eco2, Amount(bond.baseUnits * 2), to: depositor.account),
        signedBy: Signers(sender: [treasury]))
      try await ledger.send(
        TransactionBuilder(from: depositor.account).postBond(bond),
        signedBy: Signers(sender: [depositor]))
      await ledger.close()
    }

    /// Three registrars approve what is pending.
    private func approveAll(_ tool: Tool, _ network: LiveNetwork) throws {
      let node = ["--node", "\(network.addresses[0])"]
      let listed = try tool.succeed(
        ["credits", "requests", "--state", "pending", "--json"] + node)
      let requests = try JSONDecoder().decode([RequestAnswer].self, from: Data(listed.output.utf8))
      #expect(!requests.isEmpty && requests.allSatisfy { $0.isBuffer == true })
      for request in requests.reversed() {
        for registrar in 1...3 {
          _ = try tool.succeed(
            ["credits", "approve", "\(request.number)"]
              + ["--from", network.folder.accountKey("registrar-\(registrar)")] + node)
        }
      }
    }
  }
}
