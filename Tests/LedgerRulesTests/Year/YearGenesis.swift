import Foundation
import LedgerCore
import RegistryFiles
import Testing

@testable import LedgerRules

/// Where the year starts: 21 ER Nodes in ten countries, the committed factor table as it stood
/// before the figures of 2024 came out, and a reserve of lots whose order all its parts decide.
enum YearGenesis {
  /// Sells ECC to the fund, and is a stranger to all nodes.
  static let holder = TestGenesis.depositor
  /// Send each other a little, so that blocks have charges.
  static let people = Array(TestGenesis.accounts[0..<4])
  /// A registry that counts kilograms.
  static let kilograms = "kilo-registry"

  // MARK: Nodes

  /// Invented machines, from a mini computer at home to racks of servers: heavy enough to use up
  /// what the fund begins with.
  static let profiles: [EnergyProfile] = [
    profile(.rack, "CHN", 48_000, 1_580),
    profile(.rack, "CHN", 1_500_000, 1_580),
    profile(.cloud, "CHN", 400_000, 1_150),
    profile(.cloud, "IND", 600_000, 1_350),
    profile(.rack, "IND", 1_200_000, 1_600),
    profile(.home, "IND", 120_000, 1_100),
    profile(.rack, "DEU", 350_000, 1_580),
    profile(.home, "DEU", 31_000, 1_000),
    profile(.cloud, "FRA", 500_000, 1_150),
    profile(.home, "FRA", 22_000, 1_000),
    profile(.cloud, "JPN", 450_000, 1_200),
    profile(.rack, "JPN", 300_000, 1_580),
    profile(.rack, "ZAF", 900_000, 1_580),
    profile(.home, "ZAF", 60_000, 1_060),
    profile(.rack, "POL", 650_000, 1_600),
    profile(.rack, "POL", 240_000, 1_650),
    profile(.cloud, "BRA", 520_000, 1_180),
    profile(.home, "BRA", 90_000, 1_050),
    profile(.home, "KEN", 40_000, 1_100),
    profile(.rack, "CAN", 420_000, 1_590),
    profile(.cloud, "CAN", 310_000, 1_200),
  ]

  static func profile(
    _ tier: SiteTier, _ region: String, _ milliwatts: UInt64, _ pue: UInt64
  ) -> EnergyProfile {
    EnergyProfile(
      tier: tier, region: region, idleMilliwatts: milliwatts,
      millijoulesPerCPUSecond: 5_000 + milliwatts / 100, puePermille: pue)
  }

  // MARK: Factors

  /// What came out after genesis: the figures of 2024 of the nodes' countries, and one of the
  /// country with the highest factor of all.
  private static func isLater(_ factor: EmissionFactor) -> Bool {
    let regions = Set(profiles.map(\.region))
    return factor.year > 2023 && regions.contains(factor.regionCode)
      || factor.year == 2023 && factor.regionCode == "TKM"
  }

  /// The chargeable rows of the committed table: what genesis has, and what comes later, in the
  /// order of their codes.
  static func factors() throws -> (genesis: [FactorRow], later: [FactorRow]) {
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = package.appending(path: "Examples/genesis/factors.csv")
    let table = try FactorTable.read(bytes: [UInt8](Data(contentsOf: file)))
    let usable = table.factors.filter { $0.kind.isChargeable && !$0.regionCode.isEmpty }
    func row(_ factor: EmissionFactor) -> FactorRow {
      FactorRow(
        regionCode: factor.regionCode, region: factor.region, year: factor.year,
        microgramsPerKilowattHour: factor.microgramsPerKilowattHour, source: factor.source,
        licence: factor.licence)
    }
    let later = usable.filter(isLater).map(row).sorted { $0.regionCode < $1.regionCode }
    return (usable.filter { $0.year <= 2023 && !isLater($0) }.map(row), later)
  }

  // MARK: Lots

  /// In an order that is not that of retirement: each of its parts, from the vintage's end down to
  /// the first serial, decides between two of them.
  static func lots() -> [GenesisLot] {
    func lot(
      _ project: String, _ block: String, _ start: UInt64, _ tonnes: UInt64, from: UInt32,
      to: UInt32, registry: String = "gold-standard"
    ) -> GenesisLot {
      let serials = registry == kilograms ? tonnes * 1_000 : tonnes
      return GenesisLot(
        project: RegistryNetwork.project(project, registry),
        range: CreditRange(
          serialBlock: block, serialText: "\(block)-\(start)", start: start,
          end: start + serials - 1, vintageFrom: from, vintageTo: to, product: .verified),
        tonnes: tonnes, status: .issued)
    }
    return [
      lot("GS-B", "gs:b", 51, 12, from: 20_190_101, to: 20_191_231),
      lot("LAST", "gs:last", 1, 900, from: 20_210_101, to: 20_211_231),
      lot("GS-B", "gs:b", 1, 7, from: 20_190_101, to: 20_191_231),
      lot("GS-C", "gs:c", 1, 9, from: 20_180_701, to: 20_191_231),
      lot("GS-0", "kg:a", 5_001, 8, from: 20_190_101, to: 20_191_231, registry: kilograms),
      lot("GS-A", "gs:z", 100, 6, from: 20_190_101, to: 20_191_231),
      lot("GS-B", "gs:a", 900, 11, from: 20_190_101, to: 20_191_231),
      lot("GS-D", "gs:d", 77, 10, from: 20_180_101, to: 20_181_231),
      // Begins before all others and ends after most.
      lot("GS-F", "gs:f", 40, 5, from: 20_160_101, to: 20_200_630),
      lot("GS-E", "gs:e", 3, 5, from: 20_170_101, to: 20_181_231),
      lot("GS-B2", "gs:b2", 1, 4, from: 20_190_101, to: 20_191_231),
    ]
  }

  // MARK: The document

  static func document() throws -> GenesisDocument {
    var document = try TestGenesis.document(nodes: 0)
    document.parameters.reserveRegistries = ["gold-standard", kilograms]
    document.registry.registries.append(CreditRegistry(name: kilograms, unit: .kilogram))
    document.factors = try factors().genesis
    document.nodes = try profiles.enumerated().map { try TestGenesis.node($0, profile: $1) }
    let thousand: UInt128 = 100_000_000_000
    // What the operators pay with: more than any of them needs in a year.
    document.allocations = document.nodes.map {
      GenesisAllocation(
        account: $0.account, eco2: Amount(thousand), ecc: Amount(20 * 1_000_000_000_000))
    }
    document.allocations += people.map {
      GenesisAllocation(account: $0, eco2: Amount(100 * thousand), ecc: Amount(100_000_000_000))
    }
    document.allocations.append(
      GenesisAllocation(account: holder, eco2: Amount(thousand), ecc: .zero))
    document.lots = lots()
    return document
  }
}
