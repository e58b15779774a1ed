import LedgerCore
import LedgerRules
import LocalNetwork
import NodeRuntime

/// What a new genesis holds, for people and programs.
struct GenesisReport: Encodable {
  struct Lot: Encodable {
    let project: String
    let country: String
    let vintage: String
    let tonnes: UInt64
    let serials: String
  }

  struct Node: Encodable {
    let name: String
    let region: String
    let tier: String
    let idleMilliwatts: UInt64
    let puePermille: UInt64
    /// µg CO2e per kWh.
    let factor: UInt64
    /// µg CO2e, decimal.
    let firstDue: String
    /// µg CO2e, decimal.
    let reserve90Days: String
    let address: String
    let home: String
    let api: String
  }

  let network: String
  let isTest: Bool
  let chain: String
  let genesisTime: UInt64
  let intervalMilliseconds: UInt64
  let folder: String
  let keys: String
  let tonnes: UInt64
  let lots: [Lot]
  let skippedCredits: [GenesisSources.SkippedCredit]
  let factors: Int
  let factorsLeftOut: Int
  let nodes: [Node]

  init(_ made: NetworkMaker.Made) {
    let (document, folder) = (made.document, made.folder)
    network = document.network
    isTest = document.isTest
    chain = document.chainID.hex
    genesisTime = document.genesisTime
    intervalMilliseconds = document.interval
    self.folder = folder.path
    keys = folder.description.keys
    tonnes = document.lots.reduce(0) { $0 + $1.tonnes }
    lots = document.lots.map {
      Lot(
        project: $0.project.id, country: $0.project.country,
        vintage: "\($0.range.vintageFrom)–\($0.range.vintageTo)", tonnes: $0.tonnes,
        serials: $0.range.serialText)
    }
    skippedCredits = made.sources.skippedCredits
    factors = document.factors.count
    factorsLeftOut = made.sources.factorsLeftOut
    nodes = document.nodes.enumerated().map { index, node in
      let place = folder.description.nodes[index]
      let due = made.dues[index]
      return Node(
        name: node.name, region: node.profile.region, tier: "\(node.profile.tier)",
        idleMilliwatts: node.profile.idleMilliwatts, puePermille: node.profile.puePermille,
        factor: due.factor, firstDue: "\(due.first)", reserve90Days: "\(due.reserve)",
        address: place.address, home: place.home, api: place.api)
    }
  }

  var text: String {
    let lotRows = lots.map { [$0.project, $0.country, $0.vintage, "\($0.tonnes)", $0.serials] }
    let nodeRows = nodes.map { node in
      [
        node.home, node.name, node.region, node.tier,
        Self.decimal(node.idleMilliwatts, 1_000) + " W",
        Self.decimal(node.puePermille, 1_000), Self.decimal(node.factor, 1_000_000),
        Printing.mass(node.firstDue), Printing.mass(node.reserve90Days), node.api,
      ]
    }
    var parts = [
      Printing.table(lotRows, header: ["project", "country", "vintage", "tonnes", "serials"]),
      Printing.table(
        nodeRows,
        header: [
          "home", "ER Node", "grid", "tier", "idle", "PUE", "g/kWh", "first due", "90 days' due",
          "API",
        ]),
    ]
    if !skippedCredits.isEmpty {
      let rows = skippedCredits.prefix(20).map { ["\($0.record)", $0.reason, $0.serial] }
      let more = skippedCredits.count > 20 ? "\n… and \(skippedCredits.count - 20) more" : ""
      parts.append(
        "Left out of the reserve:\n"
          + Printing.table(rows, header: ["record", "reason", "serials"]) + more)
    }
    parts.append(
      Printing.facts([
        ("network", network + (isTest ? " (test, no claim)" : "")),
        ("chain id", chain),
        ("genesis time", Printing.time(milliseconds: genesisTime)),
        ("interval", "\(Span(milliseconds: intervalMilliseconds))"),
        ("reserve", "\(lots.count) lots, \(tonnes) t CO2e"),
        ("factors", "\(factors) rows, \(factorsLeftOut) left out"),
        ("folder", folder),
        ("account keys", keys),
      ]))
    parts.append(next)
    return parts.joined(separator: "\n\n")
  }

  private var next: String {
    let start = "Start each node where it shall run: eco2 node --home \(folder)/\(nodes[0].home)"
    guard !isTest else { return start }
    return start + """

      A node opens its keys with the passphrase in keys/passphrase of its home: write it there, \
      mode 0600. Move the account keys away from the nodes.
      """
  }

  /// A number in thousandths or the like, without needless zeros.
  private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
    let hundredths = (value * 100 + unit / 2) / unit
    let (whole, part) = hundredths.quotientAndRemainder(dividingBy: 100)
    if part == 0 { return "\(whole)" }
    return part.isMultiple(of: 10)
      ? "\(whole).\(part / 10)" : "\(whole).\(part < 10 ? "0" : "")\(part)"
  }
}
