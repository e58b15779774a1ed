import LedgerCore

/// The base fee per weight, as in EIP-1559: half a block is the target; a full block raises it by
/// an eighth, an empty one lowers it by an eighth, never below the floor.
enum BaseFee {
  /// The fee for the next block. Skipped weight is not in `used`.
  static func next(after fee: Amount, used: UInt128, parameters: Parameters) -> Amount {
    let target = UInt128(max(parameters.blockWeightMax / 2, 1))
    let current = min(fee.baseUnits, RulesLimits.baseFeeMax)
    let floor = parameters.baseFeeFloor.baseUnits
    // At most 2^55 × 2^40: inside 128 bits.
    if used > target {
      let step = current * min(used - target, target) / target / 8
      return Amount(min(current + max(step, 1), RulesLimits.baseFeeMax))
    }
    let step = current * (target - used) / target / 8
    return Amount(max(current - min(step, current), floor))
  }
}
