import LedgerCore
import LedgerRules

/// What people do about elections, drawn without looking at the state: most of it is applied, some
/// fails as it must.
struct SimulatedBallot {
  let chain: ChainID
  /// Accounts of the nodes, and their keys.
  private let nodes: [SimulatedGenesis.Client]
  /// Who registers without a node, and who of them has: nobody who is elected.
  private let papers: [SimulatedGenesis.Client]
  private var registered: [AccountID] = []
  private let profile: EnergyProfile
  /// Nodes that votes go to for a while; others then take their place, with larger votes.
  private var favourites: [AccountID] = []
  private var votesUntilWave = 0
  private var wave = 0

  init(_ genesis: SimulatedGenesis) {
    chain = genesis.initial.chain
    nodes = genesis.members.map { SimulatedGenesis.Client(account: $0.account, key: $0.owner) }
    papers = genesis.papers
    profile = genesis.document.nodes[0].profile
  }

  /// Beside the clients, who owns what elections are about.
  var holders: [SimulatedGenesis.Client] { nodes + papers }

  /// The place among the holders of who registers next; nil when all have.
  var nextToRegister: Int? {
    registered.count < papers.count ? nodes.count + registered.count : nil
  }

  /// What a holder of tokens asks for in one transaction; nothing where it has no wish.
  mutating func operations(
    of holder: SimulatedGenesis.Client, _ random: inout SeededRandom
  ) -> [Operation] {
    // Who is not jailed fails, and pays for it.
    if nodes.contains(where: { $0.account == holder.account }) {
      return random.happens(permille: 500) ? [.releaseNode(ReleaseNode())] : []
    }
    if papers.contains(where: { $0.account == holder.account }) {
      guard registered.contains(holder.account) else {
        return register(holder, &random).map { [$0] } ?? []
      }
      return random.happens(permille: 100) ? [.resignCandidate(ResignCandidate())] : []
    }
    moveOn(&random)
    let amount = Amount(UInt128(random.within(1...10)) * 1_000_000 << UInt128(min(wave, 8)))
    if random.happens(permille: 150) { return everything(amount) }
    return [operation(amount, &random)]
  }

  /// As much for each of the favourites as decides an election: sets may change completely.
  private func everything(_ amount: Amount) -> [Operation] {
    let all = Amount(amount.baseUnits * UInt128(favourites.count))
    return [.lockVotes(LockVotes(amount: all))]
      + favourites.map { .placeVotes(PlaceVotes(candidate: $0, amount: amount)) }
  }

  private func operation(_ amount: Amount, _ random: inout SeededRandom) -> Operation {
    switch random.index(11) {
    case 0...2: return .lockVotes(LockVotes(amount: amount))
    case 3...6: return .placeVotes(PlaceVotes(candidate: candidate(&random), amount: amount))
    case 7, 8:
      return .moveVotes(
        MoveVotes(from: candidate(&random), to: candidate(&random), amount: amount))
    case 9:
      return .withdrawVotes(WithdrawVotes(candidate: candidate(&random), amount: amount))
    default:
      return random.happens(permille: 500)
        ? .unlockVotes(UnlockVotes(amount: amount))
        : .claimRewards(ClaimRewards(candidate: candidate(&random)))
    }
  }

  /// Anybody may want to be elected; one without a node never declares itself.
  mutating func register(
    _ holder: SimulatedGenesis.Client, _ random: inout SeededRandom
  ) -> Operation? {
    guard let key = SigningKey(seed: random.bytes(32)) else { return nil }
    registered.append(holder.account)
    return .registerCandidate(
      RegisterCandidate(
        facts: CandidateFacts(
          name: "paper", transportKey: key.publicKey, endpoint: "", profile: profile),
        key: .prove(key, for: holder.account, chain: chain), reserve: .zero))
  }

  /// Now and then others are the favourites.
  private mutating func moveOn(_ random: inout SeededRandom) {
    votesUntilWave -= 1
    guard votesUntilWave < 0 else { return }
    votesUntilWave = random.index(40)
    wave += 1
    let count = 1 + random.index(nodes.count)
    favourites = random.order(nodes.count).prefix(count).map { nodes[$0].account }
  }

  private func candidate(_ random: inout SeededRandom) -> AccountID {
    guard random.happens(permille: 400) else { return favourites[random.index(favourites.count)] }
    let place = random.index(nodes.count + registered.count)
    return place < nodes.count ? nodes[place].account : registered[place - nodes.count]
  }
}
