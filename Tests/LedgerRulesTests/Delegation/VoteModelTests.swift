import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Votes and rewards against plain sums")
struct VoteModelTests {
  /// Locked and placed votes, summed anew for every question.
  private struct Model {
    var locked: [Int: UInt128] = [:]
    var placed: [Int: [Int: UInt128]] = [:]
    /// Begun, collected or not.
    var unlocks: [Int: Int] = [:]

    func idle(_ voter: Int) -> UInt128 {
      (locked[voter] ?? 0) - (placed[voter] ?? [:]).values.reduce(0, +)
    }

    func votes(_ candidate: Int) -> UInt128 {
      placed.values.reduce(0) { $0 + ($1[candidate] ?? 0) }
    }
  }

  @Test("random votes: no base unit is lost, and the tally is the sum", arguments: UInt64(1)...6)
  func random(seed: UInt64) throws {
    var document = try TestGenesis.document(nodes: 5)
    // Always open, and with a new term every 20 blocks.
    document.parameters.elections.termMilliseconds = 200_000
    document.parameters.elections.readyMilliseconds = 100_000
    document.parameters.elections.windowMilliseconds =
      document.parameters.elections.termMilliseconds
    document.parameters.elections.unlockMilliseconds = 50_000
    var network = try TestNetwork(document)
    var random = SplitMix64(state: seed)
    var model = Model()
    let voters = TestGenesis.accounts.prefix(6)
    var sequences = [UInt64](repeating: 0, count: voters.count)
    for _ in 0..<150 {
      var transactions: [Transaction] = []
      for voter in voters.indices where Bool.random(using: &random) {
        let operation = draw(voter, &model, document, &random)
        sequences[voter] += 1
        transactions.append(
          try network.sign(network.body(from: voters[voter], sequences[voter], [operation])))
      }
      let outcome = try network.run(
        transactions, author: Int.random(in: 0..<5, using: &random))
      for receipt in outcome.receipts {
        if case .skipped(let fault) = receipt.outcome { Issue.record("skipped: \(fault)") }
      }
      let faults = network.invariants().faults
      #expect(faults.isEmpty)
      for index in document.nodes.indices {
        var queries = network.queries
        let found = try queries.candidate(document.nodes[index].account)?.votes.baseUnits
        #expect(found == model.votes(index))
      }
    }
    try withdrawAll(&network, model, voters: Array(voters), &sequences)
  }

  /// An operation that the rules accept, which the model has followed.
  private func draw(
    _ voter: Int, _ model: inout Model, _ document: GenesisDocument, _ random: inout SplitMix64
  ) -> LedgerCore.Operation {
    let candidate = Int.random(in: 0..<5, using: &random)
    let account = document.nodes[candidate].account
    let here = model.placed[voter]?[candidate] ?? 0
    let idle = model.idle(voter)
    switch Int.random(in: 0..<6, using: &random) {
    case 0 where idle > 0:
      let amount = UInt128.random(in: 1...idle, using: &random)
      model.placed[voter, default: [:]][candidate, default: 0] += amount
      return .placeVotes(PlaceVotes(candidate: account, amount: Amount(amount)))
    case 1 where here > 0:
      let to = (candidate + Int.random(in: 1..<5, using: &random)) % 5
      let amount = UInt128.random(in: 1...here, using: &random)
      model.placed[voter, default: [:]][candidate, default: 0] -= amount
      model.placed[voter, default: [:]][to, default: 0] += amount
      return .moveVotes(
        MoveVotes(from: account, to: document.nodes[to].account, amount: Amount(amount)))
    case 2 where here > 0:
      let amount = UInt128.random(in: 1...here, using: &random)
      model.placed[voter, default: [:]][candidate, default: 0] -= amount
      return .withdrawVotes(WithdrawVotes(candidate: account, amount: Amount(amount)))
    case 3 where here > 0: return .claimRewards(ClaimRewards(candidate: account))
    case 4: return .collectUnlocked(CollectUnlocked())
    case 5 where idle > 0 && (model.unlocks[voter] ?? 0) < 16:
      let amount = UInt128.random(in: 1...idle, using: &random)
      model.locked[voter, default: 0] -= amount
      model.unlocks[voter, default: 0] += 1
      return .unlockVotes(UnlockVotes(amount: Amount(amount)))
    default:
      let amount = UInt128.random(in: 1...1_000_003, using: &random)
      model.locked[voter, default: 0] += amount
      return .lockVotes(LockVotes(amount: Amount(amount)))
    }
  }

  /// Once all votes are taken back, what is left unpaid is less than a base unit for a candidate.
  private func withdrawAll(
    _ network: inout TestNetwork, _ model: Model, voters: [AccountID], _ sequences: inout [UInt64]
  ) throws {
    var transactions: [Transaction] = []
    for voter in voters.indices {
      for candidate in 0..<5 {
        let amount = model.placed[voter]?[candidate] ?? 0
        guard amount > 0 else { continue }
        sequences[voter] += 1
        let withdrawal = WithdrawVotes(
          candidate: network.document.nodes[candidate].account, amount: Amount(amount))
        transactions.append(
          try network.sign(
            network.body(from: voters[voter], sequences[voter], [.withdrawVotes(withdrawal)])))
      }
    }
    for receipt in try network.run(transactions).receipts { #expect(receipt.outcome == .applied) }
    var queries = network.queries
    let delegation = try queries.delegation()
    #expect(delegation.placed == .zero)
    #expect(delegation.unclaimed.baseUnits <= 5 * 31)
    #expect(network.invariants().faults.isEmpty)
  }
}
