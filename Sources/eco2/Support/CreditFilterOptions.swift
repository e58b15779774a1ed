import ArgumentParser
import LedgerClient
import RegistryFiles

/// What lists of lots and requests are narrowed to.
struct CreditFilterOptions: ParsableArguments {
  @Option(help: "Only lots of this account; only requests for it.")
  var owner: String?

  @Option(help: "Only lots that this account holds at their source; only requests it has filed.")
  var custodian: String?

  @Option(help: "Only of this registry, such as gold-standard.")
  var registry: String?

  @Option(help: "Only of this project of the registry, such as GS1363.")
  var project: String?

  @Option(help: "Only of vintages that touch this year.")
  var vintage: Int?

  @Option(help: "Only of this product, such as VER.")
  var product: String?

  @Option(help: "Only with this label, such as ccp.")
  var label: String?

  @Option(help: "Only with the first of these serials, as their registry writes them.")
  var serial: String?

  func validate() throws {
    guard project == nil || registry != nil else {
      throw ValidationError("--project needs --registry: ids are unique within one.")
    }
    _ = try serial.map(Self.parse)
  }

  func query(state: String?) throws -> CreditQuery {
    CreditQuery(
      owner: owner, custodian: custodian, registry: registry, project: project, state: state,
      vintage: vintage, product: product, label: label, serial: try serial.map(Self.parse))
  }

  /// The first serial of a range as its registry writes it.
  static func parse(_ text: String) throws -> CreditQuery.Serial {
    guard let range = SerialRange(text) else {
      throw ValidationError(
        "`\(text)` is no serial that is known, such as GS1-1-TR-GS1363-12-2020-20912-17-17.")
    }
    return CreditQuery.Serial(block: range.block.key, number: range.start)
  }
}
