/// Whole numbers of small units as decimals of large ones.
public enum DecimalText {
  /// `number / unit` with so many decimals, rounded to the nearest, halves up.
  ///
  /// - Parameters:
  ///   - unit: at most 10^28.
  ///   - digits: 0 … 9.
  public static func rounded(_ number: UInt128, per unit: UInt128, digits: Int) -> String {
    let scale = (0..<digits).reduce(UInt128(1)) { product, _ in product * 10 }
    var (whole, rest) = number.quotientAndRemainder(dividingBy: unit)
    rest = (rest * scale + unit / 2) / unit
    if rest >= scale {
      whole += 1
      rest -= scale
    }
    guard digits > 0 else { return "\(whole)" }
    let fraction = "\(rest)"
    return "\(whole)." + String(repeating: "0", count: digits - fraction.utf8.count) + fraction
  }
}
