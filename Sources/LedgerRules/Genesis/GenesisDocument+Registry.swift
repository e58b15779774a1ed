import LedgerCore

extension GenesisDocument {
  /// Throws the first fault in who runs the registry.
  func checkRegistry() throws(GenesisError) {
    var names: Set<[UInt8]> = []
    for (row, registry) in registry.registries.enumerated() {
      let name = Array(registry.name.utf8)
      guard registry.name.isPrintableASCII(max: CreditLimits.registryBytesMax),
        names.insert(name).inserted
      else { throw .registry(.registry(row: row)) }
    }
    var taken = Set(nodes.map(\.account))
    for (row, custodian) in registry.custodians.enumerated() {
      guard custodian.name.isText(max: RulesLimits.nodeNameBytesMax),
        taken.insert(custodian.account).inserted
      else { throw .registry(.custodian(row: row)) }
    }
    taken.insert(depositor)
    for (row, registrar) in registry.registrars.enumerated() {
      guard taken.insert(registrar).inserted else { throw .registry(.registrar(row: row)) }
    }
    let count = registry.registrars.count
    guard Int(registry.threshold) <= count, (registry.threshold == 0) == (count == 0) else {
      throw .registry(.threshold(registry.threshold, registrars: count))
    }
  }

  /// What a registry's serials stand for; nil when the ledger does not take its credits.
  func unit(of name: String) -> SerialUnit? {
    registry.registries.first { $0.name.utf8.elementsEqual(name.utf8) }?.unit
  }

  /// Registries, custodians and registrars of height 0. The depositor holds all lots.
  func addRegistry(holding amount: Amount, to records: inout RecordList) {
    for registry in registry.registries {
      records.add(CreditRegistry.key(registry.name), registry)
    }
    let attestedUntil = genesisTime + parameters.registry.attestationMilliseconds
    var custodians = registry.custodians
    if !custodians.contains(where: { $0.account == depositor }) {
      custodians.append(
        GenesisCustodian(
          account: depositor, name: "depositor",
          limit: Amount(UInt128(RulesLimits.reserveTonnesMax) * Supply.microgramsPerTonne)))
    }
    for row in custodians {
      var custodian = Custodian(name: row.name, limit: row.limit, attestedUntil: attestedUntil)
      if row.account == depositor { custodian.live = amount }
      records.add(Custodian.key(row.account), custodian)
    }
    records.add(
      Registrars(threshold: registry.threshold, seats: registry.registrars.sorted()))
  }
}
