import LedgerCore
import LedgerRules
import Testing

/// The fixed keys of the fixture chain: a key's seed is one byte, 32 times. The first four and
/// those of the ER Nodes are the ones of `examples.json`.
struct FixtureKeys {
  static let names = [
    "alice", "bob", "carol", "dave", "erin", "founder", "committee", "depositor", "frank",
  ]

  let alice, bob, carol, dave, erin, founder, committee, depositor: SigningKey
  /// Of an account that nothing ever reaches.
  let frank: SigningKey
  /// Of four ER Nodes, in the order of the document: account, consensus, transport.
  let nodes: [(account: SigningKey, consensus: SigningKey, transport: SigningKey)]

  init() throws {
    alice = try Self.key(1)
    bob = try Self.key(2)
    carol = try Self.key(3)
    dave = try Self.key(4)
    erin = try Self.key(5)
    founder = try Self.key(6)
    committee = try Self.key(7)
    depositor = try Self.key(8)
    frank = try Self.key(9)
    nodes = try (1...4).map { (index: UInt8) throws in
      (try Self.key(0x20 + index), try Self.key(0x10 + index), try Self.key(0x30 + index))
    }
  }

  static func key(_ byte: UInt8) throws -> SigningKey {
    try #require(SigningKey(seed: Array(repeating: byte, count: 32)))
  }

  /// Everybody but the ER Nodes, with their names.
  var people: [(name: String, key: SigningKey)] {
    Array(
      zip(Self.names, [alice, bob, carol, dave, erin, founder, committee, depositor, frank])
        .map { (name: $0, key: $1) })
  }

  /// The consensus key of a member of the set.
  func consensus(_ member: Validator) throws -> SigningKey {
    try #require(nodes.first { $0.consensus.publicKey == member.consensusKey }).consensus
  }
}

extension SigningKey {
  var account: AccountID { AccountID(publicKey) }

  var seedBytes: [UInt8] {
    withSeed { (span: RawSpan) in unsafe span.withUnsafeBytes { unsafe [UInt8]($0) } }
  }
}

extension FixtureKeys {
  /// The genesis of the fixture chain: four ER Nodes, four funded accounts, two credit lots.
  func document() -> GenesisDocument {
    let network = "eco2-fixtures"
    return GenesisDocument(
      network: network, isTest: true, genesisTime: 1_767_225_600_000, interval: 10_000,
      factors: [
        FactorRow(
          regionCode: "CHN", region: "China", year: 2023,
          microgramsPerKilowattHour: 557_500_000, source: "fixture", licence: "none")
      ],
      nodes: nodes.enumerated().map { index, keys in
        let message = GenesisNode.possessionMessage(
          network: network, account: keys.account.account, key: keys.consensus.publicKey)
        return GenesisNode(
          account: keys.account.account, consensusKey: keys.consensus.publicKey,
          possession: keys.consensus.sign(
            prefix: GenesisNode.possessionTag, message: message[...]),
          transportKey: keys.transport.publicKey, name: "er-node-\(index + 1)",
          profile: EnergyProfile(
            tier: .rack, region: "CHN", idleMilliwatts: 48_000, millijoulesPerCPUSecond: 12_000,
            puePermille: 1_580),
          isAttested: true)
      },
      operatingCommittee: committee.account,
      founders: [GenesisFounder(account: founder.account, amount: Supply.founders)],
      allocations: [alice, bob, carol, dave].map {
        GenesisAllocation(
          account: $0.account, eco2: Amount(100_000_000_000), ecc: Amount(10_000_000_000))
      },
      depositor: depositor.account, lots: [Self.lot("GS1", 50), Self.lot("GS2", 30)])
  }

  private static func lot(_ project: String, _ tonnes: UInt64) -> GenesisLot {
    GenesisLot(
      project: CreditProject(
        registry: "gold-standard", id: project, name: "project \(project)", country: "Kenya",
        type: "cookstoves", methodology: "AMS-II.G."),
      range: CreditRange(
        serialBlock: "gs:1-KE-\(project)", serialText: "GS1-1-KE-\(project)-1-\(tonnes)",
        start: 1, end: tonnes, vintageFrom: 20_190_101, vintageTo: 20_191_231,
        product: .verified),
      tonnes: tonnes, status: .issued)
  }
}
