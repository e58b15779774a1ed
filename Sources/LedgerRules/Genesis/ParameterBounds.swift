import LedgerCore

// What parameters may be on a network that is in use. Motions stay inside, so that no set can make
// transactions, motions or elections impossible; genesis of a public network begins inside. Test
// networks may begin outside, with short terms and small blocks: their motions may come nearer to a
// bound, never leave it further.

extension ParameterID {
  /// The values that a motion can set; nil where the bounds of genesis are all there are.
  ///
  /// - Parameter interval: between slots, ms.
  func bounds(interval: UInt64) -> ClosedRange<UInt128>? {
    let standard = Parameters.standard
    let day = UInt128(Supply.millisecondsPerDay)
    let slot = UInt128(interval)
    // A tenth to ten times what the carbon rules begin with.
    func around(_ value: UInt128) -> ClosedRange<UInt128> { value / 10...value * 10 }
    return switch self {
    case .baseFeeFloor: 1...RulesLimits.baseFeeFloorMax
    // A bundle of any author fits.
    case .blockBytes: UInt128(Limits.bundleBytesMax)...UInt128(Limits.blockBytesMax)
    case .requestTime, .obligationTime: day...365 * day
    case .debtTime: day / 24...365 * day
    // Decision 0064: with less nobody could act in them.
    case .votingWindow: 20 * slot...(.max)
    case .readyTime: 12 * slot...(.max)
    case .unlockTime, .jailTime: 1...30 * day
    case .candidateBond: around(standard.elections.bond.baseUnits)
    // A bond is there for as long as what it is taken for can be proven, and a day more.
    case .bondTime: UInt128(Limits.evidenceAgeMillisecondsMax) + day...365 * day
    case .candidateReserve: around(UInt128(standard.elections.reserveDays))
    case .downtimeBlocks: 20...UInt128(RulesLimits.downtimeBlocksMax)
    case .signedBlocks: 0...67
    case .releaseFine: around(standard.elections.releaseFine.baseUnits)
    case .motionDelay: day / 24...30 * day
    case .motionTime: day...365 * day
    case .pauseTime: 1...3 * day
    default: nil
    }
  }
}

extension Parameters {
  /// The first parameter beyond the bounds of networks in use; nil when there is none.
  ///
  /// - Parameters:
  ///   - before: those in force, which may be outside: what is as far outside, or less, passes.
  ///   - interval: between slots, ms.
  func firstBeyondBounds(after before: Parameters? = nil, interval: UInt64) -> String? {
    for id in ParameterID.allCases {
      guard let bounds = id.bounds(interval: interval) else { continue }
      let value = value(of: id)
      let old = before?.value(of: id)
      let isLow = value < bounds.lowerBound && value < old ?? bounds.lowerBound
      let isHigh = value > bounds.upperBound && value > old ?? bounds.upperBound
      if isLow || isHigh { return id.name }
    }
    if weightNeeded > UInt128(blockWeightMax) {
      guard let before, weightNeeded <= before.weightNeeded, blockWeightMax >= before.blockWeightMax
      else { return ParameterID.blockWeight.name }
    }
    if decisionFee > RulesLimits.decisionFeeMax {
      guard let before, decisionFee <= before.decisionFee else {
        return ParameterID.baseFeeFloor.name
      }
    }
    return nil
  }

  /// Four times the weight of the largest transaction with one operation of those that are never
  /// paused: what keeps the chain neutral, honest and governable always has room in a block.
  private var weightNeeded: UInt128 {
    let kinds = OperationKind.allCases.filter { Motion.neverPaused.contains($0) }
    let weights = kinds.map { kind in
      weight(of: kind, bytes: Limits.transactionBytesMax, signatures: 2 * Limits.keysMax)
    }
    return 4 * (weights.max() ?? 0)
  }

  /// What deciding on a motion costs at the lowest base fee, ECO2 base units.
  private var decisionFee: UInt128 {
    // At most 2^68 × 2^55.
    weight(of: .decideMotion, bytes: 1_024, signatures: 1) * baseFeeFloor.baseUnits
  }

  private func weight(of kind: OperationKind, bytes: Int, signatures: Int) -> UInt128 {
    var work = Work(byteCount: bytes, signatureCount: signatures, operations: [], parameters: self)
    work.cpuNanoseconds += UInt128(cost(of: kind).cpuNanoseconds)
    work.bytes += UInt128(cost(of: kind).bytes)
    return work.weight(self)
  }
}
