import LedgerCore
import Testing

@testable import LedgerRules

@Suite("What is skipped and what fails, with its reason")
struct TransactionFaultTests {
  private let alice = TestGenesis.accounts[0]
  private let bob = TestGenesis.accounts[1]

  /// Executes one transaction alone; expects the outcome, and that a skip changes nothing.
  private func expect(
    _ expected: Receipt.Outcome, _ change: (inout TransactionBody) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var network = try TestNetwork(TestGenesis.document())
    let before = try network.account(alice)
    let transfer = Transfer(token: .eco2, recipient: bob, amount: Amount(5))
    var body = network.body(from: alice, 1, [.transfer(transfer)])
    change(&body)
    let outcome = try network.run([network.sign(body)])
    #expect(outcome.receipts.map(\.outcome) == [expected], sourceLocation: sourceLocation)
    if case .skipped = expected {
      #expect(try network.account(alice) == before, sourceLocation: sourceLocation)
      #expect(outcome.receipts[0].charge == .zero, sourceLocation: sourceLocation)
      #expect(outcome.receipts[0].fee == .zero, sourceLocation: sourceLocation)
      #expect(outcome.statement.operationCharges == .zero, sourceLocation: sourceLocation)
    } else {
      #expect(try network.account(alice).sequences.highest == 1, sourceLocation: sourceLocation)
    }
    #expect(network.invariants().faults.isEmpty, sourceLocation: sourceLocation)
  }

  @Test("a sound transfer is applied")
  func applied() throws { try expect(.applied) { _ in } }

  @Test("another chain's tag")
  func wrongChain() throws { try expect(.skipped(.wrongChain)) { $0.chainTag ^= 1 } }

  @Test("a validity that has passed, or ends too far ahead; the last heights count")
  func validity() throws {
    try expect(.skipped(.expired)) { $0.validUntil = 0 }
    try expect(.applied) { $0.validUntil = 1 }
    try expect(.applied) { $0.validUntil = 1 + Limits.validityHeightsMax }
    try expect(.skipped(.validityTooLong)) { $0.validUntil = 2 + Limits.validityHeightsMax }
    try expect(.skipped(.validityTooLong)) { $0.validUntil = .max }
  }

  @Test("a sequence that is used, below the window, or too far ahead")
  func sequences() throws {
    try expect(.skipped(.replayed)) { $0.sequence = 0 }
    try expect(.skipped(.sequenceTooFarAhead)) { $0.sequence = 513 }
    try expect(.skipped(.sequenceTooFarAhead)) { $0.sequence = .max }
  }

  @Test("maxima below what the block asks")
  func maxima() throws {
    try expect(.skipped(.chargeAboveMaximum)) { $0.chargeMax = .zero }
    try expect(.skipped(.feeAboveMaximum)) { $0.feeMax = .zero }
  }

  @Test("maxima that the payer does not hold")
  func unpayable() throws {
    try expect(.skipped(.chargeUnpayable)) { $0.chargeMax = Amount(10_000_000_001) }
    try expect(.skipped(.chargeUnpayable)) { $0.chargeMax = .max }
    try expect(.skipped(.feeUnpayable)) { $0.feeMax = Amount(100_000_000_001) }
    try expect(.skipped(.feeUnpayable)) { $0.tip = Amount(100_000_000_000) }
    try expect(.skipped(.feeUnpayable)) { $0.feeMax = .max }
    try expect(.skipped(.overflow)) {
      $0.feeMax = .max
      $0.tip = Amount(1)
    }
    try expect(.skipped(.chargeUnpayable)) { $0.sender = accountID(555) }
  }

  @Test("an operation that moves nothing, to the sender itself, or more than there is")
  func transfers() throws {
    func transfer(_ amount: Amount, _ token: Token, to recipient: AccountID) -> [Operation] {
      [.transfer(Transfer(token: token, recipient: recipient, amount: amount))]
    }
    let (alice, bob) = (alice, bob)
    try expect(.failed(operation: 0, .zeroAmount)) {
      $0.operations = transfer(.zero, .ecc, to: bob)
    }
    try expect(.failed(operation: 0, .selfTransfer)) {
      $0.operations = transfer(Amount(1), .ecc, to: alice)
    }
    try expect(.failed(operation: 0, .insufficientBalance)) {
      $0.operations = transfer(.max, .eco2, to: bob)
    }
    try expect(.failed(operation: 0, .insufficientBalance)) {
      $0.operations = transfer(Amount(10_000_000_001), .ecc, to: bob)
    }
    try expect(.failed(operation: 1, .insufficientBalance)) {
      $0.operations =
        transfer(Amount(60_000_000_000), .eco2, to: bob)
        + transfer(Amount(60_000_000_000), .eco2, to: bob)
    }
  }

  @Test("a balance that would leave 128 bits")
  func overflow() throws {
    var network = try TestNetwork(TestGenesis.document())
    var rich = Account(eco2: .max)
    rich.ecc = Amount(5)
    network.records.records[Account.key(bob)] = rich.bcs
    let transaction = try network.transfer(1, .eco2, from: alice, to: bob, 1)
    let (block, bundles) = try network.proposal([transaction])
    // The state is not one the rules could have made: what protects it is the refusal itself.
    #expect(throws: ExecutionError.overflow) { try network.run(block, bundles) }
    rich.eco2 = .zero
    rich.ecc = .max
    network.records.records[Account.key(bob)] = rich.bcs
    let ecc = try network.transfer(1, .ecc, from: alice, to: bob, 1)
    let (second, itsBundles) = try network.proposal([ecc])
    #expect(throws: ExecutionError.overflow) { try network.run(second, itsBundles) }
  }

  @Test("a top-up of an account that is no ER Node, or of nothing")
  func topUps() throws {
    let bob = bob
    try expect(.failed(operation: 0, .unknownNode)) {
      $0.operations = [.topUpReserve(TopUpReserve(node: bob, amount: Amount(1)))]
    }
    try expect(.failed(operation: 0, .zeroAmount)) {
      $0.operations = [.topUpReserve(TopUpReserve(node: accountID(1_000), amount: .zero))]
    }
    try expect(.failed(operation: 0, .insufficientBalance)) {
      $0.operations = [.topUpReserve(TopUpReserve(node: accountID(1_000), amount: .max))]
    }
  }

  @Test("keys that are not the account's")
  func unauthorised() throws {
    var network = try TestNetwork(TestGenesis.document())
    let transfer = Transfer(token: .eco2, recipient: bob, amount: Amount(5))
    let body = network.body(from: alice, 1, [.transfer(transfer)])
    let stranger = Authorization(key: publicKey(99), signature: zeroSignature)
    let own = Authorization(key: PublicKey(alice.bytes), signature: zeroSignature)
    for keys in [[stranger], [own, stranger]] {
      let transaction = try Transaction(body: body, senderAuthorizations: keys)
      let outcome = try network.run([transaction])
      #expect(outcome.receipts[0].outcome == .skipped(.unauthorised))
    }
    let sponsored = network.body(from: alice, 1, [.transfer(transfer)], sponsor: bob)
    let transaction = try Transaction(
      body: sponsored, senderAuthorizations: [own], sponsorAuthorizations: [stranger])
    let outcome = try network.run([transaction])
    #expect(outcome.receipts[0].outcome == .skipped(.sponsorUnauthorised))
  }

  @Test("the same transaction twice in a block, in one bundle or two: the second is a replay")
  func duplicate() throws {
    var network = try TestNetwork(TestGenesis.document())
    let transaction = try network.transfer(5, from: alice, to: bob, 1)
    let outcome = try network.run([transaction, transaction])
    #expect(outcome.receipts.map(\.outcome) == [.applied, .skipped(.replayed)])
    let again = try network.run([transaction])
    #expect(again.receipts.map(\.outcome) == [.skipped(.replayed)])
  }

  @Test("what is beyond the block's weight or bytes is skipped; what fits after it is not")
  func blockFull() throws {
    var document = try TestGenesis.document()
    document.parameters.blockWeightMax = 2_500
    var network = try TestNetwork(document)
    let transactions = try (0..<4).map {
      try network.transfer(5, from: TestGenesis.accounts[$0], to: TestGenesis.accounts[9], 1)
    }
    let outcomes = try network.run(transactions).receipts.map(\.outcome)
    #expect(
      outcomes == [.applied, .applied, .applied, .skipped(.blockFull)]
        || outcomes == [.applied, .applied, .skipped(.blockFull), .skipped(.blockFull)])
    document.parameters = .standard
    document.parameters.blockBytesMax = 600
    var narrow = try TestNetwork(document)
    let sized = try (0..<4).map {
      try narrow.transfer(5, from: TestGenesis.accounts[$0], to: TestGenesis.accounts[9], 1)
    }
    let fitting = 600 / sized[0].bytes.count
    let receipts = try narrow.run(sized).receipts
    #expect(receipts.count { $0.outcome == .applied } == fitting)
    #expect(receipts.count { $0.outcome == .skipped(.blockFull) } == 4 - fitting)
    #expect(narrow.invariants().faults.isEmpty)
  }
}
