import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeRuntime
import RegistryFiles

struct GenesisCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "genesis",
    abstract: "Makes a network: its genesis document, its keys, and a home for each ER Node.",
    discussion: """
      The credits of a registry's export become the lots behind the first ECC. Records that may \
      not enter the reserve are left out and listed. Nothing is ever overwritten.

      Examples:
        eco2 genesis --credits credits.csv --registry gold-standard --factors factors.csv \\
          --nodes nodes.csv --network mainnet --keys keys --out net \\
          --address Oslo=203.0.113.7:8200 --address Lima=node.example.net:8200
        cd Examples/genesis && eco2 genesis --credits credits.csv --factors factors.csv \\
          --nodes nodes.csv --network try --interval 2s --test --out /tmp/try
      """)

  @Option(help: "A registry's export of issued credits (CSV).")
  var credits: String

  @Option(
    help: "The registry that wrote it: gold-standard, verra, acr or climate-action-reserve.",
    transform: { text in
      guard let registry = Registry(rawValue: text) else {
        throw ValidationError("`\(text)` is no registry whose exports can be read.")
      }
      return registry
    })
  var registry = Registry.goldStandard

  @Option(help: "The table of grid emission factors (CSV).")
  var factors: String

  @Option(help: "The ER Nodes with their energy profiles (CSV).")
  var nodes: String

  @Option(help: "The network's name.")
  var network: String

  @Option(help: "The block interval, such as 10s or 500ms.")
  var interval = Span(milliseconds: 10_000)

  @Option(help: "How long the nodes have to start before the first slot.")
  var startDelay = Span(milliseconds: 30_000)

  @Option(help: "The folder to make: genesis, network.json and one home a node.")
  var out: String

  @Option(help: "The folder to make for the account keys; OUT/keys when left out.")
  var keys: String?

  @Option(
    name: .customLong("address"),
    help: ArgumentHelp(
      """
      Where peers reach a node that has a machine of its own; once for each. It listens on that \
      port of every address of its machine.
      """, valueName: "name=host:port"))
  var addresses: [NamedAddress] = []

  @Option(help: "APIs listen on this port + 1 and up, peers on + 101 and up, on 127.0.0.1.")
  var basePort = 8_100

  @Flag(
    help: """
      A test network: keys are not encrypted, accounts to play with are funded, and nothing it \
      shows is a claim.
      """)
  var test = false

  @Option(help: "Funded accounts for load, on test networks.")
  var loadAccounts = 1_000

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (0...65_000).contains(basePort) else {
      throw ValidationError("--base-port must lie between 0 and 65000.")
    }
    guard (1...RulesLimits.allocationsMax - 1).contains(loadAccounts) else {
      throw ValidationError(
        "--load-accounts must lie between 1 and \(RulesLimits.allocationsMax - 1).")
    }
  }

  func run() throws {
    var maker = NetworkMaker(
      credits: credits, registry: registry, factors: factors, nodes: nodes, nodeCount: nil,
      network: network, intervalMilliseconds: interval.milliseconds,
      ports: NetworkPorts(base: basePort), loadAccounts: test ? loadAccounts : nil,
      startMilliseconds: startDelay.milliseconds)
    for named in addresses { maker.addresses[named.name] = named.address }
    let secret = test ? nil : try passphrase.newPassphrase()
    let made = try maker.make(
      at: out, keysPath: keys ?? out + "/keys", passphrase: secret,
      now: UInt64(Date.now.timeIntervalSince1970 * 1_000))
    let report = GenesisReport(made)
    try output.show(report) { report.text }
  }
}

/// `NAME=HOST:PORT`: where a node is reached.
struct NamedAddress: ExpressibleByArgument {
  let name: String
  let address: NodeAddress

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex,
      let address = NodeAddress(String(argument[argument.index(after: equals)...]))
    else { return nil }
    name = String(argument[..<equals])
    self.address = address
  }
}
