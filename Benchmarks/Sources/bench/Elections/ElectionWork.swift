import LedgerCore
import LedgerRules
import LedgerState

/// Blocks of the operations that figures of elections count, by voters that are different in each.
struct ElectionWork {
  /// Transactions of a block, of one operation each.
  static let operationCount = 1_000

  let chain: CarbonChain
  let network: ElectionNetwork
  private var voters: [Int]

  init(_ folder: ElectionFolder, seed: Int) throws {
    chain = try CarbonChain(ledger: folder.ledger, workers: 0)
    network = folder.network
    var numbers = Numbers(seed: seed)
    voters = Array(0..<network.voters).shuffled(using: &numbers)
  }

  /// Voters of the next block. All have had their turn before one has another.
  private mutating func turn() -> [Int] {
    let next = Array(voters.prefix(Self.operationCount))
    voters = Array(voters.dropFirst(next.count)) + next
    return next
  }

  /// Idle votes for a candidate that the voter votes for already.
  mutating func votes() throws -> CarbonChain.Proposal {
    let network = network
    return try block(slots: 1) { voter in
      let chosen = network.votes(of: voter)[0].candidate
      return .placeVotes(
        PlaceVotes(candidate: ElectionNetwork.candidate(chosen), amount: Amount(1_000)))
    }
  }

  /// What is done at any time: votes taken back, and transfers, by turns.
  mutating func mixed(slots: UInt64) throws -> CarbonChain.Proposal {
    let network = network
    var isWithdrawal = false
    return try block(slots: slots) { voter in
      isWithdrawal.toggle()
      let chosen = network.votes(of: voter)[1].candidate
      return isWithdrawal
        ? .withdrawVotes(
          WithdrawVotes(candidate: ElectionNetwork.candidate(chosen), amount: Amount(1_000)))
        : .transfer(
          Transfer(
            token: .eco2, recipient: ElectionNetwork.voter((voter + 1) % network.voters),
            amount: Amount(1)))
    }
  }

  private mutating func block(
    slots: UInt64, _ operation: (Int) -> LedgerCore.Operation
  ) throws -> CarbonChain.Proposal {
    chain.forgetSequences()
    let transactions = try turn().map {
      try chain.transaction([operation($0)], by: ElectionNetwork.voter($0))
    }
    return try chain.proposal(transactions, slots: slots)
  }
}
