import LedgerCore
public import LedgerRules
import LoadTest
import RegistryFiles

/// Decisions about a new network, beside its sources and keys.
public struct GenesisPlan: Sendable {
  /// The network's name.
  public var network: String
  /// Milliseconds since 1970.
  public var genesisTime: UInt64
  /// Milliseconds between slots.
  public var interval: UInt64
  /// Where each node's peers reach it, `host:port`, in the order of the node list.
  public var endpoints: [String]
  /// Members of a full set; nil for the carbon rules' 21.
  public var seats: Int?
  /// From election to election, ms; nil for the carbon rules' 30 days.
  public var term: UInt64?

  public init(network: String, genesisTime: UInt64, interval: UInt64, endpoints: [String]) {
    self.network = network
    self.genesisTime = genesisTime
    self.interval = interval
    self.endpoints = endpoints
  }

  /// What test networks give the account to send from by hand: 1,000,000 ECO2 and 1 t.
  static let treasury = (eco2: tokens(.eco2, 1_000_000), ecc: tokens(.ecc, 1_000_000))
  /// And each registrar: 100 ECO2 and 1 kg, for what deciding costs.
  static let registrar = (eco2: tokens(.eco2, 100), ecc: tokens(.ecc, 1_000))
  /// And each account the load is sent from: 1,000 ECO2, or an equal part of 50,000,000 where
  /// there are more than 50,000 of them, and 1 kg.
  static func loadAccount(of count: Int) -> (eco2: Amount, ecc: Amount) {
    let eco2 = min(1_000, 50_000_000 / UInt128(max(1, count)))
    return (tokens(.eco2, eco2), tokens(.ecc, 1_000))
  }

  private static func tokens(_ token: Token, _ count: UInt128) -> Amount {
    Amount(count * token.baseUnitsPerToken)
  }

  /// The genesis time of a network whose nodes start at once: a multiple of the interval, so late
  /// that slot 1 begins when they have had time to start.
  ///
  /// - Parameters:
  ///   - now: milliseconds since 1970.
  ///   - startMilliseconds: what starting takes.
  public static func genesisTime(now: UInt64, interval: UInt64, startMilliseconds: UInt64)
    -> UInt64
  {
    let interval = max(1, interval)
    let wait = startMilliseconds > interval ? startMilliseconds - interval : 0
    let earliest = now.addingReportingOverflow(wait)
    guard !earliest.overflow else { return now }
    let slots = earliest.partialValue / interval + 1
    let time = slots.multipliedReportingOverflow(by: interval)
    return time.overflow ? now : time.partialValue
  }
}

extension GenesisDocument {
  /// The document of a plan; `initialState` judges it.
  ///
  /// - Parameters:
  ///   - sources: its nodes in the order of `keys.nodes` and `plan.endpoints`; the first of them
  ///     are taken when there are fewer keys.
  public init(_ plan: GenesisPlan, sources: GenesisSources, keys: NetworkKeys) {
    var allocations: [GenesisAllocation] = []
    if let test = keys.test {
      allocations.append(
        GenesisAllocation(
          account: AccountID(test.treasury.publicKey), eco2: GenesisPlan.treasury.eco2,
          ecc: GenesisPlan.treasury.ecc))
      allocations += keys.registrars.map {
        GenesisAllocation(
          account: AccountID($0.publicKey), eco2: GenesisPlan.registrar.eco2,
          ecc: GenesisPlan.registrar.ecc)
      }
      let funded = GenesisPlan.loadAccount(of: test.load.count)
      allocations += test.load.ids().map {
        GenesisAllocation(account: $0, eco2: funded.eco2, ecc: funded.ecc)
      }
    }
    let nodes = zip(zip(sources.nodes, keys.nodes), plan.endpoints).map { pair, endpoint in
      GenesisNode(pair.0, keys: pair.1, network: plan.network, endpoint: endpoint)
    }
    var parameters = Parameters.standard
    if let term = plan.term {
      parameters.elections = .scaled(toTerm: term, interval: plan.interval)
      parameters.governance = .scaled(toTerm: term, interval: plan.interval)
    }
    if let seats = plan.seats { parameters.elections.seats = UInt64(seats) }
    self.init(
      network: plan.network, isTest: keys.test != nil, genesisTime: plan.genesisTime,
      interval: plan.interval, parameters: parameters, factors: sources.factors, nodes: nodes,
      operatingCommittee: AccountID(keys.committee.publicKey),
      founders: [
        GenesisFounder(account: AccountID(keys.founder.publicKey), amount: Supply.founders)
      ],
      allocations: allocations,
      registry: GenesisRegistry(
        registries: GenesisRegistry.standard.registries,
        threshold: NetworkKeys.registrarThreshold,
        registrars: keys.registrars.map { AccountID($0.publicKey) }),
      depositor: AccountID(keys.depositor.publicKey),
      lots: sources.lots)
  }
}

extension GenesisNode {
  fileprivate init(_ entry: NodeEntry, keys: NetworkKeys.Node, network: String, endpoint: String) {
    let account = AccountID(keys.account.publicKey)
    let message = GenesisNode.possessionMessage(
      network: network, account: account, key: keys.consensus.publicKey)
    let tier: SiteTier =
      switch entry.tier {
      case .home: .home
      case .rack: .rack
      case .cloud: .cloud
      }
    self.init(
      account: account, consensusKey: keys.consensus.publicKey,
      possession: keys.consensus.sign(prefix: GenesisNode.possessionTag, message: message[...]),
      transportKey: keys.transport.publicKey, name: entry.name, endpoint: endpoint,
      profile: EnergyProfile(
        tier: tier, region: entry.regionCode, idleMilliwatts: entry.idleMilliwatts,
        millijoulesPerCPUSecond: entry.millijoulesPerCPUSecond, puePermille: entry.puePermille),
      isAttested: true)
  }
}
