import LedgerCore
import LedgerRules

/// What people do about elections, drawn without looking at the state: most of it is applied, some
/// fails as it must.
struct SimulatedBallot {
  let chain: ChainID
  /// Accounts of the nodes, and their keys.
  let nodes: [SimulatedGenesis.Client]
  /// Who has registered without a node: nobody who is elected.
  private var papers: [AccountID] = []
  private let profile: EnergyProfile

  init(_ genesis: SimulatedGenesis) {
    chain = genesis.initial.chain
    nodes = genesis.members.map { SimulatedGenesis.Client(account: $0.account, key: $0.owner) }
    profile = genesis.document.nodes[0].profile
  }

  /// What a holder of tokens asks for; nil for something else.
  mutating func operation(
    of holder: SimulatedGenesis.Client, _ random: inout SeededRandom
  ) -> Operation? {
    // Who is not jailed fails, and pays for it.
    if nodes.contains(where: { $0.account == holder.account }) {
      return random.happens(permille: 500) ? .releaseNode(ReleaseNode()) : nil
    }
    let amount = Amount(UInt128(random.within(1...10)) * 1_000_000)
    switch random.index(12) {
    case 0...2: return .lockVotes(LockVotes(amount: amount))
    case 3...6: return .placeVotes(PlaceVotes(candidate: candidate(&random), amount: amount))
    case 7, 8:
      return .moveVotes(
        MoveVotes(from: candidate(&random), to: candidate(&random), amount: amount))
    case 9:
      return .withdrawVotes(WithdrawVotes(candidate: candidate(&random), amount: amount))
    case 10:
      return random.happens(permille: 500)
        ? .unlockVotes(UnlockVotes(amount: amount))
        : .claimRewards(ClaimRewards(candidate: candidate(&random)))
    default: return register(holder, &random)
    }
  }

  private func candidate(_ random: inout SeededRandom) -> AccountID {
    let place = random.index(nodes.count + papers.count)
    return place < nodes.count ? nodes[place].account : papers[place - nodes.count]
  }

  /// Anybody may want to be elected; one without a node never declares itself.
  private mutating func register(
    _ holder: SimulatedGenesis.Client, _ random: inout SeededRandom
  ) -> Operation? {
    guard !papers.contains(holder.account) else {
      return .resignCandidate(ResignCandidate())
    }
    guard let key = SigningKey(seed: random.bytes(32)) else { return nil }
    papers.append(holder.account)
    return .registerCandidate(
      RegisterCandidate(
        facts: CandidateFacts(
          name: "paper", transportKey: key.publicKey, endpoint: "", profile: profile),
        key: .prove(key, for: holder.account, chain: chain), reserve: .zero))
  }
}
