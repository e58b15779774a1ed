import Foundation
import LedgerCore
import Testing

@testable import LedgerRules

@Suite("A year of the carbon rules against a model in integers of any size")
struct CarbonYearTests {
  /// 3,153,600 blocks, the last of them an outage's day later than a year of 10 s.
  static let yearSlots: UInt64 = 3_153_600 - 1 + 8_640

  /// Runs a story to a time.
  private func run(_ year: inout CarbonYear, slots: UInt64, reports: Bool = false) throws {
    let document = year.network.document
    let end = document.genesisTime + slots * document.interval
    let clock = ContinuousClock()
    let start = clock.now
    while year.network.timestamp < end {
      try year.step()
      if reports, year.model.height % 315_360 == 0 {
        let seconds = (clock.now - start) / .seconds(1)
        // Standard output reaches a file only at the end.
        let line = "\(year.model.height) blocks in \(Int(seconds)) s\n"
        FileHandle.standardError.write(Data(line.utf8))
      }
    }
    try year.compareAll()
    if !year.forgets { #expect(year.network.invariants().faults.isEmpty) }
    if reports {
      let rate = Double(year.model.height) / ((clock.now - start) / .seconds(1))
      print(year.figures.text(year.model, year.statement))
      print("\(Int(rate)) blocks a second")
    }
  }

  @Test(
    "21 changing profiles, arrears, an outage, one who never pays: every number as the model has it"
  )
  func year() throws {
    let environment = ProcessInfo.processInfo.environment
    let wanted = environment["ECO2_YEAR_BLOCKS"].flatMap(UInt64.init)
    let pace = max(1, 3_153_600 / max(wanted ?? 2_190, 2_190))
    let document = try YearGenesis.document()
    let story = try YearStory.year(document, transferBlocks: pace == 1 ? 100 : 20)
    var year = try CarbonYear(document, story: story, pace: pace, forgets: pace < 100)
    try run(&year, slots: Self.yearSlots, reports: wanted != nil)

    #expect(Set(document.nodes.map(\.profile.region)).count == 10)
    let figures = year.figures
    let model = year.model
    let defaulter = document.nodes[YearStory.defaulter].account
    let place = try #require(model.places[defaulter])
    if pace == 1 { #expect(model.height == 3_153_600) }
    // It left the set two blocks after its day was over, nobody else did, and its debts stay.
    #expect(figures.jailed.map(\.account) == [defaulter])
    let height = try #require(figures.jailed.first?.height)
    #expect(figures.setChanges == [height + 1])
    #expect(figures.membersMin == 20)
    #expect(model.nodes[place].arrears > .zero)
    #expect(model.nodes[place].jailedAt - model.nodes[place].owesSince >= YearStory.day)
    #expect(!year.statement.covered)
    #expect(figures.passedOver > 0)
    // The others were covered by the fund or in arrears, paid, and blocks were covered again.
    #expect(figures.coveredByFund > 0 && figures.withArrears > 0 && figures.fundEmpty > 0)
    #expect(figures.coveredAgain > 1)
    let others = model.nodes.filter { $0.account != defaulter }
    #expect(others.allSatisfy { !$0.owes || model.time - $0.owesSince < YearStory.day })
    #expect(model.nodes.count { $0.paidLate != .zero } > 1)
    #expect(model.nodes.count { $0.paidBack != .zero } > 1)
    // All lots but the last are used up, and tonnes of the last.
    let first = YearGenesis.lots().reduce(0) { $0 + ($1.project.id == "LAST" ? 0 : $1.tonnes) }
    #expect(model.pool.retired > first)
    let kinds: [OperationKind] = [
      .transfer, .topUpReserve, .sellToFund, .withdrawReserve, .collectReserve,
    ]
    for kind in kinds { #expect(figures.applied[kind, default: 0] > 0, "\(kind.name)") }
    let faults: [TransactionFault] = [
      .unknownNode, .reserveTooLow, .notCollectable, .noOpenBid, .bidBelowMinimum,
    ]
    for fault in faults { #expect(figures.failed[fault, default: 0] > 0, "\(fault.code)") }
  }

  @Test("when nobody pays, all but four leave the set, primaries owe, and blocks go on")
  func nobodyPays() throws {
    var document = try YearGenesis.document()
    // The fund is empty before most reserves are.
    document.parameters.overheadPermille = 1_300
    let story = YearStory.nobodyPays(document, lastDay: 110)
    var year = try CarbonYear(document, story: story, pace: 2_880, forgets: false)
    try run(&year, slots: 110 * 8_640)

    let figures = year.figures
    let model = year.model
    #expect(figures.jailed.count == 21 && figures.setChanges.count > 1)
    #expect(model.current.count == 4 && figures.membersMin == 4)
    #expect(figures.withArrears > 0 && figures.coveredByFund > 0)
    // All owed, so debtors were primaries, without rewards; these came with the gifts.
    #expect(figures.withheldMax > .zero && figures.applied[.topUpReserve] == 21)
    #expect(model.nodes.allSatisfy { !$0.owes && $0.withheld == .zero })
    #expect(model.arrearsOpen == .zero && !year.statement.covered)
  }
}
