import LedgerCore
import LedgerRules
import LedgerState

/// The chain a simulation starts from: a test genesis with real keys, all from the seed.
struct SimulatedGenesis {
  /// What one ER Node is.
  struct Member {
    let account: AccountID
    /// Of its account: releases the node from jail.
    let owner: SigningKey
    /// Its consensus key at genesis.
    let key: SigningKey
  }

  /// An account with a balance, and who signs for it.
  struct Client {
    let account: AccountID
    let key: SigningKey
  }

  let document: GenesisDocument
  let initial: InitialState
  /// The state of height 0.
  var changes: [StateChange] { initial.changes }
  /// Ascending by account: a member's place here is its index in the validator set.
  let members: [Member]
  let clients: [Client]
  /// Accounts that register as candidates and have no node; none where there are no elections.
  let papers: [Client]

  /// 2026-01-01 00:00:00 UTC.
  static let timeMilliseconds: UInt64 = 1_767_225_600_000
  private static let network = "simulation"
  /// Nodes and candidates without one.
  private static let candidatesMax = 60

  init(
    nodes: Int, clients: Int, intervalMilliseconds: UInt64, setChanges: SetChanges = .none,
    random: inout SeededRandom
  ) throws(SimulationFailure) {
    var members: [Member] = []
    var rows: [GenesisNode] = []
    for index in 0..<nodes {
      let owner = try Self.key(&random)
      let account = AccountID(owner.publicKey)
      let key = try Self.key(&random)
      members.append(Member(account: account, owner: owner, key: key))
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
    self.members = members
    var document = GenesisDocument(
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
    document.parameters.elections.seats = UInt64(nodes)
    var papers: [Client] = []
    if setChanges == .elected {
      // Drawn apart: where sets stay as they are, a run is what it was.
      var rest = random
      var apart = rest.fork()
      // Few in most runs: people have other wishes, too.
      let room = max(0, Self.candidatesMax - nodes)
      let most = apart.happens(permille: 250) ? room : min(8, room)
      for _ in 0..<apart.index(most + 1) {
        let key = try Self.key(&apart)
        papers.append(Client(account: AccountID(key.publicKey), key: key))
      }
      document.allocations += (members.map(\.account) + papers.map(\.account)).map {
        GenesisAllocation(account: $0, eco2: Amount(100_000_000), ecc: Amount(1_000_000_000))
      }
      document.parameters.elections = Self.elections(
        nodes: nodes, interval: intervalMilliseconds, random: &apart)
    }
    self.papers = papers
    self.document = document
    do {
      initial = try document.initialState()
    } catch {
      throw .genesis("\(error)")
    }
  }

  /// Terms of a few blocks, and all else in proportion.
  private static func elections(
    nodes: Int, interval: UInt64, random: inout SeededRandom
  ) -> ElectionParameters {
    let term = random.within(6...16)
    var parameters = ElectionParameters.standard
    parameters.seats = random.within(UInt64(Limits.validatorsMin)...UInt64(nodes))
    parameters.termMilliseconds = term * interval
    parameters.windowMilliseconds = random.within(2...term) * interval
    parameters.readyMilliseconds = random.within(4...term) * interval
    parameters.unlockMilliseconds = random.within(1...term) * interval
    parameters.bond = Amount(1_000_000)
    parameters.bondMilliseconds = random.within(1...term) * interval
    parameters.reserveDays = 0
    parameters.downtimeBlocks = random.happens(permille: 700) ? random.within(4...16) : 1_000
    parameters.jailMilliseconds = random.within(1...6) * interval
    parameters.releaseFine = Amount(UInt128(random.within(0...1_000)))
    return parameters
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
