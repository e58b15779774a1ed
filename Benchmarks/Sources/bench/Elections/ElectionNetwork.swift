import LedgerCore
import LedgerRules

/// The network that figures of elections stand on: that of carbon's figures without its lots, with
/// candidates and voters. Everything in it is a function of a number.
///
/// Each voter has votes for three candidates. All candidates have declared themselves ready for the
/// next term, and its election is ten minutes away.
struct ElectionNetwork: Sendable {
  let candidates: Int
  let voters: Int

  static let votesPerVoter = 3
  static let seats = CarbonNetwork.nodes
  /// ECO2 that a voter locks; what it does not vote with is idle.
  static let locked = UInt128(7)

  /// The account of a candidate; the first are the nodes of genesis.
  static func candidate(_ number: Int) -> AccountID {
    number < CarbonNetwork.nodes
      ? CarbonNetwork.nodeAccount(number) : CarbonNetwork.account(-200_000 - number)
  }

  static func voter(_ number: Int) -> AccountID { CarbonNetwork.account(number) }

  /// A key of a candidate: its first for consensus, that of the term to come, or that of its
  /// transport.
  enum Role: String {
    case first
    case next
    case transport
  }

  static func key(_ role: Role, of number: Int) throws -> SigningKey {
    if role == .first, number < CarbonNetwork.nodes {
      return try CarbonNetwork.consensusKey(number)
    }
    let seed = SHA256.hash(Array("candidate \(number), \(role.rawValue)".utf8)).bytes.array
    guard let key = SigningKey(seed: seed) else {
      throw BenchmarkFault.broken("a seed of 32 bytes makes no key")
    }
    return key
  }

  /// Whom a voter votes for, and with how much: three different candidates.
  func votes(of voter: Int) -> [(candidate: Int, amount: UInt128)] {
    var numbers = Numbers(seed: voter + 1)
    var chosen: [(candidate: Int, amount: UInt128)] = []
    while chosen.count < Self.votesPerVoter {
      let candidate = Int.random(in: 0..<candidates, using: &numbers)
      guard !chosen.contains(where: { $0.candidate == candidate }) else { continue }
      chosen.append((candidate, UInt128.random(in: 100_000_000...200_000_000, using: &numbers)))
    }
    return chosen
  }

  /// Who is elected: all votes summed, all candidates sorted.
  func elected() -> Set<AccountID> {
    var sums = [UInt128](repeating: 0, count: candidates)
    for voter in 0..<voters {
      for vote in votes(of: voter) { sums[vote.candidate] += vote.amount }
    }
    let sorted = sums.indices.sorted { sums[$0] == sums[$1] ? $0 < $1 : sums[$0] > sums[$1] }
    return Set(sorted.prefix(Self.seats).map(Self.candidate))
  }

  /// Money for everybody. Bonds and reserves are small: there are more candidates than the supply
  /// could bond.
  func genesis() throws -> GenesisDocument {
    var document = try CarbonNetwork(lots: 0, accounts: voters).genesis()
    document.parameters.elections = .standard
    // Headers here carry no COMMITs.
    document.parameters.elections.signedPercentMin = 0
    document.parameters.elections.bond = Amount(100 * Token.eco2.baseUnitsPerToken)
    document.parameters.elections.reserveDays = 1
    for number in CarbonNetwork.nodes..<candidates {
      document.allocations.append(
        GenesisAllocation(
          account: Self.candidate(number), eco2: Amount(200 * Token.eco2.baseUnitsPerToken),
          ecc: Amount(10_000_000_000)))
    }
    return document
  }
}
