import Foundation

/// The table that people read: a line a figure, printed as soon as it is known.
public struct Table {
  private let idWidth: Int

  /// A table whose first column holds the longest of these.
  public init(ids: [String]) { idWidth = max(6, ids.map(\.count).max() ?? 0) }

  /// The column heads.
  public func printHead() {
    line("figure", "value", "ratio", "quartiles", "bar", "", "against")
  }

  /// A measured figure.
  public func print(_ figure: Figure, quartiles: ClosedRange<Double>, bar: Bar) {
    line(
      figure.id, "\(Self.number(figure.value)) \(figure.unit)", "\(Self.number(figure.ratio))×",
      "\(Self.number(quartiles.lowerBound))–\(Self.number(quartiles.upperBound))", bar.text,
      bar.isReached(by: figure) ? "✓" : "✗", figure.against)
  }

  /// A figure that cannot be measured here, and why.
  public func printSkipped(_ id: String, _ reason: String) {
    Swift.print(Self.padded(id, idWidth) + "  not measured: \(reason)")
    fflush(nil)
  }

  private func line(
    _ id: String, _ value: String, _ ratio: String, _ quartiles: String, _ bar: String,
    _ mark: String, _ against: String
  ) {
    let columns = [
      Self.padded(id, idWidth), Self.padded(value, 12, isRight: true),
      Self.padded(ratio, 8, isRight: true), Self.padded(quartiles, 14, isRight: true),
      Self.padded(bar, 11, isRight: true), Self.padded(mark, 1), against,
    ]
    Swift.print(columns.joined(separator: "  "))
    fflush(nil)
  }

  /// Three significant digits.
  static func number(_ value: Double) -> String {
    let digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
    return value.formatted(.number.precision(.fractionLength(digits)).grouping(.never))
  }

  private static func padded(_ text: String, _ width: Int, isRight: Bool = false) -> String {
    let room = String(repeating: " ", count: max(0, width - text.count))
    return isRight ? room + text : text + room
  }
}
