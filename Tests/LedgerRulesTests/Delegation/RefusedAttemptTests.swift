import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Attempts that fail cost what they cost, and change nothing else")
struct RefusedAttemptTests {
  /// What a transaction that fails may touch: who pays, what it pays into, and the block's own.
  private static let ofPayment: Set<RecordKind> = [
    .account, .fund, .numberLine, .tip, .block, .statement, .bundleProgress,
  ]

  @Test(
    "each fails with its fault; but for the fee, state is as without it",
    arguments: RefusedAttempt.votes + RefusedAttempt.candidates + RefusedAttempt.motions)
  func refused(_ attempt: RefusedAttempt) throws {
    var world = try ElectionWorld {
      $0.parameters.governance.motionMilliseconds = 2_000_000
    }
    let (sender, operations) = try attempt.make(&world)
    let transaction = try world.transaction(sender, operations)
    var without = world
    try without.run()
    let receipt = try world.run([transaction]).receipts[0]
    #expect(
      receipt.outcome == .failed(operation: UInt8(attempt.place), attempt.fault, subject: nil))
    #expect(!receipt.charge.isZero && !receipt.fee.isZero)
    let (paid, unpaid) = (try world.network.account(sender), try without.network.account(sender))
    #expect(paid.eco2 == unpaid.eco2.saturatingSubtracting(receipt.fee))
    #expect(paid.ecc == unpaid.ecc.saturatingSubtracting(receipt.charge))
    let touched = differences(world.network.records.records, without.network.records.records)
    #expect(Set(touched.compactMap(RecordKind.init)).isSubset(of: Self.ofPayment))
    #expect(touched.filter { RecordKind(of: $0) == .account } == [Account.key(sender)])
  }

  private func differences(_ one: [StateKey: [UInt8]], _ other: [StateKey: [UInt8]])
    -> [StateKey]
  {
    Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }
  }

  @Test("an offence that is recorded is not punished again: the report is skipped, at no cost")
  func offenceTwice() throws {
    var world = try ElectionWorld()
    try world.run()
    let offences = try TestOffences(world.network)
    let offender = offences.set.members[3].account
    let height = world.network.height
    let evidence = try offences.equivocation(3, height: height)
    #expect(
      try world.run([offences.report(evidence, by: 0)]).receipts[0].outcome == .applied)
    for again in [evidence, try offences.amnesia(3, height: height)] {
      var without = world
      try without.run()
      let receipt = try world.run([offences.report(again, by: 1)]).receipts[0]
      #expect(receipt.outcome == .skipped(.offenceKnown))
      #expect(receipt.charge.isZero && receipt.fee.isZero)
      #expect(try world.candidate(offender) == without.candidate(offender))
      let touched = differences(world.network.records.records, without.network.records.records)
      #expect(
        Set(touched.compactMap(RecordKind.init)).isSubset(of: [
          .tip, .block, .statement, .bundleProgress,
        ]))
    }
  }
}
