import LedgerClient
import LedgerCore
import LedgerRules
import LedgerStore
import LoadTest
import LocalNetwork
import NodeAnswers
import Testing

/// The carbon rules' formulas over all blocks up to one, written down once more with numbers of any
/// size, from the genesis document and the bytes of the transactions.
struct StatementFormula {
  let document: GenesisDocument
  private var emissions: [BigNumber]
  private var footprintBefore = BigNumber(0)
  private var dueBefore = BigNumber(0)
  private var charges = BigNumber(0)
  private var work = BigNumber(0)

  struct Expected: Equatable {
    var footprint: String
    var due: String
    var overhead: String
    var charges: String
    var footprintCumulative: String
    var consumedCumulative: String
  }

  init(_ document: GenesisDocument) {
    self.document = document
    emissions = document.nodes.map { _ in BigNumber(0) }
  }

  /// µg CO2e per kWh in a region: the latest year's, of one year the highest.
  private func factor(_ region: String) -> UInt64 {
    let rows = document.factors.filter { $0.regionCode == region }
    let year = rows.map(\.year).max()
    return rows.filter { $0.year == year }.map(\.microgramsPerKilowattHour).max() ?? 0
  }

  /// Takes the next block: milliseconds since its parent, and its transactions that were executed.
  mutating func next(milliseconds: UInt64, executed: [Transaction]) -> Expected {
    let unit = BigNumber(360_000_000_000_000_000)
    var due = BigNumber(0)
    var footprint = BigNumber(0)
    for (index, node) in document.nodes.enumerated() {
      let profile = node.profile
      let product = [
        profile.idleMilliwatts, milliseconds, profile.puePermille, factor(profile.region),
      ].reduce(BigNumber(1)) { $0 * BigNumber($1) }
      emissions[index] = emissions[index] + product
      due = due + (emissions[index] * BigNumber(110)).dividedRoundingUp(by: unit)
      footprint = footprint + (emissions[index] * BigNumber(100)).dividedRoundingUp(by: unit)
    }
    let chargesNow = executed.reduce(BigNumber(0)) { $0 + charge($1) }
    charges = charges + chargesNow
    work = executed.reduce(work) { $0 + self.work(of: $1) }
    let half = BigNumber(500)
    let thousand = BigNumber(1_000)
    let overhead = (due * half).dividedRoundingUp(by: thousand)
    let overheadBefore = (dueBefore * half).dividedRoundingUp(by: thousand)
    let footprintOverhead = (footprint * half).dividedRoundingUp(by: thousand)
    let ofWork = work.dividedRoundingUp(by: Self.workUnit)
    let expected = Expected(
      footprint: "\(footprint - footprintBefore)", due: "\(due - dueBefore)",
      overhead: "\(overhead - overheadBefore)", charges: "\(chargesNow)",
      footprintCumulative: "\(footprint + footprintOverhead + ofWork)",
      consumedCumulative: "\(due + overhead + charges)")
    footprintBefore = footprint
    dueBefore = due
    return expected
  }

  /// ns × mJ/s × ‰ × µg/kWh in one µg: 10^9 × 10^3 × 10^3 × 3.6 × 10^6.
  private static var workUnit: BigNumber {
    BigNumber(3_600_000_000_000) * BigNumber(1_000_000_000)
  }

  /// CPU-seconds × Σ(J × PUE × EF) + bytes × network joules × mean EF, in 1 / `workUnit` µg.
  private func work(of transaction: Transaction) -> BigNumber {
    let parameters = document.parameters
    let operations = UInt64(transaction.body.operations.count)
    let signatures = UInt64(transaction.signatureCount)
    let nanoseconds =
      parameters.transactionCost.cpuNanoseconds
      + parameters.signatureCost.cpuNanoseconds * signatures
      + parameters.operationCosts[0].cpuNanoseconds * operations
    let bytes =
      UInt64(transaction.bytes.count) + parameters.transactionCost.bytes
      + parameters.operationCosts[0].bytes * operations
    var perNanosecond = BigNumber(0)
    var factors: UInt64 = 0
    for node in document.nodes {
      let region = factor(node.profile.region)
      factors += region
      perNanosecond =
        perNanosecond + BigNumber(node.profile.millijoulesPerCPUSecond)
        * BigNumber(node.profile.puePermille) * BigNumber(region)
    }
    let count = UInt64(document.nodes.count)
    let mean = BigNumber((factors + count - 1) / count)
    return BigNumber(nanoseconds) * perNanosecond
      + BigNumber(bytes) * BigNumber(parameters.networkNanojoulesPerByte) * mean
      * BigNumber(1_000_000)
  }

  private func charge(_ transaction: Transaction) -> BigNumber {
    max(
      BigNumber(1),
      (work(of: transaction) * BigNumber(2)).dividedRoundingUp(by: Self.workUnit))
  }
}

extension EndToEndTests {
  @Suite("The carbon statement of every block")
  struct StatementTests {
    @Test(
      "equals the formula, recomputed from genesis with big integers",
      .timeLimit(.minutes(2)))
    func formula() async throws {
      try await LiveNetwork.run { network in
        let generator = LoadGenerator(
          LoadGenerator.Plan(
            nodes: network.addresses, accounts: try network.folder.loadAccounts(),
            chain: network.chain, rate: 30, duration: .seconds(6),
            estimate: EstimateAnswer(charge: "1000", fee: "100000", creationFee: "0")))
        let report = try await generator.run()
        #expect(report.isSound && report.final == report.offered)
        let last = try await network.height()
        var answers: [UInt64: BlockAnswer] = [:]
        for height in 1...last {
          answers[height] = try await network.client { try await $0.block(height) }
        }
        #expect(await network.stop())

        let store = try NodeStore(home: network.nodes[0].home, genesis: network.chain)
        var formula = StatementFormula(network.made.document)
        var time = network.made.document.genesisTime
        var expected: [StatementFormula.Expected] = []
        var executed = 0
        for height in 1...last {
          let entry = try #require(try store.log.read(height))
          let decided = try DecidedBlock(decoding: entry.block)
          var reader = unsafe BCSReader(entry.receipts.span.bytes)
          let receipts = try reader.list(of: Receipt.self, in: 0...100_000, "receipts")
          let transactions = zip(decided.transactions, receipts).filter { _, receipt in
            if case .skipped = receipt.outcome { false } else { true }
          }.map(\.0)
          executed += transactions.count
          let header = decided.block.header
          let elapsed =
            height == 1 ? network.made.document.interval : header.timestamp - time
          time = header.timestamp
          let statement = formula.next(milliseconds: elapsed, executed: transactions)
          if let before = expected.last {
            #expect(before == StatementFormula.Expected(header.parentStatement))
          }
          let answer = try #require(answers[height]?.statement)
          #expect(statement == StatementFormula.Expected(answer), "height \(height)")
          #expect(answer.covered && answer.arrears == "0")
          expected.append(statement)
        }
        #expect(executed == report.final)
      }
    }
  }
}

extension StatementFormula.Expected {
  init(_ statement: CarbonStatement) {
    self.init(
      footprint: "\(statement.footprint)", due: "\(statement.due)",
      overhead: "\(statement.fundOverhead)", charges: "\(statement.operationCharges)",
      footprintCumulative: "\(statement.footprintCumulative)",
      consumedCumulative: "\(statement.consumedCumulative)")
  }

  init(_ statement: StatementAnswer) {
    self.init(
      footprint: statement.footprint, due: statement.due, overhead: statement.fundOverhead,
      charges: statement.operationCharges, footprintCumulative: statement.footprintCumulative,
      consumedCumulative: statement.consumedCumulative)
  }
}
