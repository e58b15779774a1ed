/// A quantity of a token in base units: unsigned, 128 bits, checked (protocol §2).
///
/// ECO2 has 10^8 base units a token. ECC has 10^6: one base unit is 1 µg CO2e, one token 1 g.
/// Every operation that could leave the range throws; none traps or wraps.
public struct Amount: Hashable, Comparable, Sendable, BCSCodable, CustomStringConvertible {
  /// Base units.
  public let baseUnits: UInt128

  public init(_ baseUnits: UInt128) { self.baseUnits = baseUnits }

  /// No base units.
  public static let zero = Amount(0)
  /// 2^128 − 1 base units.
  public static let max = Amount(.max)

  /// Whether there are no base units.
  public var isZero: Bool { baseUnits == 0 }

  /// The sum; throws `overflow`.
  public func adding(_ other: Amount) throws(AmountError) -> Amount {
    let (sum, overflow) = baseUnits.addingReportingOverflow(other.baseUnits)
    guard !overflow else { throw .overflow }
    return Amount(sum)
  }

  /// The difference; throws `underflow`.
  public func subtracting(_ other: Amount) throws(AmountError) -> Amount {
    let (difference, underflow) = baseUnits.subtractingReportingOverflow(other.baseUnits)
    guard !underflow else { throw .underflow }
    return Amount(difference)
  }

  /// The product; throws `overflow`.
  public func multiplied(by factor: UInt128) throws(AmountError) -> Amount {
    let (product, overflow) = baseUnits.multipliedReportingOverflow(by: factor)
    guard !overflow else { throw .overflow }
    return Amount(product)
  }

  /// Quotient rounded down, and remainder.
  public func divided(by divisor: UInt128) throws(AmountError) -> (Amount, remainder: UInt128) {
    guard divisor != 0 else { throw .divisionByZero }
    let (quotient, remainder) = baseUnits.quotientAndRemainder(dividingBy: divisor)
    return (Amount(quotient), remainder)
  }

  /// This amount less the other, or zero when the other is larger.
  public func saturatingSubtracting(_ other: Amount) -> Amount {
    self > other ? Amount(baseUnits &- other.baseUnits) : .zero
  }

  public static func < (left: Amount, right: Amount) -> Bool { left.baseUnits < right.baseUnits }

  public init(from reader: inout BCSReader) throws(BCSError) {
    baseUnits = try reader.u128("amount")
  }

  public func encode(into writer: inout BCSWriter) { writer.u128(baseUnits) }

  /// Base units in decimal.
  public var description: String { String(baseUnits) }
}

/// Why an amount cannot be computed.
public enum AmountError: Error, Equatable, Sendable {
  /// The result exceeds 2^128 − 1.
  case overflow
  /// The result would be negative.
  case underflow
  /// A divisor is zero.
  case divisionByZero
}
