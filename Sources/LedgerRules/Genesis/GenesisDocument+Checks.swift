import LedgerCore

extension GenesisDocument {
  /// Throws the first rule that the document breaks.
  func check() throws(GenesisError) {
    guard network.isPrintableASCII(max: RulesLimits.networkNameBytesMax) else {
      throw .networkName
    }
    let intervals =
      RulesLimits.intervalMillisecondsMin...RulesLimits.intervalMillisecondsMax
    guard intervals.contains(interval), genesisTime <= RulesLimits.timeMillisecondsMax else {
      throw .time(genesisTime: genesisTime, interval: interval)
    }
    if let name = parameters.firstOutOfBounds { throw .parameter(name) }
    if !isTest, let name = parameters.firstBeyondBounds(interval: interval) {
      throw .parameter(name)
    }
    try checkFactors()
    try checkNodes()
    try checkFounders()
    try checkAllocations()
    try checkRegistry()
    try checkLots()
  }

  private func checkFactors() throws(GenesisError) {
    guard !factors.isEmpty else { throw .noFactors }
    let thisYear = CivilDate(milliseconds: genesisTime).year
    var seen: [[UInt8]: Int] = [:]
    for (row, factor) in factors.enumerated() {
      guard factor.regionCode.isPrintableASCII(max: RulesLimits.regionCodeBytesMax) else {
        throw .factor(row: row, .regionCode)
      }
      guard factor.region.utf8.count <= RulesLimits.regionNameBytesMax,
        factor.source.utf8.count <= RulesLimits.sourceBytesMax,
        factor.licence.utf8.count <= RulesLimits.licenceBytesMax
      else { throw .factor(row: row, .text) }
      let value = factor.microgramsPerKilowattHour
      guard (1...RulesLimits.factorMicrogramsMax).contains(value) else {
        throw .factor(row: row, .value(value))
      }
      guard Int(factor.year) >= RulesLimits.factorYearMin, Int(factor.year) <= thisYear else {
        throw .factor(row: row, .year(factor.year))
      }
      if let earlier = seen.updateValue(row, forKey: factor.bcs) {
        throw .factor(row: row, .duplicate(of: earlier))
      }
    }
  }

  private func checkNodes() throws(GenesisError) {
    guard (Limits.validatorsMin...Limits.validatorsMax).contains(nodes.count) else {
      throw .nodeCount(nodes.count)
    }
    let regions = Set(factors.map { Array($0.regionCode.utf8) })
    var keys: [Bytes32: Int] = [:]
    var names: [[UInt8]: Int] = [:]
    for (row, node) in nodes.enumerated() {
      let bytes = [node.account.bytes, node.consensusKey.bytes, node.transportKey.bytes]
      for bytes in bytes {
        if let earlier = keys.updateValue(row, forKey: bytes) {
          throw .node(row: row, .duplicate(of: earlier))
        }
      }
      if let earlier = names.updateValue(row, forKey: Array(node.name.utf8)) {
        throw .node(row: row, .duplicate(of: earlier))
      }
      if let fault = fault(of: node, regions: regions) { throw .node(row: row, fault) }
    }
  }

  private func fault(of node: GenesisNode, regions: Set<[UInt8]>) -> NodeFault? {
    guard node.name.isText(max: RulesLimits.nodeNameBytesMax),
      node.endpoint.utf8.count <= RulesLimits.endpointBytesMax
    else { return .text }
    let profile = node.profile
    guard profile.idleMilliwatts <= RulesLimits.idleMilliwattsMax,
      profile.millijoulesPerCPUSecond <= RulesLimits.cpuSecondMillijoulesMax,
      profile.puePermille <= RulesLimits.puePermilleMax
    else { return .profile }
    guard regions.contains(Array(profile.region.utf8)) else { return .region(profile.region) }
    let floor = parameters.tierFloors[Int(profile.tier.rawValue)]
    guard profile.idleMilliwatts >= floor.idleMilliwatts,
      profile.puePermille >= floor.puePermille
    else { return .belowFloor(floor) }
    guard Ed25519.isCanonicalPrimeOrder(node.consensusKey) else { return .consensusKey }
    guard Ed25519.isCanonicalPrimeOrder(node.transportKey) else { return .transportKey }
    let message = GenesisNode.possessionMessage(
      network: network, account: node.account, key: node.consensusKey)
    let isProven = Ed25519.verify(
      signature: node.possession, key: node.consensusKey, prefix: GenesisNode.possessionTag,
      message: message[...])
    return isProven ? nil : .possession
  }

  private func checkFounders() throws(GenesisError) {
    var seen: [AccountID: Int] = [:]
    var total = Amount.zero
    for (row, founder) in founders.enumerated() {
      guard !founder.amount.isZero else { throw .founder(row: row, .zero) }
      if let earlier = seen.updateValue(row, forKey: founder.account) {
        throw .founder(row: row, .duplicate(of: earlier))
      }
      total = try total.genesisSum(founder.amount)
    }
    guard total == Supply.founders else {
      throw .founderShares(total: total, expected: Supply.founders)
    }
  }

  private func checkAllocations() throws(GenesisError) {
    var seen: [AccountID: Int] = [:]
    for (row, allocation) in allocations.enumerated() {
      guard !allocation.eco2.isZero || !allocation.ecc.isZero else {
        throw .allocation(row: row, .zero)
      }
      guard isTest || allocation.eco2.isZero else {
        throw .allocation(row: row, .notATestNetwork)
      }
      if let earlier = seen.updateValue(row, forKey: allocation.account) {
        throw .allocation(row: row, .duplicate(of: earlier))
      }
    }
  }
}

extension Amount {
  /// The sum of numbers a genesis document states.
  func genesisSum(_ other: Amount) throws(GenesisError) -> Amount {
    do { return try adding(other) } catch { throw .overflow }
  }
}
