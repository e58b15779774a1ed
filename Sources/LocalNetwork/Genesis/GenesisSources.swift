public import LedgerCore
public import LedgerRules
public import RegistryFiles

/// What a genesis is made from: a registry's export, a factor table and a list of ER Nodes, read
/// and judged.
public struct GenesisSources: Sendable {
  /// A sound record of the export that may not enter the reserve, or one that is not sound.
  public struct SkippedCredit: Codable, Equatable, Sendable {
    /// Counts from 1 after the header.
    public let record: Int
    /// Why, in one word.
    public let reason: String
    /// The serial as the file has it.
    public let serial: String
  }

  /// One lot for each record that may enter the reserve, in file order.
  public let lots: [GenesisLot]
  public let skippedCredits: [SkippedCredit]
  /// Every row that may be charged: averages in CO2e, of a region that has a code.
  public let factors: [GenesisFactor]
  /// Rows of the factor table that are left out.
  public let factorsLeftOut: Int
  public let nodes: [NodeEntry]

  /// Reads the three files.
  ///
  /// - Parameter time: the day that divides past vintages from future ones, milliseconds since
  ///   1970.
  public init(
    credits: [UInt8], registry: Registry, factors: [UInt8], nodes: [UInt8], time: UInt64,
    parameters: Parameters = .standard
  ) throws(GenesisSourceError) {
    let today = CalendarDay(unixSeconds: Int64(clamping: time / 1_000))
    (lots, skippedCredits) = try Self.credits(
      credits, registry: registry, time: time, parameters: parameters)
    let table: FactorTable
    do { table = try FactorTable.read(bytes: factors) } catch { throw .factors(error) }
    do { self.nodes = try NodeList.read(bytes: nodes) } catch { throw .nodes(error) }
    let usable = table.factors.filter {
      $0.kind.isChargeable && !$0.regionCode.isEmpty && Int($0.year) <= today.year
    }
    self.factors = usable.map { factor in
      GenesisFactor(
        regionCode: factor.regionCode, region: factor.region, year: factor.year,
        microgramsPerKilowattHour: factor.microgramsPerKilowattHour, source: factor.source,
        licence: factor.licence)
    }
    factorsLeftOut = table.factors.count + table.refused.count - usable.count
  }

  /// What of an export may enter the reserve, one lot for each record, and what may not.
  static func credits(
    _ bytes: [UInt8], registry: Registry, time: UInt64, parameters: Parameters = .standard
  ) throws(GenesisSourceError) -> (lots: [GenesisLot], skipped: [SkippedCredit]) {
    let today = CalendarDay(unixSeconds: Int64(clamping: time / 1_000))
    let report: RegistryReport
    do {
      report = try RegistryExport.read(bytes: bytes, registry: registry, asOf: today)
    } catch { throw .credits(error) }
    var lots: [GenesisLot] = []
    var skipped = report.rows.map {
      SkippedCredit(record: $0.record, reason: $0.reason.rawValue, serial: $0.serial)
    }
    for credit in report.credits {
      let serial = credit.serial.description
      if let reason = obstacle(credit, today: today, parameters: parameters) {
        skipped.append(SkippedCredit(record: credit.record, reason: reason, serial: serial))
      } else if let lot = lot(credit) {
        lots.append(lot)
      }
    }
    return (lots, skipped.sorted { $0.record < $1.record })
  }

  /// Why a sound record may not enter the reserve (carbon rules, "Global Carbon Registry"); nil
  /// when it may. Genesis checks the same once more.
  private static func obstacle(
    _ credit: CreditRecord, today: CalendarDay, parameters: Parameters
  ) -> String? {
    guard credit.eligibility == .eligible, let vintage = credit.vintage else {
      return credit.eligibility.rawValue
    }
    guard let product = product(credit.product), parameters.reserveProducts.contains(product)
    else { return "product-not-eligible" }
    guard parameters.reserveRegistries.contains(credit.registry.rawValue) else {
      return "registry-not-listed"
    }
    // Years of yyyymmdd: the tenth one begins 100,000 later.
    let oldest = UInt64(vintage.upperBound.yyyymmdd) + 10_000 * parameters.vintageYearsMax
    return oldest < UInt64(today.yyyymmdd) ? "vintage-too-old" : nil
  }

  private static func product(_ product: ProductType) -> CreditProduct? {
    switch product {
    case .verified: .verified
    case .certified: .certified
    case .planned: .planned
    case .climateReserveTonne: .climateReserveTonne
    case .verifiedCarbonUnit: .verifiedCarbonUnit
    case .emissionReductionTonne: .emissionReductionTonne
    case .other: nil
    }
  }

  private static func lot(_ credit: CreditRecord) -> GenesisLot? {
    guard let product = product(credit.product), let vintage = credit.vintage else { return nil }
    return GenesisLot(
      project: CreditProject(
        registry: credit.registry.rawValue, id: credit.projectID, name: credit.projectName,
        country: credit.country, type: credit.projectType, methodology: credit.methodology),
      range: CreditRange(
        serialBlock: credit.serial.block.key, serialText: credit.serial.description,
        start: credit.serial.start, end: credit.serial.end,
        vintageFrom: vintage.lowerBound.yyyymmdd, vintageTo: vintage.upperBound.yyyymmdd,
        product: product),
      tonnes: credit.tonnes, status: .issued)
  }
}

/// Which of the three files cannot be read, and why.
public enum GenesisSourceError: Error, Equatable, Sendable, CustomStringConvertible {
  case credits(RegistryFileError)
  case factors(RegistryFileError)
  case nodes(NodeListError)

  public var description: String {
    switch self {
    case .credits(let error): "The registry export cannot be read: \(error)."
    case .factors(let error): "The factor table cannot be read: \(error)."
    case .nodes(.file(let error)): "The node list cannot be read: \(error)."
    case .nodes(.badCell(let record, let column)):
      "Record \(record) of the node list has no valid `\(column)`; see Examples/genesis/README.md."
    case .nodes(.cells(let record)):
      "Record \(record) of the node list has another number of cells than its header."
    case .nodes(.duplicateName(let record, let name)):
      "Record \(record) of the node list repeats the name `\(name)`; names are unique."
    }
  }
}
