import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Accounts")
struct AccountRulesTests {
  private let alice = TestGenesis.accounts[0]
  private let bob = TestGenesis.accounts[1]
  private let carol = TestGenesis.accounts[2]

  private func own(_ account: AccountID) -> Authorization {
    Authorization(key: PublicKey(account.bytes), signature: zeroSignature)
  }

  @Test("a transfer moves both tokens, and the sender pays exactly charge, fee and tip")
  func transfer() throws {
    var network = try TestNetwork(TestGenesis.document())
    let before = (a: try network.account(alice), b: try network.account(bob))
    var body = network.body(
      from: alice, 1,
      [
        .transfer(Transfer(token: .eco2, recipient: bob, amount: Amount(500))),
        .transfer(Transfer(token: .ecc, recipient: bob, amount: Amount(70))),
      ])
    body.tip = Amount(33)
    let author = network.document.nodes[2].account
    let outcome = try network.run([network.sign(body)], author: 2)
    let receipt = outcome.receipts[0]
    #expect(receipt.outcome == .applied)
    #expect(receipt.charge > .zero)
    let a = try network.account(alice)
    let b = try network.account(bob)
    #expect(b.eco2.baseUnits == before.b.eco2.baseUnits + 500)
    #expect(b.ecc.baseUnits == before.b.ecc.baseUnits + 70)
    #expect(
      a.eco2.baseUnits == before.a.eco2.baseUnits - 500 - 33 - receipt.fee.baseUnits)
    #expect(a.ecc.baseUnits == before.a.ecc.baseUnits - 70 - receipt.charge.baseUnits)
    let reward = BlockReward.shares(of: BlockReward.reward(at: 1)).author
    #expect(try network.account(author).eco2.baseUnits == reward.baseUnits + 33)
    #expect(outcome.statement.operationCharges == receipt.charge)
  }

  @Test(
    "a failed operation takes back the transaction; sequence, charge, fee and tip are consumed"
  )
  func rollback() throws {
    var network = try TestNetwork(TestGenesis.document())
    let node = network.document.nodes[1].account
    let before = try network.account(alice)
    let fund = try #require(network.queriesFund)
    let reserve = try network.nodeCarbon(1).reserve
    var body = network.body(
      from: alice, 1,
      [
        .transfer(Transfer(token: .eco2, recipient: accountID(777), amount: Amount(500))),
        .topUpReserve(TopUpReserve(node: node, amount: Amount(9))),
        .setAuthority(
          SetAuthority(authority: try #require(Authority(threshold: 1, keys: [publicKey(5)])))),
        .transfer(Transfer(token: .ecc, recipient: bob, amount: .max)),
      ])
    body.tip = Amount(12)
    let outcome = try network.run([network.sign(body)])
    let receipt = outcome.receipts[0]
    #expect(receipt.outcome == .failed(operation: 3, .insufficientBalance))
    let after = try network.account(alice)
    #expect(after.authority == nil)
    #expect(after.sequences.highest == 1)
    #expect(after.eco2.baseUnits == before.eco2.baseUnits - receipt.fee.baseUnits - 12)
    #expect(after.ecc.baseUnits == before.ecc.baseUnits - receipt.charge.baseUnits)
    var queries = network.queries
    #expect(try queries.account(accountID(777)) == nil)
    #expect(try network.nodeCarbon(1).reserve.baseUnits + 129_192 == reserve.baseUnits)
    let fundAfter = try #require(network.queriesFund)
    let voters = BlockReward.shares(of: BlockReward.reward(at: 1)).voters
    #expect(
      fundAfter.eco2.baseUnits
        == fund.eco2.baseUnits + receipt.fee.baseUnits + voters.baseUnits)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("a sponsor pays charge, fee and tip; the sender only what it moves")
  func sponsor() throws {
    var network = try TestNetwork(TestGenesis.document())
    let before = (
      a: try network.account(alice), b: try network.account(bob), c: try network.account(carol)
    )
    var body = network.body(
      from: alice, 1,
      [.transfer(Transfer(token: .eco2, recipient: carol, amount: Amount(500)))], sponsor: bob)
    body.tip = Amount(21)
    let receipt = try network.run([network.sign(body)]).receipts[0]
    #expect(receipt.outcome == .applied)
    let a = try network.account(alice)
    let b = try network.account(bob)
    #expect(a.eco2.baseUnits == before.a.eco2.baseUnits - 500)
    #expect(a.ecc == before.a.ecc)
    #expect(a.sequences.highest == 1)
    #expect(b.eco2.baseUnits == before.b.eco2.baseUnits - 21 - receipt.fee.baseUnits)
    #expect(b.ecc.baseUnits == before.b.ecc.baseUnits - receipt.charge.baseUnits)
    #expect(b.sequences.highest == 0)
    #expect(try network.account(carol).eco2.baseUnits == before.c.eco2.baseUnits + 500)
  }

  @Test("k of n: exactly enough current keys authorise, from the block after the change on")
  func kOfN() throws {
    var network = try TestNetwork(TestGenesis.document())
    let keys = [publicKey(201), publicKey(202), publicKey(203)].sorted()
    let authority = try #require(Authority(threshold: 2, keys: keys))
    let change = network.body(from: alice, 1, [.setAuthority(SetAuthority(authority: authority))])
    let old = try network.transfer(1, from: alice, to: bob, 2)
    let first = try network.run([network.sign(change), old])
    #expect(first.receipts.map(\.outcome) == [.applied, .applied])

    func transfer(_ sequence: UInt64, _ signers: [PublicKey]) throws -> Transaction {
      try Transaction(
        body: network.body(
          from: alice, sequence,
          [.transfer(Transfer(token: .eco2, recipient: bob, amount: Amount(1)))]),
        senderAuthorizations: signers.map { Authorization(key: $0, signature: zeroSignature) })
    }
    let outcome = try network.run([
      transfer(3, [PublicKey(alice.bytes)]), transfer(3, [keys[0]]),
      transfer(3, [keys[0], publicKey(99)]), transfer(3, [keys[0], keys[2]]), transfer(4, keys),
    ])
    #expect(
      outcome.receipts.map(\.outcome) == [
        .skipped(.unauthorised), .skipped(.unauthorised), .skipped(.unauthorised), .applied,
        .applied,
      ])
    var queries = network.queries
    #expect(try queries.authority(of: alice) == authority)
  }

  @Test("setting an account's own key back leaves the record as a simple account's")
  func simpleAgain() throws {
    var network = try TestNetwork(TestGenesis.document())
    let key = PublicKey(alice.bytes)
    let change = SetAuthority(authority: try #require(Authority(threshold: 1, keys: [key])))
    try network.run([network.sign(network.body(from: alice, 1, [.setAuthority(change)]))])
    #expect(try network.account(alice).authority == nil)
  }

  @Test("an account's first record costs the creation fee, within the stated maximum")
  func creation() throws {
    var network = try TestNetwork(TestGenesis.document())
    let creation = network.document.parameters.creationFee.baseUnits
    let known = try network.transfer(5, from: alice, to: bob, 1)
    let new = try network.transfer(5, from: alice, to: accountID(700), 2)
    let receipts = try network.run([known, new]).receipts
    #expect(receipts[1].fee.baseUnits == receipts[0].fee.baseUnits + creation)
    var body = network.body(
      from: alice, 3,
      [.transfer(Transfer(token: .eco2, recipient: accountID(701), amount: Amount(5)))])
    body.feeMax = Amount(creation)
    let outcome = try network.run([network.sign(body)])
    #expect(outcome.receipts[0].outcome == .failed(operation: 0, .feeAboveMaximum))
    #expect(outcome.receipts[0].fee.baseUnits < creation)
    #expect(try network.account(accountID(701)) == Account())
  }

  @Test("a sponsored sender without a record gets one for the creation fee, once")
  func sponsoredCreation() throws {
    var network = try TestNetwork(TestGenesis.document())
    let creation = network.document.parameters.creationFee.baseUnits
    let new = accountID(702)
    let change = SetAuthority(
      authority: try #require(Authority(threshold: 1, keys: [publicKey(7)])))
    let first = network.body(from: new, 1, [.setAuthority(change)], sponsor: bob)
    let second = network.body(from: new, 2, [.setAuthority(change)], sponsor: bob)
    let receipts = try network.run([network.sign(first), network.sign(second)]).receipts
    #expect(receipts.map(\.outcome) == [.applied, .applied])
    #expect(receipts[0].fee.baseUnits == receipts[1].fee.baseUnits + creation)
    #expect(try network.account(new).sequences.highest == 2)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test(
    "maxima are reserved from the balance before the block: what arrives in it pays nothing yet")
  func reservation() throws {
    var network = try TestNetwork(TestGenesis.document())
    // Bob receives 1,000 ECO2 in this block, but had 1,000 before it.
    let gift = try network.transfer(50_000_000_000, from: alice, to: bob, 1)
    var large = network.body(
      from: bob, 1, [.transfer(Transfer(token: .eco2, recipient: carol, amount: Amount(1)))])
    large.feeMax = Amount(100_000_000_001)
    let refused = try network.run([gift, network.sign(large)])
    #expect(refused.receipts.map(\.outcome) == [.applied, .skipped(.feeUnpayable)])
    let next = try network.run([network.sign(large)])
    #expect(next.receipts.map(\.outcome) == [.applied])
  }

  @Test("two transactions whose maxima together exceed the balance: the second is skipped")
  func secondUnpayable() throws {
    var network = try TestNetwork(TestGenesis.document())
    var bodies = (1...2).map {
      network.body(
        from: alice, $0,
        [.transfer(Transfer(token: .ecc, recipient: bob, amount: Amount(1)))])
    }
    for index in bodies.indices { bodies[index].chargeMax = Amount(6_000_000_000) }
    let outcome = try network.run(bodies.map { try network.sign($0) })
    #expect(outcome.receipts.map(\.outcome) == [.applied, .skipped(.chargeUnpayable)])
    // Only what was used is gone.
    let spent = 10_000_000_000 - (try network.account(alice).ecc.baseUnits)
    #expect(spent == 1 + outcome.receipts[0].charge.baseUnits)
  }

  @Test("founders receive a quarter at months 24, 30, 36 and 42, and then nothing is left to vest")
  func vesting() throws {
    var network = try TestNetwork(TestGenesis.document())
    let share = Supply.founders.baseUnits / 3
    let day: UInt64 = 8_640
    func received() throws -> UInt128 {
      try network.account(TestGenesis.founders[0]).eco2.baseUnits
    }
    // 2027-06-15 is 730 days after genesis.
    try network.run(slots: 730 * day - 1)
    #expect(try received() == 0)
    try network.run()
    #expect(try received() == share / 4)
    try network.run(slots: 183 * day)
    #expect(try received() == share / 2)
    try network.run(slots: 3 * 365 * day)
    #expect(try received() == share)
    var queries = network.queries
    #expect(try queries.vesting() == nil)
    #expect(network.invariants().faults.isEmpty)
  }
}

extension TestNetwork {
  var queriesFund: NeutralityFund? {
    var queries = queries
    return try? queries.fund()
  }
}
