import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Judging transactions before any block")
struct AdmissionTests {
  private let alice = TestGenesis.accounts[0]
  private let bob = TestGenesis.accounts[1]

  @Test("the verdicts are those of the next block, transaction by transaction")
  func sameAsTheBlock() throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run([network.transfer(5, from: alice, to: bob, 1)])
    var expired = network.body(from: alice, 3, [])
    expired.validUntil = 1
    expired.operations = [
      .transfer(Transfer(token: .eco2, recipient: bob, amount: Amount(1)))
    ]
    let transactions = [
      try network.transfer(5, from: alice, to: bob, 2),
      try network.transfer(5, from: alice, to: bob, 1),
      try network.sign(expired),
      try network.transfer(5, from: accountID(4_711), to: bob, 1),
      try network.transfer(5, from: bob, to: alice, 1),
    ]
    let faults = try Admission(chain: network.chain, over: network.records).faults(of: transactions)
    let receipts = try network.run(transactions).receipts
    #expect(faults == [nil, .replayed, .expired, .chargeUnpayable, nil])
    #expect(
      faults
        == receipts.map {
          if case .skipped(let fault) = $0.outcome { fault } else { nil }
        })
  }

  @Test("one call's transactions reserve nothing in the next call")
  func callsAreApart() throws {
    let network = try TestNetwork(TestGenesis.document())
    let admission = try Admission(chain: network.chain, over: network.records)
    let transfer = try network.transfer(5, from: alice, to: bob, 1)
    for _ in 0..<3 {
      #expect(try admission.faults(of: [transfer]) == [nil])
    }
    #expect(try admission.faults(of: [transfer, transfer]) == [nil, .replayed])
    #expect(try admission.faults(of: []) == [])
  }
}
