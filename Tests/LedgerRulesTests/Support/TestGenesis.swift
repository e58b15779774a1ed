import LedgerCore
import Testing

@testable import LedgerRules

/// Genesis documents for tests.
enum TestGenesis {
  static let network = "rules-test"
  /// 2025-06-15 00:00:00 UTC.
  static let time: UInt64 = 1_749_945_600_000
  static let operatingCommittee = accountID(900)
  static let depositor = accountID(901)
  static let founders = [accountID(910), accountID(911), accountID(912)]
  /// Funded with 1,000 ECO2 and 10,000 ECC each.
  static let accounts = (0..<16).map { accountID($0) }

  static func consensusKey(_ index: Int) throws -> SigningKey {
    try #require(SigningKey(seed: SHA256.hash([UInt8](repeating: 1, count: index + 1)).bytes.array))
  }

  static func transportKey(_ index: Int) throws -> SigningKey {
    try #require(SigningKey(seed: SHA256.hash([UInt8](repeating: 2, count: index + 1)).bytes.array))
  }

  /// The profile of the worked example: 48 W, PUE 1.58, in a region of 557.5 g/kWh.
  static let workedProfile = EnergyProfile(
    tier: .rack, region: "CHN", idleMilliwatts: 48_000, millijoulesPerCPUSecond: 12_000,
    puePermille: 1_580)

  static func node(
    _ index: Int, profile: EnergyProfile = workedProfile, isAttested: Bool = true
  ) throws -> GenesisNode {
    let key = try consensusKey(index)
    let account = accountID(1_000 + UInt64(index))
    let message = GenesisNode.possessionMessage(
      network: network, account: account, key: key.publicKey)
    return GenesisNode(
      account: account, consensusKey: key.publicKey,
      possession: key.sign(prefix: GenesisNode.possessionTag, message: message[...]),
      transportKey: try transportKey(index).publicKey, name: "node \(index)", profile: profile,
      isAttested: isAttested)
  }

  static func factor(_ code: String, _ micrograms: UInt64, year: UInt16 = 2023) -> GenesisFactor {
    FactorRow(
      regionCode: code, region: "region \(code)", year: year,
      microgramsPerKilowattHour: micrograms, source: "test", licence: "none")
  }

  static func lot(
    _ project: String, _ start: UInt64, _ end: UInt64, from: UInt32 = 20_190_101,
    to: UInt32 = 20_191_231
  ) -> GenesisLot {
    GenesisLot(
      project: CreditProject(
        registry: "gold-standard", id: project, name: "project \(project)", country: "Kenya",
        type: "cookstoves", methodology: "AMS-II.G."),
      range: CreditRange(
        serialBlock: "gs:1-KE-\(project)", serialText: "GS1-1-KE-\(project)-\(start)-\(end)",
        start: start, end: end, vintageFrom: from, vintageTo: to, product: .verified),
      tonnes: end - start + 1, status: .issued)
  }

  /// A sound document with `nodes` ER Nodes of the worked profile.
  static func document(nodes: Int = 4) throws -> GenesisDocument {
    let share = Supply.founders.baseUnits / 3
    return GenesisDocument(
      network: network, isTest: true, genesisTime: time, interval: 10_000,
      factors: [factor("CHN", 557_500_000), factor("FRA", 44_000_000), factor("IND", 713_000_000)],
      nodes: try (0..<nodes).map { try node($0) }, operatingCommittee: operatingCommittee,
      founders: founders.map { GenesisFounder(account: $0, amount: Amount(share)) },
      allocations: accounts.map {
        GenesisAllocation(
          account: $0, eco2: Amount(100_000_000_000), ecc: Amount(10_000_000_000))
      },
      depositor: depositor, lots: [lot("GS1", 1, 50), lot("GS2", 11, 40, to: 20_201_231)])
  }
}
