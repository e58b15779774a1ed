import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Votes: locked ECO2, each base unit once")
struct VoteTests {
  private let alice = TestGenesis.accounts[0]
  private let bob = TestGenesis.accounts[1]

  /// A network with terms of a hundred blocks, of which the last ten are the voting window.
  private func network() throws -> TestNetwork {
    var document = try TestGenesis.document()
    document.parameters.elections.termMilliseconds = 1_000_000
    document.parameters.elections.windowMilliseconds = 100_000
    document.parameters.elections.readyMilliseconds = 50_000
    document.parameters.elections.unlockMilliseconds = 200_000
    return try TestNetwork(document)
  }

  private func node(_ network: TestNetwork, _ index: Int) -> AccountID {
    network.document.nodes[index].account
  }

  /// Executes one transaction; its outcome.
  private func outcome(
    _ network: inout TestNetwork, _ sender: AccountID, _ sequence: UInt64,
    _ operations: [LedgerCore.Operation], author: Int = 0, slots: UInt64 = 1
  ) throws -> Receipt.Outcome {
    let transaction = try network.sign(network.body(from: sender, sequence, operations))
    let receipts = try network.run([transaction], author: author, slots: slots).receipts
    #expect(network.invariants().faults.isEmpty)
    return receipts[0].outcome
  }

  private func voter(_ network: TestNetwork, _ account: AccountID) throws -> Voter? {
    var queries = network.queries
    return try queries.voter(account)
  }

  private func candidate(_ network: TestNetwork, _ index: Int) throws -> Candidate {
    var queries = network.queries
    return try #require(try queries.candidate(node(network, index)))
  }

  private func lock(_ amount: UInt128) -> LedgerCore.Operation {
    .lockVotes(LockVotes(amount: Amount(amount)))
  }

  private func place(_ candidate: AccountID, _ amount: UInt128) -> LedgerCore.Operation {
    .placeVotes(PlaceVotes(candidate: candidate, amount: Amount(amount)))
  }

  @Test("what is locked leaves the balance, is placed once, and comes back after the delay")
  func wholeWay() throws {
    var network = try network()
    let before = try network.account(alice).eco2
    let to = node(network, 1)
    #expect(
      try outcome(&network, alice, 1, [lock(500), place(to, 300)], slots: 95) == .applied)
    #expect(try candidate(network, 1).votes == Amount(300))
    #expect(try voter(network, alice)?.idle == Amount(200))
    let unlock = LedgerCore.Operation.unlockVotes(UnlockVotes(amount: Amount(200)))
    let collect = LedgerCore.Operation.collectUnlocked(CollectUnlocked())
    #expect(try outcome(&network, alice, 2, [unlock]) == .applied)
    #expect(
      try outcome(&network, alice, 3, [collect])
        == .failed(operation: 0, .notUnlocked, subject: nil))
    #expect(try outcome(&network, alice, 4, [collect], slots: 20) == .applied)
    let fees = try before.baseUnits - 300 - network.account(alice).eco2.baseUnits
    #expect(fees < 4 * 10_000_000)
  }

  @Test("placing and moving outside the window fails; withdrawing does not")
  func window() throws {
    var network = try network()
    let (one, two) = (node(network, 1), node(network, 2))
    #expect(
      try outcome(&network, alice, 1, [lock(500), place(one, 300)])
        == .failed(operation: 1, .votingClosed, subject: nil))
    #expect(
      try outcome(&network, alice, 2, [lock(500), place(one, 300)], slots: 94) == .applied)
    let move = LedgerCore.Operation.moveVotes(
      MoveVotes(from: one, to: two, amount: Amount(100)))
    #expect(try outcome(&network, alice, 3, [move]) == .applied)
    #expect(
      try outcome(&network, alice, 4, [move], slots: 20)
        == .failed(operation: 0, .votingClosed, subject: nil))
    let withdraw = LedgerCore.Operation.withdrawVotes(
      WithdrawVotes(candidate: one, amount: Amount(200)))
    #expect(try outcome(&network, alice, 5, [withdraw]) == .applied)
    #expect(try candidate(network, 1).votes == .zero)
    #expect(try candidate(network, 2).votes == Amount(100))
    #expect(try voter(network, alice)?.idle == Amount(400))
  }

  @Test("what is not locked, placed already, for nobody or nothing, does not vote")
  func refusals() throws {
    var network = try network()
    let one = node(network, 1)
    func fault(
      _ network: inout TestNetwork, _ sequence: UInt64, _ operations: [LedgerCore.Operation],
      slots: UInt64 = 1
    ) throws -> TransactionFault? {
      guard
        case .failed(_, let fault, _) = try outcome(
          &network, alice, sequence, operations, slots: slots)
      else { return nil }
      return fault
    }
    #expect(try fault(&network, 1, [place(one, 1)], slots: 91) == .votesInsufficient)
    #expect(try fault(&network, 2, [lock(10), place(one, 11)]) == .votesInsufficient)
    #expect(try fault(&network, 3, [lock(10), place(one, 6)]) == nil)
    #expect(try fault(&network, 4, [place(one, 5)]) == .votesInsufficient)
    #expect(try fault(&network, 5, [place(bob, 1)]) == .unknownCandidate)
    #expect(try fault(&network, 6, [place(one, 0)]) == .zeroAmount)
    #expect(
      try fault(&network, 7, [.unlockVotes(UnlockVotes(amount: Amount(5)))])
        == .votesInsufficient)
    #expect(try fault(&network, 8, [lock(100_000_000_001)]) == .insufficientBalance)
    let tooMany = (0..<17).map { _ in
      LedgerCore.Operation.unlockVotes(UnlockVotes(amount: Amount(1)))
    }
    #expect(try fault(&network, 9, [lock(100)] + tooMany) == .tooManyUnlocks)
    #expect(
      try fault(
        &network, 10, [.moveVotes(MoveVotes(from: one, to: one, amount: Amount(1)))])
        == .sameCandidate)
  }

  @Test("votes earn from the term after theirs on: nobody follows the authors with them")
  func earnsNextTerm() throws {
    var network = try network()
    let (one, two) = (node(network, 1), node(network, 2))
    let claim = { LedgerCore.Operation.claimRewards(ClaimRewards(candidate: $0)) }
    #expect(try outcome(&network, bob, 1, [lock(100), place(one, 100)], slots: 95) == .applied)
    try network.run(author: 0, slots: 80)
    let move = LedgerCore.Operation.moveVotes(
      MoveVotes(from: two, to: one, amount: Amount(300)))
    #expect(
      try outcome(&network, alice, 1, [lock(300), place(two, 300)], author: 2, slots: 18)
        == .applied)
    #expect(try outcome(&network, alice, 2, [move], author: 1) == .applied)
    #expect(
      try outcome(&network, alice, 3, [claim(one)])
        == .failed(operation: 0, .nothingEarned, subject: nil))
    #expect(try candidate(network, 1).earning == Amount(100))
    // The block's voters' part is Bob's alone, and Alice's in proportion from the next term on.
    let before = try network.account(bob).eco2
    #expect(try outcome(&network, bob, 2, [claim(one)]) == .applied)
    let part = BlockReward.reward(at: 3).baseUnits * 2 / 5
    #expect(try network.account(bob).eco2.baseUnits + 10_000_000 > before.baseUnits + part)
    try network.run(author: 1, slots: 10)
    #expect(try candidate(network, 1).earning == Amount(400))
    #expect(try outcome(&network, alice, 4, [claim(one)]) == .applied)
  }

  @Test("two fifths of a reward go to the votes of the block's author, in proportion")
  func rewards() throws {
    var network = try network()
    let one = node(network, 1)
    #expect(try outcome(&network, alice, 1, [lock(300), place(one, 300)], slots: 95) == .applied)
    #expect(try outcome(&network, bob, 1, [lock(100), place(one, 100)]) == .applied)
    // Into the next term: votes earn from there on.
    try network.run(author: 0, slots: 10)
    let before = try (network.account(alice).eco2, network.account(bob).eco2)
    try network.run(author: 1)
    try network.run(author: 0)
    let claim = LedgerCore.Operation.claimRewards(ClaimRewards(candidate: one))
    #expect(try outcome(&network, alice, 2, [claim]) == .applied)
    #expect(try outcome(&network, bob, 2, [claim]) == .applied)
    #expect(
      try outcome(&network, bob, 3, [claim])
        == .failed(operation: 0, .nothingEarned, subject: nil))
    let part = BlockReward.reward(at: 3).baseUnits * 2 / 5
    let gained = try (
      network.account(alice).eco2.baseUnits + 10_000_000 - before.0.baseUnits,
      network.account(bob).eco2.baseUnits + 20_000_000 - before.1.baseUnits
    )
    #expect(gained.0 > part * 3 / 4 && gained.0 <= part * 3 / 4 + 10_000_000)
    #expect(gained.1 > part / 4 && gained.1 <= part / 4 + 20_000_000)
  }
}
