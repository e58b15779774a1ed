import LedgerCore

/// Where the parameter of a name stands among all.
enum ParameterField {
  case number(WritableKeyPath<Parameters, UInt64>)
  case amount(WritableKeyPath<Parameters, Amount>)

  init(_ id: ParameterID) {
    self =
      switch id {
      case .networkEnergy: .number(\.networkNanojoulesPerByte)
      case .chargeMultiplier: .number(\.chargeMultiplier)
      case .dueMargin: .number(\.dueMarginPercent)
      case .overhead: .number(\.overheadPermille)
      case .baseFeeFloor: .amount(\.baseFeeFloor)
      case .blockWeight: .number(\.blockWeightMax)
      case .blockBytes: .number(\.blockBytesMax)
      case .weightPerByte: .number(\.weightPerByte)
      case .weightPerCPU: .number(\.weightPerCPUMicrosecond)
      case .creationFee: .amount(\.creationFee)
      case .vintageYears: .number(\.vintageYearsMax)
      case .requestTime: .number(\.registry.requestMilliseconds)
      case .requestDeposit: .amount(\.registry.requestDeposit)
      case .attestationTime: .number(\.registry.attestationMilliseconds)
      case .custodianBond: .amount(\.registry.custodianBond)
      case .buffer: .number(\.registry.bufferPercent)
      case .obligationTime: .number(\.registry.obligationMilliseconds)
      case .fundTarget: .number(\.fund.targetDays)
      case .bidPriceMin: .amount(\.fund.bidPriceMin)
      case .bidPriceMax: .amount(\.fund.bidPriceMax)
      case .bidStep: .number(\.fund.bidStepMilliseconds)
      case .withdrawalFloor: .number(\.fund.withdrawalFloorDays)
      case .withdrawalTime: .number(\.fund.withdrawalMilliseconds)
      case .debtTime: .number(\.fund.debtMilliseconds)
      case .votingWindow: .number(\.elections.windowMilliseconds)
      case .readyTime: .number(\.elections.readyMilliseconds)
      case .unlockTime: .number(\.elections.unlockMilliseconds)
      case .candidateBond: .amount(\.elections.bond)
      case .bondTime: .number(\.elections.bondMilliseconds)
      case .candidateReserve: .number(\.elections.reserveDays)
      case .downtimeBlocks: .number(\.elections.downtimeBlocks)
      case .signedBlocks: .number(\.elections.signedPercentMin)
      case .jailTime: .number(\.elections.jailMilliseconds)
      case .releaseFine: .amount(\.elections.releaseFine)
      case .slash: .number(\.elections.slashPercent)
      case .motionDelay: .number(\.governance.delayMilliseconds)
      case .motionTime: .number(\.governance.motionMilliseconds)
      case .pauseTime: .number(\.governance.pauseMilliseconds)
      }
  }
}

extension Parameters {
  /// The value of a parameter, in its own unit.
  func value(of id: ParameterID) -> UInt128 {
    switch ParameterField(id) {
    case .number(let path): UInt128(self[keyPath: path])
    case .amount(let path): self[keyPath: path].baseUnits
    }
  }

  /// Sets a parameter; false where its type does not hold the value.
  mutating func set(_ id: ParameterID, to value: UInt128) -> Bool {
    switch ParameterField(id) {
    case .number(let path):
      guard let number = UInt64(exactly: value) else { return false }
      self[keyPath: path] = number
    case .amount(let path): self[keyPath: path] = Amount(value)
    }
    return true
  }

  /// Whether these ask less of those who pay for the chain's footprint than others do: a cut of
  /// margin, floors or weights (carbon rules, "Governance's limits").
  func isCut(of before: Parameters) -> Bool {
    let payers: [ParameterID] = [
      .networkEnergy, .chargeMultiplier, .dueMargin, .overhead, .baseFeeFloor, .weightPerByte,
      .weightPerCPU,
    ]
    let costs = zip(allCosts, before.allCosts)
    let floors = zip(tierFloors + [unattestedFloor], before.tierFloors + [before.unattestedFloor])
    return payers.contains { value(of: $0) < before.value(of: $0) }
      || costs.contains { $0.cpuNanoseconds < $1.cpuNanoseconds || $0.bytes < $1.bytes }
      || floors.contains {
        $0.idleMilliwatts < $1.idleMilliwatts || $0.puePermille < $1.puePermille
      }
  }

  private var allCosts: [WorkCost] {
    [transactionCost, signatureCost, lotCost] + operationCosts
  }
}
