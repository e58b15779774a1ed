public import LedgerCore

extension MotionContents {
  /// What a motion changes.
  public init(_ motion: Motion, network: NetworkKind) {
    self.init(kind: motion.name)
    switch motion {
    case .setParameters(let list):
      changes = list.map {
        ParameterChangeContents(parameter: $0.parameter.name, value: "\($0.value)")
      }
    case .setOperationCost(let change):
      operation = change.kind.name
      cpuNanoseconds = change.cpuNanoseconds
      bytes = change.bytes
    case .setFloor(let change):
      tier = change.tier.map { "\($0)" }
      idleMilliwatts = change.idleMilliwatts
      puePermille = change.puePermille
    case .addFactor(let facts):
      region = facts.regionCode
      year = facts.year
      microgramsPerKilowattHour = facts.microgramsPerKilowattHour
      source = facts.source
    case .appointRegistrars(let change):
      threshold = Int(change.threshold)
      accounts = change.seats.map { $0.address(network: network) }
    case .appointCustodian(let change):
      accounts = [change.account.address(network: network)]
      name = change.name
      limit = "\(change.limit)"
    case .dismissCustodian(let account): accounts = [account.address(network: network)]
    case .activateFeature(let activation):
      name = activation.name
      height = activation.height
    case .pause(let kind): operation = kind.name
    case .setBaseCost(let change):
      subject = "\(change.subject)"
      cpuNanoseconds = change.cpuNanoseconds
      bytes = change.bytes
    case .setReserveRules(let change):
      registries = change.registries
      products = change.products.map(\.code)
    }
  }
}
