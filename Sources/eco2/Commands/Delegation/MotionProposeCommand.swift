import ArgumentParser
import LedgerClient
import LedgerCore
import LedgerRules

/// Why a motion is made, and by whom: of every proposal.
struct ProposalOptions: ParsableArguments {
  @Option(help: "Why, as a sentence or a link; up to 256 bytes.")
  var reason: String

  @OptionGroup var sending: SendingOptions

  func propose(_ motion: @escaping (Ledger) async throws -> Motion) async throws {
    try await sending.send { draft, ledger in
      draft.proposeMotion(try await motion(ledger), reason: reason)
    }
  }
}

struct MotionProposeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "propose",
    abstract: "Brings a motion before the ER Nodes: as one of them, or with 1 % of all votes.",
    discussion: """
      Examples:
        eco2 motion propose set creation-fee=2000000 --reason "spam" --from north
        eco2 motion propose cost transfer --cpu-ns 12000 --bytes 128 --reason "costs" --from north
        eco2 motion propose cost lot --cpu-ns 9000 --bytes 64 --reason "costs" --from north
        eco2 motion propose reserve --registry gold-standard --product VER --reason … --from north
        eco2 motion propose floor rack --watts 50 --pue 1.5 --reason "newer machines" --from north
        eco2 motion propose registrars eco2t1a… eco2t1b… eco2t1c… --threshold 2 --reason … \\
          --from north
        eco2 motion propose pause transfer-lot --reason "a flaw" --from north
      """,
    subcommands: [
      ProposeSetCommand.self, ProposeCostCommand.self, ProposeFloorCommand.self,
      ProposeFactorCommand.self, ProposeRegistrarsCommand.self, ProposeCustodianCommand.self,
      ProposeDismissCommand.self, ProposeFeatureCommand.self, ProposePauseCommand.self,
      ProposeReserveCommand.self,
    ])
}

struct ProposeSetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Sets parameters, each in its own unit.")

  @Argument(
    help: "NAME=VALUE, such as creation-fee=2000000; see `eco2 motion parameters`.",
    transform: change)
  var changes: [ParameterChange]

  @OptionGroup var proposal: ProposalOptions

  private static func change(_ text: String) throws -> ParameterChange {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let value = UInt128(parts[1]),
      let id = ParameterID.allCases.first(where: { $0.name == parts[0] })
    else {
      throw ValidationError(
        "`\(text)` is no NAME=VALUE of a parameter; see `eco2 motion parameters`.")
    }
    return ParameterChange(parameter: id, value: value)
  }

  func run() async throws { try await proposal.propose { _ in .setParameters(changes) } }
}

struct ProposeCostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost", abstract: "Sets what work is measured to cost.")

  @Argument(
    help: "An operation, such as transfer; or of each transaction, signature or lot.",
    transform: costed)
  var costed: Costed

  /// What a cost is set of.
  enum Costed {
    case operation(OperationKind)
    case base(BaseCostChange.Subject)
  }

  private static func costed(_ text: String) throws -> Costed {
    if let subject = BaseCostChange.Subject.allCases.first(where: { "\($0)" == text }) {
      return .base(subject)
    }
    return .operation(try operationKind(text))
  }

  @Option(help: "CPU time of one node, nanoseconds.")
  var cpuNs: UInt64

  @Option(help: "Bytes beyond the transaction's own.")
  var bytes: UInt64

  @OptionGroup var proposal: ProposalOptions

  func run() async throws {
    let motion: Motion =
      switch costed {
      case .operation(let kind):
        .setOperationCost(
          OperationCostChange(kind: kind, cpuNanoseconds: cpuNs, bytes: bytes))
      case .base(let subject):
        .setBaseCost(BaseCostChange(subject: subject, cpuNanoseconds: cpuNs, bytes: bytes))
      }
    try await proposal.propose { _ in motion }
  }
}

struct ProposeFloorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "floor", abstract: "Sets the least that an energy profile is charged as.")

  @Argument(help: "home, rack, cloud, or none for nodes that are not attested.")
  var tier: String

  @Option(help: "Draw at the wall, watts.")
  var watts: Double

  @Option(help: "Power usage effectiveness, such as 1.58.")
  var pue: Double

  @OptionGroup var proposal: ProposalOptions

  func validate() throws {
    guard tier == "none" || SiteTier.allCases.contains(where: { "\($0)" == tier }) else {
      throw ValidationError("The tier is home, rack, cloud or none.")
    }
    guard (0...1_000_000).contains(watts), (0...1_000).contains(pue) else {
      throw ValidationError("--watts or --pue is out of range.")
    }
  }

  func run() async throws {
    let change = FloorChange(
      tier: SiteTier.allCases.first { "\($0)" == tier },
      idleMilliwatts: UInt64((watts * 1_000).rounded()),
      puePermille: UInt64((pue * 1_000).rounded()))
    try await proposal.propose { _ in .setFloor(change) }
  }
}

struct ProposeFactorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "factor",
    abstract: "Adds a row to the table of grid emission factors; registrars approve it, too.")

  @Argument(help: "Code of the region, such as DEU.")
  var code: String

  @Option(help: "The region's name.")
  var region: String

  @Option(help: "The year that the factor describes.")
  var year: UInt16

  @Option(help: "Grams of CO2e per kWh, such as 557.5.")
  var grams: Double

  @Option(help: "Where it is from.")
  var source: String

  @Option(help: "Its licence.")
  var licence: String

  @OptionGroup var proposal: ProposalOptions

  func validate() throws {
    guard grams > 0, grams <= 10_000 else {
      throw ValidationError("--grams must lie above 0 and up to 10,000.")
    }
  }

  func run() async throws {
    let facts = FactorFacts(
      regionCode: code, region: region, year: year,
      microgramsPerKilowattHour: UInt64((grams * 1_000_000).rounded()), source: source,
      licence: licence)
    try await proposal.propose { _ in .addFactor(facts) }
  }
}

struct ProposeRegistrarsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "registrars", abstract: "Appoints who decides on requests, all of them.")

  @Argument(help: "Their addresses.")
  var addresses: [String]

  @Option(help: "How many must approve.")
  var threshold: UInt8

  @OptionGroup var proposal: ProposalOptions

  func run() async throws {
    try await proposal.propose { ledger in
      let seats = try addresses.map { try DelegationText.account($0, ledger) }
      return .appointRegistrars(RegistrarsChange(threshold: threshold, seats: seats))
    }
  }
}

struct ProposeCustodianCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "custodian", abstract: "Appoints who may bring credits, or sets its limit.")

  @Argument(help: "The address.")
  var address: String

  @Option(help: "Shown to people.")
  var name: String

  @Option(help: "Tonnes that it may hold live at most.")
  var tonnes: UInt64

  @OptionGroup var proposal: ProposalOptions

  func run() async throws {
    try await proposal.propose { ledger in
      .appointCustodian(
        CustodianChange(
          account: try DelegationText.account(address, ledger), name: name,
          limit: Amount(UInt128(tonnes) * Supply.microgramsPerTonne)))
    }
  }
}

struct ProposeDismissCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dismiss", abstract: "Lets a custodian bring no more credits.")

  @Argument(help: "The address.")
  var address: String

  @OptionGroup var proposal: ProposalOptions

  func run() async throws {
    try await proposal.propose { ledger in
      .dismissCustodian(try DelegationText.account(address, ledger))
    }
  }
}

struct ProposeFeatureCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feature", abstract: "Activates a rule change at a height.")

  @Argument(help: "The feature's name.")
  var name: String

  @Option(help: "The first height that it holds for.")
  var height: UInt64

  @OptionGroup var proposal: ProposalOptions

  func run() async throws {
    try await proposal.propose { _ in
      .activateFeature(FeatureActivation(name: name, height: height))
    }
  }
}

struct ProposeReserveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reserve", abstract: "Sets whose credits, and which, may enter the reserve.")

  @Option(help: "A registry, such as gold-standard; may be repeated. All of them.")
  var registry: [String]

  @Option(help: "A product's code, such as VER; may be repeated. All of them.", transform: product)
  var product: [CreditProduct]

  @OptionGroup var proposal: ProposalOptions

  private static func product(_ text: String) throws -> CreditProduct {
    guard let product = CreditProduct.allCases.first(where: { $0.code == text.uppercased() })
    else {
      throw ValidationError(
        "`\(text)` is no product. There are: "
          + CreditProduct.allCases.map(\.code).joined(separator: ", "))
    }
    return product
  }

  func run() async throws {
    let change = ReserveRulesChange(registries: registry, products: product)
    try await proposal.propose { _ in .setReserveRules(change) }
  }
}

struct ProposePauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pauses operations of a kind for 3 days, in an emergency.")

  @Argument(help: "The operation, such as transfer-lot.", transform: operationKind)
  var operation: OperationKind

  @OptionGroup var proposal: ProposalOptions

  func run() async throws { try await proposal.propose { _ in .pause(operation) } }
}

/// Parses the name of an operation.
private func operationKind(_ text: String) throws -> OperationKind {
  guard let kind = OperationKind.allCases.first(where: { $0.name == text }) else {
    throw ValidationError(
      "`\(text)` is no operation. There are: "
        + OperationKind.allCases.map(\.name).joined(separator: ", "))
  }
  return kind
}
