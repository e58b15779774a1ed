import LedgerCore
import LedgerState
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

  /// Records, and which of them were asked for.
  private final class WatchedRecords: RecordSource {
    private let records: MemoryRecords
    private(set) var kinds: Set<RecordKind> = []

    init(_ records: MemoryRecords) { self.records = records }

    func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
      if let kind = RecordKind(of: key) { kinds.insert(kind) }
      return try records.value(of: key)
    }
  }

  @Test("what a block does before its transactions is not done to judge them")
  func pricesAlone() throws {
    var network = try RegistryNetwork()
    try network.file(
      .amend(RegistryNetwork.project("BUFFER")), by: RegistryNetwork.custodians[0])
    #expect(try network.book.firstOpenRequest < network.book.requests)
    let records = WatchedRecords(network.network.records)
    let transfer = try network.network.transfer(5, from: alice, to: bob, 1)
    let admission = try Admission(chain: network.network.chain, over: records)
    #expect(try admission.faults(of: [transfer]) == [nil])
    #expect(records.kinds.contains(.nodeCarbon))
    #expect(!records.kinds.contains(.request))
    #expect(!records.kinds.contains(.obligation))
  }
}
