import LedgerCore
import LedgerRules
import NodeAnswers

extension ParametersAnswer {
  /// The parameters in force, by the names they have in the rules; lists with spaces between.
  init(_ tariff: Tariff, height: UInt64) {
    let parameters = tariff.parameters
    var values: [String: String] = [:]
    func cost(_ name: String, _ cost: WorkCost) {
      values["\(name).cpuNanoseconds"] = "\(cost.cpuNanoseconds)"
      values["\(name).bytes"] = "\(cost.bytes)"
    }
    func floor(_ name: String, _ floor: ProfileFloor) {
      values["\(name).idleMilliwatts"] = "\(floor.idleMilliwatts)"
      values["\(name).puePermille"] = "\(floor.puePermille)"
    }
    cost("transactionCost", parameters.transactionCost)
    cost("signatureCost", parameters.signatureCost)
    for kind in OperationKind.allCases {
      cost("operationCosts.\(kind.name)", parameters.cost(of: kind))
    }
    cost("lotCost", parameters.lotCost)
    for (tier, bound) in zip(SiteTier.allCases, parameters.tierFloors) {
      floor("tierFloors.\(tier)", bound)
    }
    floor("unattestedFloor", parameters.unattestedFloor)
    values["networkNanojoulesPerByte"] = "\(parameters.networkNanojoulesPerByte)"
    values["chargeMultiplier"] = "\(parameters.chargeMultiplier)"
    values["dueMarginPercent"] = "\(parameters.dueMarginPercent)"
    values["overheadPermille"] = "\(parameters.overheadPermille)"
    values["baseFeeFloor"] = "\(parameters.baseFeeFloor)"
    values["blockWeightMax"] = "\(parameters.blockWeightMax)"
    values["blockBytesMax"] = "\(parameters.blockBytesMax)"
    values["weightPerByte"] = "\(parameters.weightPerByte)"
    values["weightPerCPUMicrosecond"] = "\(parameters.weightPerCPUMicrosecond)"
    values["creationFee"] = "\(parameters.creationFee)"
    values["reserveRegistries"] = parameters.reserveRegistries.joined(separator: " ")
    values["reserveProducts"] = parameters.reserveProducts.map(\.code).joined(separator: " ")
    values["vintageYearsMax"] = "\(parameters.vintageYearsMax)"
    for (group, numbers) in parameters.groups {
      for (name, value) in numbers { values["\(group).\(name)"] = value }
    }
    self.init(height: height, values: values, baseFee: "\(tariff.baseFee)")
  }
}

extension Parameters {
  /// What each domain counts with, by its name; spans in milliseconds or days as their names say,
  /// amounts in base units.
  fileprivate var groups: [(String, [(String, String)])] {
    [
      (
        "registry",
        [
          ("requestMilliseconds", "\(registry.requestMilliseconds)"),
          ("requestDeposit", "\(registry.requestDeposit)"),
          ("attestationMilliseconds", "\(registry.attestationMilliseconds)"),
          ("custodianBond", "\(registry.custodianBond)"),
          ("bufferPercent", "\(registry.bufferPercent)"),
          ("obligationMilliseconds", "\(registry.obligationMilliseconds)"),
        ]
      ),
      (
        "fund",
        [
          ("targetDays", "\(fund.targetDays)"),
          ("bidPriceMin", "\(fund.bidPriceMin)"),
          ("bidPriceMax", "\(fund.bidPriceMax)"),
          ("bidStepMilliseconds", "\(fund.bidStepMilliseconds)"),
          ("withdrawalFloorDays", "\(fund.withdrawalFloorDays)"),
          ("withdrawalMilliseconds", "\(fund.withdrawalMilliseconds)"),
          ("debtMilliseconds", "\(fund.debtMilliseconds)"),
        ]
      ),
      (
        "elections",
        [
          ("seats", "\(elections.seats)"),
          ("termMilliseconds", "\(elections.termMilliseconds)"),
          ("windowMilliseconds", "\(elections.windowMilliseconds)"),
          ("readyMilliseconds", "\(elections.readyMilliseconds)"),
          ("unlockMilliseconds", "\(elections.unlockMilliseconds)"),
          ("bond", "\(elections.bond)"),
          ("bondMilliseconds", "\(elections.bondMilliseconds)"),
          ("reserveDays", "\(elections.reserveDays)"),
          ("downtimeBlocks", "\(elections.downtimeBlocks)"),
          ("signedPercentMin", "\(elections.signedPercentMin)"),
          ("jailMilliseconds", "\(elections.jailMilliseconds)"),
          ("releaseFine", "\(elections.releaseFine)"),
          ("slashPercent", "\(elections.slashPercent)"),
        ]
      ),
      (
        "governance",
        [
          ("delayMilliseconds", "\(governance.delayMilliseconds)"),
          ("motionMilliseconds", "\(governance.motionMilliseconds)"),
          ("pauseMilliseconds", "\(governance.pauseMilliseconds)"),
        ]
      ),
    ]
  }
}
