import LedgerCore

/// A division that rounds up and carries what it rounded: over many blocks nothing is lost or
/// gained but one unit.
enum CarriedDivision {
  /// `ceil((numerator − credit) / unit)` and the credit for the next time, `0 ..< unit`.
  static func divide(_ numerator: UInt128, by unit: UInt128, credit: UInt128)
    -> (quotient: UInt128, credit: UInt128)
  {
    guard numerator > credit else { return (0, credit - numerator) }
    let (quotient, rest) = (numerator - credit).quotientAndRemainder(dividingBy: unit)
    return rest == 0 ? (quotient, 0) : (quotient + 1, unit - rest)
  }
}

/// What an ER Node counts as: its profile with floors applied, and the factor it is charged by.
struct EffectiveProfile: Hashable {
  var milliwatts: UInt64
  var millijoulesPerCPUSecond: UInt64
  var puePermille: UInt64
  /// µg CO2e per kWh.
  var factor: UInt64

  /// Tier and region count while attested. Otherwise the unattested floor does, and the table's
  /// highest factor; a node that declares more than a floor is charged what it declares.
  init(
    _ profile: EnergyProfile, isAttested: Bool, regionFactor: UInt64?, highestFactor: UInt64,
    parameters: Parameters
  ) {
    let floor =
      isAttested
      ? parameters.tierFloors[Int(profile.tier.rawValue)] : parameters.unattestedFloor
    milliwatts = max(profile.idleMilliwatts, floor.idleMilliwatts)
    millijoulesPerCPUSecond = profile.millijoulesPerCPUSecond
    puePermille = max(profile.puePermille, floor.puePermille)
    factor = isAttested ? regionFactor ?? highestFactor : highestFactor
  }
}

/// The due of an ER Node for a block (carbon rules, "Zero emission").
///
/// Over its blocks a node's due is at least its footprint, whatever the margins were: their
/// numerators differ by the margin, which is never below zero, and what either has been rounded by
/// is below one unit. In a single block the due can be one µg below: what it lacks has been paid.
public enum Dues {
  /// The denominator D = 3.6 × 10^17: mW to W, ms to h, W to kW, ‰ and % to one.
  public static let unit: UInt128 = 360_000_000_000_000_000

  /// `N = mW × ms × PUE‰ × EF × percent`; nil when it leaves 128 bits.
  static func numerator(_ profile: EffectiveProfile, milliseconds: UInt64, percent: UInt64)
    -> UInt128?
  {
    product([profile.milliwatts, milliseconds, profile.puePermille, profile.factor, percent])
  }

  /// What a node draws, with its share of the overhead, fJ:
  /// `mW × ms × PUE‰ × (1000 + overhead‰) × 10^3`; nil when it leaves 128 bits.
  static func energy(
    _ profile: EffectiveProfile, milliseconds: UInt64, overheadPermille: UInt64
  ) -> UInt128? {
    let factors = [
      profile.milliwatts, milliseconds, profile.puePermille, 1_000 + overheadPermille, 1_000,
    ]
    return product(factors)
  }

  private static func product(_ factors: [UInt64]) -> UInt128? {
    var product: UInt128 = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: UInt128(factor))
      guard !overflow else { return nil }
      product = next
    }
    return product
  }
}
