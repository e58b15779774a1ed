import LedgerCore
import LedgerRules
import LedgerState

/// The chain a simulation starts from: a test genesis with real keys, all from the seed.
struct SimulatedGenesis {
  /// What one ER Node is.
  struct Member {
    let account: AccountID
    let key: NodeKey
  }

  /// An account with a balance, and who signs for it.
  struct Client {
    let account: AccountID
    let key: SigningKey
  }

  let document: GenesisDocument
  let initial: InitialState
  /// The state of height 0: the document's, but for the set of height 2 where that is another.
  let changes: [StateChange]
  /// What decides each height.
  let sets: SimulatedSets
  /// Ascending by account: a member's place here is its index in the validator set.
  let members: [Member]
  let clients: [Client]

  /// 2026-01-01 00:00:00 UTC.
  static let timeMilliseconds: UInt64 = 1_767_225_600_000
  private static let network = "simulation"

  init(
    nodes: Int, clients: Int, intervalMilliseconds: UInt64, setChanges: SetChanges = .none,
    random: inout SeededRandom
  ) throws(SimulationFailure) {
    var members: [Member] = []
    var rows: [GenesisNode] = []
    for index in 0..<nodes {
      let account = AccountID(try Self.key(&random).publicKey)
      let key = try Self.key(&random)
      members.append(Member(account: account, key: NodeKey(key)))
      rows.append(
        Self.row(
          index, account, key, transport: try Self.key(&random).publicKey, random: &random))
    }
    members.sort { $0.account < $1.account }
    var holders: [Client] = []
    for _ in 0..<clients {
      let key = try Self.key(&random)
      holders.append(Client(account: AccountID(key.publicKey), key: key))
    }
    self.clients = holders
    document = GenesisDocument(
      network: Self.network, isTest: true, genesisTime: Self.timeMilliseconds,
      interval: intervalMilliseconds, factors: Self.factors, nodes: rows,
      operatingCommittee: AccountID(try Self.key(&random).publicKey),
      founders: [
        GenesisFounder(account: AccountID(try Self.key(&random).publicKey), amount: Supply.founders)
      ],
      allocations: holders.map {
        GenesisAllocation(
          account: $0.account, eco2: Amount(100_000_000_000), ecc: Amount(10_000_000_000))
      },
      depositor: AccountID(try Self.key(&random).publicKey), lots: Self.lots)
    do {
      initial = try document.initialState()
    } catch {
      throw .genesis("\(error)")
    }
    var keys = members.map(\.key)
    sets = try Self.sets(setChanges, after: initial.validators, keys: &keys, random)
    self.members = zip(members, keys).map { Member(account: $0.account, key: $1) }
    let second = sets.second
    changes = initial.changes.map { [initial] change in
      guard let second, change.key == ValidatorSets.key else { return change }
      return StateChange(key: change.key, value: initial.validators.bcs + second.bcs)
    }
  }

  /// Drawn apart: where sets stay as they are, a run is what it was.
  private static func sets(
    _ changes: SetChanges, after first: ValidatorSet, keys: inout [NodeKey], _ random: SeededRandom
  ) throws(SimulationFailure) -> SimulatedSets {
    var rest = random
    var apart = rest.fork()
    switch changes {
    case .none: return SimulatedSets([first])
    case .drawn: return try .drawn(after: first, keys: &keys, random: &apart)
    case .keys:
      for index in keys.indices { keys[index].renew(0, at: 2) }
      let members = zip(first.members, keys).map {
        Validator(account: $0.account, consensusKey: $1.at(2).publicKey)
      }
      guard let second = ValidatorSet(firstHeight: 2, members: members) else {
        throw .genesis("two members have one key")
      }
      return SimulatedSets([first, second])
    }
  }

  private static func key(_ random: inout SeededRandom) throws(SimulationFailure) -> SigningKey {
    guard let key = SigningKey(seed: random.bytes(32)) else { throw .genesis("a seed is no key") }
    return key
  }

  private static func row(
    _ index: Int, _ account: AccountID, _ key: SigningKey, transport: PublicKey,
    random: inout SeededRandom
  ) -> GenesisNode {
    let message = GenesisNode.possessionMessage(
      network: network, account: account, key: key.publicKey)
    return GenesisNode(
      account: account, consensusKey: key.publicKey,
      possession: key.sign(prefix: GenesisNode.possessionTag, message: message[...]),
      transportKey: transport, name: "node \(index)",
      profile: EnergyProfile(
        tier: .rack, region: factors[random.index(factors.count)].regionCode,
        idleMilliwatts: random.within(48_000...200_000),
        millijoulesPerCPUSecond: random.within(5_000...20_000),
        puePermille: random.within(1_580...2_000)),
      isAttested: random.happens(permille: 800))
  }

  private static let factors = [
    factor("CHN", 557_500_000), factor("FRA", 44_000_000), factor("IND", 713_000_000),
  ]

  private static func factor(_ code: String, _ micrograms: UInt64) -> GenesisFactor {
    GenesisFactor(
      regionCode: code, region: "region \(code)", year: 2024,
      microgramsPerKilowattHour: micrograms, source: "simulation", licence: "none")
  }

  private static let lots = [lot("GS1", 1, 50), lot("GS2", 11, 60)]

  private static func lot(_ project: String, _ start: UInt64, _ end: UInt64) -> GenesisLot {
    GenesisLot(
      project: CreditProject(
        registry: "gold-standard", id: project, name: "project \(project)", country: "Kenya",
        type: "cookstoves"),
      range: CreditRange(
        serialBlock: "gs:1-KE-\(project)", serialText: "GS1-1-KE-\(project)-\(start)-\(end)",
        start: start, end: end, vintageFrom: 20_200_101, vintageTo: 20_201_231,
        product: .verified),
      tonnes: end - start + 1, status: .issued)
  }
}

/// Why a simulation cannot be run at all.
public enum SimulationFailure: Error, Sendable {
  /// The test values make no genesis: a fault of the simulation or of the rules of genesis.
  case genesis(String)
  /// Fewer than 4 or more than 64 nodes, or an interval out of range.
  case options(String)
}
