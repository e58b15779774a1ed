import LedgerCore
import NodeAnswers
import RegistryFiles

extension CreditProject {
  /// A project as a record of an export states it.
  init(_ credit: CreditRecord) {
    self.init(
      registry: credit.registry.rawValue, id: credit.projectID, name: credit.projectName,
      country: credit.country, type: credit.projectType, methodology: credit.methodology)
  }

  /// A project as it stands on chain.
  init(_ known: ProjectAnswer) {
    self.init(
      registry: known.registry, id: known.id, name: known.name, country: known.country,
      subdivision: known.subdivision, type: known.type, methodology: known.methodology,
      proponent: known.proponent, cap: known.cap,
      documents: known.documents.compactMap { Digest(hex: $0) })
  }
}

extension CreditRange {
  /// A sound record's serials; nil where its product or vintage is not known.
  init?(_ credit: CreditRecord) {
    guard let vintage = credit.vintage, let product = Self.product(credit.product) else {
      return nil
    }
    self.init(
      serialBlock: credit.serial.block.key, serialText: credit.serial.description,
      start: credit.serial.start, end: credit.serial.end,
      vintageFrom: vintage.lowerBound.yyyymmdd, vintageTo: vintage.upperBound.yyyymmdd,
      product: product)
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
}
