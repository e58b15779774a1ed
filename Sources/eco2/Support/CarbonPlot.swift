import NodeAnswers

/// Footprint and payments of parts of the chain as an SVG picture: a pair of bars for each part.
struct CarbonPlot {
  private struct Part {
    let from: UInt64
    let to: UInt64
    /// µg CO2e.
    let footprint: Double
    let paid: Double
    let covered: Bool
  }

  private let parts: [Part]

  private static let width = 960.0
  private static let height = 420.0
  private static let (left, right, top, bottom) = (90.0, 20.0, 60.0, 60.0)

  init(_ buckets: [StatementSumsAnswer]) {
    parts = buckets.map {
      Part(
        from: $0.from, to: $0.to, footprint: Double($0.footprint) ?? 0,
        paid: Double($0.consumed) ?? 0, covered: $0.covered)
    }
  }

  var svg: String {
    let highest = parts.flatMap { [$0.footprint, $0.paid] }.max() ?? 0
    let scale = Self.round(highest)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.width)) "
        + "\(Int(Self.height))\" font-family=\"sans-serif\" font-size=\"12\">",
      "<title>Footprint and ECC consumed for it, blocks \(parts.first?.from ?? 0) to "
        + "\(parts.last?.to ?? 0)</title>",
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
    ]
    lines += legend
    for step in 0...4 {
      let value = scale * Double(step) / 4
      let y = Self.number(place(value, scale))
      lines.append(
        "<line x1=\"\(Int(Self.left))\" y1=\"\(y)\" x2=\"\(Int(Self.width - Self.right))\" "
          + "y2=\"\(y)\" stroke=\"#dddddd\"/>")
      lines.append(
        "<text x=\"\(Int(Self.left - 8))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">"
          + "\(Printing.mass("\(UInt128(value))"))</text>")
    }
    for (index, part) in parts.enumerated() { lines += bars(part, index, scale) }
    lines.append("</svg>")
    return lines.joined(separator: "\n")
  }

  private var legend: [String] {
    [
      "<rect x=\"90\" y=\"20\" width=\"12\" height=\"12\" fill=\"#8a8f98\"/>",
      "<text x=\"108\" y=\"31\">footprint</text>",
      "<rect x=\"190\" y=\"20\" width=\"12\" height=\"12\" fill=\"#2e8b57\"/>",
      "<text x=\"208\" y=\"31\">ECC consumed (paid, fund, charges)</text>",
      "<rect x=\"440\" y=\"20\" width=\"12\" height=\"12\" fill=\"#c0392b\"/>",
      "<text x=\"458\" y=\"31\">consumed, but a block is not covered</text>",
    ]
  }

  private func bars(_ part: Part, _ index: Int, _ scale: Double) -> [String] {
    let slot = (Self.width - Self.left - Self.right) / Double(max(parts.count, 1))
    let x = Self.left + slot * Double(index)
    func bar(_ value: Double, _ offset: Double, _ colour: String) -> String {
      let y = place(value, scale)
      return "<rect x=\"\(Self.number(x + slot * offset))\" y=\"\(Self.number(y))\" width=\""
        + "\(Self.number(slot * 0.38))\" height=\"\(Self.number(place(0, scale) - y))\" fill=\""
        + "\(colour)\"><title>blocks \(part.from)–\(part.to): "
        + "\(Printing.mass("\(UInt128(value))"))</title></rect>"
    }
    var lines = [
      bar(part.footprint, 0.1, "#8a8f98"),
      bar(part.paid, 0.52, part.covered ? "#2e8b57" : "#c0392b"),
    ]
    // About ten labels, whatever the number of parts.
    if index.isMultiple(of: max(1, (parts.count + 9) / 10)) {
      lines.append(
        "<text x=\"\(Self.number(x + slot / 2))\" y=\"\(Int(Self.height - Self.bottom + 20))\" "
          + "text-anchor=\"middle\">\(part.from)</text>")
    }
    return lines
  }

  /// Where a value stands, from above.
  private func place(_ value: Double, _ scale: Double) -> Double {
    let room = Self.height - Self.top - Self.bottom
    return Self.height - Self.bottom - (scale > 0 ? value / scale * room : 0)
  }

  /// The next of 1, 2, 4, 8 times a power of ten, so that quarters are readable numbers.
  private static func round(_ value: Double) -> Double {
    guard value > 0, value < 1e36 else { return max(1, min(value, 1e36)) }
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    return [1.0, 2, 4, 8, 10].map { $0 * power }.first { $0 >= value } ?? power * 10
  }

  private static func number(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    return "\(tenths / 10)"
  }
}
