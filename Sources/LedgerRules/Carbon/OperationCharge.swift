public import LedgerCore

/// What the work of a transaction is: CPU time of one ER Node, and bytes through the network.
public struct Work: Hashable, Sendable {
  public var cpuNanoseconds: UInt128
  public var bytes: UInt128

  /// The work of a transaction with these operations by the measured table.
  ///
  /// - Parameter byteCount: the transaction's own bytes.
  public init(
    byteCount: Int, signatureCount: Int, operations: [Operation], parameters: Parameters
  ) {
    cpuNanoseconds = UInt128(parameters.transactionCost.cpuNanoseconds)
    bytes = UInt128(byteCount) + UInt128(parameters.transactionCost.bytes)
    cpuNanoseconds +=
      UInt128(parameters.signatureCost.cpuNanoseconds) * UInt128(signatureCount)
    bytes += UInt128(parameters.signatureCost.bytes) * UInt128(signatureCount)
    for operation in operations {
      let cost = parameters.cost(of: operation.kind)
      let lots = UInt128(operation.lotsMax)
      cpuNanoseconds +=
        UInt128(cost.cpuNanoseconds) + lots * UInt128(parameters.lotCost.cpuNanoseconds)
      bytes += UInt128(cost.bytes) + lots * UInt128(parameters.lotCost.bytes)
    }
  }

  /// Weight for fee and block limit: bytes and CPU-microseconds by their weights, rounded up.
  public func weight(_ parameters: Parameters) -> UInt128 {
    let ofTime = cpuNanoseconds * UInt128(parameters.weightPerCPUMicrosecond)
    return bytes * UInt128(parameters.weightPerByte) + (ofTime + 999) / 1_000
  }
}

/// What work costs in carbon with the ER Nodes of one set (carbon rules, "Operation charge").
public struct OperationCharge: Hashable, Sendable {
  /// The denominator 3.6 × 10^21: ns to s, mJ to J, ‰ to one, J to kWh.
  public static let unit: UInt128 = 3_600_000_000_000_000_000_000

  /// Σ over the set of mJ per CPU-second × PUE‰ × µg per kWh.
  let perNanosecond: UInt128
  /// nJ per byte × mean µg per kWh × 10^6.
  let perByte: UInt128
  let multiplier: UInt128
  /// Σ over the set of mJ per CPU-second × PUE‰: fJ per nanosecond.
  let energyPerNanosecond: UInt128
  /// nJ per byte × 10^6: fJ per byte.
  let energyPerByte: UInt128

  init(_ profiles: [EffectiveProfile], parameters: Parameters) {
    perNanosecond = profiles.reduce(0) {
      $0 + UInt128($1.millijoulesPerCPUSecond) * UInt128($1.puePermille) * UInt128($1.factor)
    }
    let factors = profiles.reduce(UInt128(0)) { $0 + UInt128($1.factor) }
    let count = UInt128(max(profiles.count, 1))
    // The mean is rounded up: a footprint is never stated too low.
    let mean = (factors + count - 1) / count
    perByte = UInt128(parameters.networkNanojoulesPerByte) * mean * 1_000_000
    multiplier = UInt128(parameters.chargeMultiplier)
    energyPerNanosecond = profiles.reduce(0) {
      $0 + UInt128($1.millijoulesPerCPUSecond) * UInt128($1.puePermille)
    }
    energyPerByte = UInt128(parameters.networkNanojoulesPerByte) * 1_000_000
  }

  /// The work's footprint in 1 / `unit` µg. The bounds of `RulesLimits` keep it inside 128 bits.
  func footprint(_ work: Work) -> UInt128 {
    work.cpuNanoseconds * perNanosecond + work.bytes * perByte
  }

  /// The work's energy, fJ: its footprint without factors, so inside 128 bits as well.
  func energy(_ work: Work) -> UInt128 {
    work.cpuNanoseconds * energyPerNanosecond + work.bytes * energyPerByte
  }

  /// The charge, µg CO2e: the footprint times the multiplier, rounded up, never below 1 µg.
  public func charge(_ work: Work) -> Amount {
    let (whole, rest) = (footprint(work) * multiplier).quotientAndRemainder(
      dividingBy: Self.unit)
    return Amount(max(1, whole + (rest == 0 ? 0 : 1)))
  }
}
