import Foundation

/// Numbers as a report shows them, the same in every locale.
enum FixedText {
  /// With so many decimal places.
  static func decimals(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "-" }
    let scale = pow(10, Double(places))
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let digits = String(UInt64(scaled))
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let whole = sign + padded.dropLast(places)
    return places == 0 ? whole : "\(whole).\(padded.suffix(places))"
  }

  /// With three digits that count, without zeros behind them.
  static func short(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return "0" }
    let magnitude = Int(log10(abs(value)).rounded(.down))
    var text = decimals(value, max(0, 2 - magnitude))
    guard text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
