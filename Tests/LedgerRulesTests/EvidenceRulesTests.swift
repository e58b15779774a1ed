import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Evidence in blocks")
struct EvidenceRulesTests {
  private let alice = TestGenesis.accounts[0]
  private let otherChain = ChainID(SHA256.hash([9]).bytes)

  private func network(heights: Int = 3) throws -> (TestNetwork, TestOffences) {
    var network = try TestNetwork(TestGenesis.document())
    for _ in 0..<heights { try network.run() }
    return (network, try TestOffences(network))
  }

  /// Runs one report in a block of its own, and expects its end and that the identities hold.
  private func expect(
    _ expected: Receipt.Outcome, _ network: inout TestNetwork, _ report: Transaction,
    slots: UInt64 = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try network.run([report], slots: slots)
    #expect(outcome.receipts.map(\.outcome) == [expected], sourceLocation: sourceLocation)
    #expect(outcome.receipts[0].charge.isZero, sourceLocation: sourceLocation)
    #expect(outcome.receipts[0].fee.isZero, sourceLocation: sourceLocation)
    #expect(network.invariants().faults.isEmpty, sourceLocation: sourceLocation)
  }

  @Test("a member's report is recorded: who, what, where, by whom, when and of which statements")
  func recorded() throws {
    var (network, offences) = try network()
    let evidence = try offences.equivocation(2, height: 2)
    try expect(.applied, &network, try offences.report(evidence, by: 1))
    var queries = network.queries
    #expect(try queries.offenceCount() == 1)
    let offence = try #require(try queries.offence(0))
    #expect(offence.offender == offences.set.members[2].account)
    #expect(offence.offence == .equivocation)
    #expect(offence.height == 2)
    #expect(offence.view == 0)
    #expect(offence.reporter == offences.set.members[1].account)
    #expect(offence.recordedAt == 4)
    let statements = evidence.statements(network.chain)
    #expect(offence.first == statements.first)
    #expect(offence.second == statements.second)
    #expect(try queries.offence(of: offence.offender, .votes) == offence)
    #expect(try queries.offence(of: offence.offender, .bundles) == nil)
    #expect(try queries.offence(1) == nil)
  }

  @Test("every kind of vote, amnesia and a bad bundle are recorded")
  func kinds() throws {
    let (one, other) = (SHA256.hash([1]), SHA256.hash([2]))
    let contents: [(VoteStatement.Content, VoteStatement.Content)] = [
      (.viewChange(prepared: nil), .viewChange(prepared: PreparedReference(view: 0, block: one))),
      (.newView(viewChanges: one, block: one), .newView(viewChanges: other, block: one)),
      (.newView(viewChanges: one, block: one), .newView(viewChanges: one, block: other)),
      (.prePrepare(block: one), .prePrepare(block: other)),
      (.prepare(block: one, stateRoot: one), .prepare(block: other, stateRoot: one)),
      // One block with two roots: a position has one vote.
      (.prepare(block: one, stateRoot: one), .prepare(block: one, stateRoot: other)),
      (.commit(block: one, stateRoot: one), .commit(block: one, stateRoot: other)),
    ]
    for (left, right) in contents {
      var (network, offences) = try network()
      let pair = VoteEvidence(
        offences.vote(0, height: 3, view: 1, left), offences.vote(0, height: 3, view: 1, right))
      let evidence = Evidence.votes(try #require(pair))
      try expect(.applied, &network, try offences.report(evidence, by: 3))
    }
    var (network, offences) = try network()
    try expect(.applied, &network, try offences.report(try offences.amnesia(0, height: 1), by: 2))
    let bad = try network.sign(network.body(from: alice, 1, []).withTransfer)
    let bundle = try offences.badBundle(0, height: 2, bad)
    try expect(.applied, &network, try offences.report(bundle, by: 2))
    var queries = network.queries
    #expect(try queries.offence(0)?.offence == .amnesia)
    #expect(try queries.offence(1)?.offence == .badBundle)
    #expect(try queries.offence(1)?.offender == offences.set.members[0].account)
  }

  @Test("an offender is recorded once for its votes and once for its bundles")
  func once() throws {
    var (network, offences) = try network()
    let bad = try network.sign(network.body(from: alice, 1, []).withTransfer)
    let bundle = try offences.badBundle(0, height: 2, bad)
    try expect(.applied, &network, try offences.report(bundle, by: 2))
    try expect(.applied, &network, try offences.report(try offences.amnesia(0, height: 1), by: 2))
    for (member, height) in [(1, UInt64(3)), (2, 4)] {
      let again = try offences.equivocation(0, height: height)
      try expect(.skipped(.offenceKnown), &network, try offences.report(again, by: member))
    }
    try expect(.skipped(.offenceKnown), &network, try offences.report(bundle, by: 3))
    var queries = network.queries
    #expect(try queries.offenceCount() == 2)
  }

  @Test("of several reports in one block the first counts, the others are skipped")
  func firstCounts() throws {
    var (network, offences) = try network()
    let evidence = try offences.equivocation(0, height: 2)
    let reports = try (1..<4).map { try offences.report(evidence, by: $0) }
    let outcome = try network.run(reports)
    #expect(
      outcome.receipts.map(\.outcome)
        == [.applied, .skipped(.offenceKnown), .skipped(.offenceKnown)])
    var queries = network.queries
    #expect(try queries.offence(0)?.reporter == offences.set.members[1].account)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("an offence is reported within 7 days of its height's block, not a slot later")
  func age() throws {
    let slots = Limits.evidenceAgeMillisecondsMax / 10_000
    var (network, offences) = try network()
    let evidence = try offences.equivocation(0, height: 3)
    try expect(
      .skipped(.evidenceTooOld), &network, try offences.report(evidence, by: 1), slots: slots + 1)
    (network, offences) = try self.network()
    try expect(.applied, &network, try offences.report(evidence, by: 1), slots: slots)
  }

  @Test("evidence of the block's own height counts; of one to come it does not")
  func heights() throws {
    var (network, offences) = try network()
    let later = try offences.equivocation(0, height: 5)
    try expect(.skipped(.evidenceTooEarly), &network, try offences.report(later, by: 1))
    try expect(.applied, &network, try offences.report(later, by: 2))
    let never = try offences.equivocation(1, height: .max)
    try expect(.skipped(.evidenceTooEarly), &network, try offences.report(never, by: 2))
    let genesis = try offences.equivocation(1, height: 0)
    try expect(.skipped(.unknownOffender), &network, try offences.report(genesis, by: 2))
  }

  @Test("who is no member of that height's set is not accused")
  func stranger() throws {
    var (network, offences) = try network()
    let stranger = try offences.equivocation(4, height: 2)
    try expect(.skipped(.unknownOffender), &network, try offences.report(stranger, by: 1))
    let last = try offences.equivocation(.init(UInt16.max), height: 2)
    try expect(.skipped(.unknownOffender), &network, try offences.report(last, by: 1))
  }

  @Test("votes of another chain, of another member's key, or forged prove nothing")
  func forged() throws {
    var (network, offences) = try network()
    let elsewhere = try offences.equivocation(0, height: 2, chain: otherChain)
    try expect(.skipped(.evidenceInvalid), &network, try offences.report(elsewhere, by: 1))
    guard case .votes(let pair) = try offences.equivocation(0, height: 2) else { return }
    func moved(_ vote: Vote) -> Vote {
      Vote(statement: vote.statement, member: 3, signature: vote.signature)
    }
    let framed = try #require(VoteEvidence(moved(pair.first), moved(pair.second)))
    try expect(.skipped(.evidenceInvalid), &network, try offences.report(.votes(framed), by: 1))
    let half = Vote(
      statement: pair.second.statement, member: 0, signature: pair.first.signature)
    let forged = try #require(VoteEvidence(pair.first, half))
    try expect(.skipped(.evidenceInvalid), &network, try offences.report(.votes(forged), by: 1))
    var queries = network.queries
    #expect(try queries.offenceCount() == 0)
  }

  @Test("a bundle whose transaction is well-signed, or stands elsewhere, proves nothing")
  func honestBundle() throws {
    var (network, offences) = try network()
    let key = try TestGenesis.transportKey(7)
    let good = try Transaction(
      body: network.body(from: AccountID(key.publicKey), 1, []).withTransfer,
      chain: network.chain, senderKeys: [key])
    let sound = try offences.badBundle(0, height: 2, good)
    try expect(.skipped(.evidenceInvalid), &network, try offences.report(sound, by: 1))
    let bad = try network.sign(good.body)
    guard case .bundle(let evidence) = sound,
      let swapped = BundleEvidence(
        header: evidence.header, signature: evidence.signature, transaction: Array(bad.bytes),
        proof: evidence.proof)
    else { return }
    try expect(.skipped(.evidenceInvalid), &network, try offences.report(.bundle(swapped), by: 1))
    let wrongSize = BundleEvidence(
      header: evidence.header, signature: evidence.signature, transaction: Array(bad.bytes),
      proof: InclusionProof(leafIndex: 0, treeSize: 2, siblings: [.zero]))
    let report = try offences.report(.bundle(try #require(wrongSize)), by: 1)
    try expect(.skipped(.evidenceInvalid), &network, report)
  }

  @Test("a report is signed by the sender's consensus key, and the sender is a member")
  func reporter() throws {
    var (network, offences) = try network()
    let evidence = try offences.equivocation(0, height: 2)
    let other = try offences.report(evidence, by: 1, key: offences.keys[2])
    try expect(.skipped(.unauthorised), &network, other)
    let outside = try offences.report(evidence, by: 1) { $0.sender = alice }
    try expect(.skipped(.unauthorised), &network, outside)
    try expect(
      .skipped(.expired), &network, try offences.report(evidence, by: 1, validUntil: 5))
    try expect(.applied, &network, try offences.report(evidence, by: 0))
  }

  @Test("a consensus key signs nothing but reports: what offers, asks or sponsors more is refused")
  func onlyReports() throws {
    var (network, offences) = try network()
    let evidence = try offences.equivocation(0, height: 2)
    let changes: [(inout TransactionBody) -> Void] = [
      { $0.tip = Amount(1) }, { $0.feeMax = Amount(1) }, { $0.chargeMax = Amount(1) },
      { $0.operations.append($0.operations[0]) }, { $0 = $0.withTransfer },
    ]
    for change in changes {
      try expect(
        .skipped(.replayed), &network, try offences.report(evidence, by: 1, change))
    }
    let numbered = try offences.report(evidence, by: 1) { $0.sequence = 1 }
    try expect(.skipped(.unauthorised), &network, numbered)
  }

  @Test("a member's invalid reports beyond the block's bound are not even looked at")
  func flood() throws {
    var (network, offences) = try network()
    let elsewhere = otherChain
    let reports = try (0..<8).map { index in
      try offences.report(
        try offences.equivocation(0, height: 2, chain: elsewhere), by: 1,
        validUntil: 50 + UInt64(index))
    }
    let honest = try offences.report(try offences.equivocation(3, height: 2), by: 2)
    let outcome = try network.run(reports + [honest])
    let expected: [Receipt.Outcome] =
      Array(repeating: .skipped(.evidenceInvalid), count: Limits.reportsPerMemberMax)
      + Array(repeating: .skipped(.tooManyReports), count: 8 - Limits.reportsPerMemberMax)
    #expect(outcome.receipts.map(\.outcome) == expected + [.applied])
  }

  @Test("the fund pays a report's carbon charge; the reporter pays nothing")
  func fundPays() throws {
    var (network, offences) = try network()
    var plain = network
    let report = try offences.report(try offences.equivocation(0, height: 2), by: 1)
    let with = try network.run([report])
    let without = try plain.run()
    var (queries, before) = (network.queries, plain.queries)
    let paid = try before.fund().ecc.baseUnits - queries.fund().ecc.baseUnits
    #expect(paid > 0)
    #expect(with.statement.operationCharges == Amount(paid))
    #expect(without.statement.operationCharges.isZero)
    #expect(with.statement.footprintCumulative > without.statement.footprintCumulative)
  }

  @Test("anybody may bring evidence: what holds costs nothing, what does not is paid for")
  func outsider() throws {
    var (network, offences) = try network()
    let forged = try offences.equivocation(0, height: 2, chain: otherChain)
    var before = try network.account(alice)
    func transaction(_ evidence: Evidence, _ sequence: UInt64) throws -> Transaction {
      try network.sign(
        network.body(
          from: alice, sequence, [.reportOffence(ReportOffence(evidence: evidence))]))
    }
    var outcome = try network.run([try transaction(forged, 1)])
    #expect(outcome.receipts[0].outcome == .failed(operation: 0, .evidenceInvalid))
    #expect(!outcome.receipts[0].fee.isZero)
    #expect(!outcome.receipts[0].charge.isZero)
    #expect(try network.account(alice).eco2 < before.eco2)
    before = try network.account(alice)
    outcome = try network.run([try transaction(try offences.equivocation(0, height: 2), 2)])
    #expect(outcome.receipts[0].outcome == .applied)
    #expect(outcome.receipts[0].fee.isZero)
    #expect(try network.account(alice).eco2 == before.eco2)
    #expect(try network.account(alice).ecc == before.ecc)
    outcome = try network.run([try transaction(try offences.amnesia(0, height: 2), 3)])
    #expect(outcome.receipts[0].outcome == .failed(operation: 0, .offenceKnown))
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("a transaction that fails after its evidence records nothing, and a later report counts")
  func rolledBack() throws {
    var (network, offences) = try network()
    let evidence = try offences.equivocation(0, height: 2)
    let mixed = try network.sign(
      network.body(
        from: alice, 1,
        [
          .reportOffence(ReportOffence(evidence: evidence)),
          .transfer(Transfer(token: .eco2, recipient: alice, amount: Amount(1))),
        ]))
    let again = try network.sign(
      network.body(from: alice, 2, [.reportOffence(ReportOffence(evidence: evidence))]))
    let outcome = try network.run([mixed, again])
    #expect(
      outcome.receipts.map(\.outcome) == [.failed(operation: 1, .selfTransfer), .applied])
    var queries = network.queries
    #expect(try queries.offenceCount() == 1)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("admission refuses a report that is known, too old or a stranger's, without its signatures")
  func admission() throws {
    var (network, offences) = try network()
    let known = try offences.report(try offences.equivocation(0, height: 2), by: 1)
    try network.run([known])
    let fresh = try offences.report(try offences.amnesia(3, height: 2), by: 1)
    let forged = try offences.report(
      try offences.equivocation(2, height: 2, chain: otherChain), by: 1)
    let stranger = try offences.report(try offences.equivocation(9, height: 2), by: 1)
    let admission = try Admission(chain: network.chain, over: network.records)
    #expect(
      try admission.faults(of: [known, fresh, forged, stranger])
        == [.offenceKnown, nil, nil, .unknownOffender])
  }

  @Test("the audit finds an offence without its entry, an entry without offence, a wrong count")
  func audit() throws {
    var (network, offences) = try network()
    try network.run([try offences.report(try offences.equivocation(0, height: 2), by: 1)])
    let sound = network.records.records
    let offender = offences.set.members[0].account
    for key in [
      RecordedOffence.key(0), OffenderEntry.key(offender, .votes), OffenceCount.key,
    ] {
      network.records.records = sound
      network.records.records[key] = nil
      #expect(!network.invariants().faults.isEmpty)
    }
    network.records.records = sound
    network.records.records[OffenderEntry.key(offender, .bundles)] =
      sound[OffenderEntry.key(offender, .votes)]
    #expect(!network.invariants().faults.isEmpty)
  }
}

extension TransactionBody {
  /// The same with one transfer as its only operation.
  fileprivate var withTransfer: TransactionBody {
    var body = self
    body.operations = [
      .transfer(Transfer(token: .eco2, recipient: accountID(77), amount: Amount(1)))
    ]
    return body
  }
}
