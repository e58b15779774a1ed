import LedgerCore
import Testing

@testable import LedgerRules

extension EmissionWorld {
  /// genesis reserve = paid + claimable + remainders + what is left of the reserve: by candidate in
  /// 2^-64 base units, and in all to the base unit.
  func checkClaims() throws {
    var queries = world.network.queries
    let unit = RewardShare.unit
    var (claimable, remainders) = (UInt128(0), UInt128(0))
    for node in world.network.document.nodes {
      let candidate = try world.candidate(node.account)
      var (whole, fractions) = (UInt128(0), candidate.undivided)
      var votes: UInt128 = 0
      for voter in voters {
        let expected = shares.votes(of: voter, for: node.account)
        let stake = try queries.votes(of: voter, for: node.account)
        guard (stake?.amount.baseUnits ?? 0) == expected else {
          throw differs("votes", stake?.amount.baseUnits ?? 0, expected)
        }
        guard let stake else { continue }
        votes += stake.amount.baseUnits
        var earned = stake.earning.baseUnits * (candidate.earned - stake.paidTo) + stake.fraction
        if !stake.fresh.isZero, stake.freshTerm < world.term {
          let kept = world.network.records.records[TermRate.key(node.account, stake.freshTerm)]
          let rate = try kept.map { try TermRate(stored: $0).earned } ?? candidate.earned
          earned += stake.fresh.baseUnits * (candidate.earned - rate)
        }
        whole += earned / unit
        fractions += earned % unit
      }
      guard candidate.votes.baseUnits == votes else {
        throw differs("tally", candidate.votes, votes)
      }
      let owed = (shares.earned[node.account] ?? 0) - (shares.paid[node.account] ?? 0)
      let kept = whole + fractions / unit
      // A move pays for two, and only their sum is seen.
      guard fractions.isMultiple(of: unit), max(kept, owed) - min(kept, owed) <= 2 else {
        throw differs("owed to voters", kept, owed)
      }
      claimable += whole
      remainders += fractions / unit
    }
    let left = try queries.rewardReserve().eco2.baseUnits
    let unclaimed = try queries.delegation().unclaimed.baseUnits
    guard unclaimed == claimable + remainders else {
      throw differs("unclaimed", unclaimed, claimable + remainders)
    }
    let sum = given + counts.paid + claimable + remainders + left
    guard sum == reserveAtStart else { throw differs("the reserve", sum, reserveAtStart) }
  }

  // MARK: Nodes

  /// Nodes that are there declare themselves ready.
  mutating func declarations() throws -> [Transaction] {
    var transactions: [Transaction] = []
    for node in world.network.document.nodes {
      let candidate = try world.candidate(node.account)
      guard candidate.isElectable, candidate.readyFor != world.term + 1, !chance(3) else {
        continue
      }
      transactions.append(try world.declaration(node.account))
    }
    return transactions
  }

  /// Jailed nodes are released, and those that owe are topped up.
  mutating func repairs() throws -> [Transaction] {
    var transactions: [Transaction] = []
    if chance(25) {
      let account = world.node(random(world.network.document.nodes.count))
      if try world.candidate(account).jailedAt > 0 {
        counts.releases += 1
        transactions.append(
          try world.transaction(account, [.releaseNode(ReleaseNode())]))
      }
    }
    if chance(600) {
      let gift = TopUpReserve(node: world.node(random(2)), amount: Amount(50_000_000))
      transactions.append(
        try world.transaction(TestGenesis.accounts[13], [.topUpReserve(gift)]))
    }
    return transactions
  }
}
