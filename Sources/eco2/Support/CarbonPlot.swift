import NodeAnswers

/// Footprint of parts of the chain, and beside it what was consumed for them and by whom, as an SVG
/// picture that follows the light or dark look of who shows it.
///
/// Heights are means of a part's blocks: parts of a range have a block more or less, which would
/// look like a change of the footprint. What one points at tells the sums. Arrears of months that
/// are paid at once would make all else flat: a bar that is much higher than the others is cut,
/// with its height above it.
struct CarbonPlot {
  /// What is drawn, with its colour on light and on dark ground.
  private enum Ink: String, CaseIterable {
    case ground, text, muted, grid, footprint, nodes, fund, charges, late, open

    var colours: (light: String, dark: String) {
      switch self {
      case .ground: ("#ffffff", "#12181f")
      case .text: ("#1f2933", "#e6e9ed")
      case .muted: ("#5f6b7a", "#9aa5b1")
      case .grid: ("#e1e5ea", "#333c47")
      case .footprint: ("#8a94a1", "#8a94a1")
      case .nodes: ("#1b7f5c", "#2fa37b")
      case .fund: ("#8ccbb0", "#9fdcc4")
      case .charges: ("#2f6db5", "#5b9be6")
      case .late: ("#b58900", "#d9a520")
      case .open: ("#c0392b", "#ff6b5e")
      }
    }

    /// Its words in the legend.
    var legend: String? {
      switch self {
      case .ground, .text, .muted, .grid: nil
      case .footprint: "footprint"
      case .nodes: "consumed: ER Nodes' dues"
      case .fund: "the fund's share"
      case .charges: "charges"
      case .late: "arrears paid late"
      case .open: "not all covered"
      }
    }
  }

  private struct Part {
    let from: UInt64
    let to: UInt64
    /// µg CO2e of all its blocks.
    let footprint: Double
    /// What was consumed for them, from below.
    let consumed: [(ink: Ink, micrograms: Double)]
    let covered: Bool

    var blocks: Double { max(1, Double(to) - Double(from) + 1) }
    var words: String { from == to ? "block \(from)" : "blocks \(from)–\(to)" }

    init(_ sums: StatementSumsAnswer) {
      func number(_ text: String) -> Double { UInt128(text).map { Double($0) } ?? 0 }
      from = sums.from
      to = sums.to
      footprint = number(sums.footprint)
      let fund = number(sums.fund) + number(sums.fundOverhead)
      let known = number(sums.paid) + fund + number(sums.charges)
      consumed = [
        (.nodes, number(sums.paid)), (.fund, fund), (.charges, number(sums.charges)),
        (.late, max(0, number(sums.consumed) - known)),
      ]
      covered = sums.covered
    }

    var total: Double { consumed.reduce(0) { $0 + $1.micrograms } }

    /// What a part is about as a rule: all but what comes late, a block.
    var usual: Double {
      let late = consumed.reduce(0) { $1.ink == .late ? $0 + $1.micrograms : $0 }
      return max(footprint, total - late) / blocks
    }

    var highest: Double { max(footprint, total) / blocks }

    func has(_ ink: Ink) -> Bool { consumed.contains { $0.ink == ink && $0.micrograms > 0 } }
  }

  private let parts: [Part]
  private let subtitle: String
  /// µg CO2e of a block at the highest line.
  private let scale: Double

  private static let (width, height) = (960.0, 460.0)
  private static let (left, right, top, bottom) = (64.0, 24.0, 116.0, 64.0)
  private static let barMax = 48.0
  /// How many times as high as what is usual a bar may be before it is cut.
  private static let usualMax = 2.5
  private static let title = "Footprint, and what was consumed for it"

  /// - Parameter subtitle: which blocks, when, of which network.
  init(_ buckets: [StatementSumsAnswer], subtitle: String) {
    parts = buckets.map(Part.init)
    self.subtitle = subtitle
    let usual = parts.map(\.usual).max() ?? 0
    scale = Self.round(min(parts.map(\.highest).max() ?? 0, max(usual, 1) * Self.usualMax))
  }

  var svg: String {
    let lines =
      [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(Self.width)) "
          + "\(Int(Self.height))\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">",
        "<title>\(Self.title): \(subtitle)</title>", "<style>\(Self.style)</style>",
        "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>",
        "<text class=\"text\" x=\"\(Int(Self.left))\" y=\"30\" font-size=\"17\" "
          + "font-weight=\"bold\">\(Self.title)</text>",
        Self.text(subtitle, x: Self.left, y: 50),
      ] + legend + axis + parts.indices.flatMap(bars)
    return (lines + ["</svg>"]).joined(separator: "\n")
  }

  /// One look, and the other where it is preferred.
  private static var style: String {
    func rules(_ colour: (Ink) -> String) -> String {
      Ink.allCases.map { ".\($0.rawValue){fill:\(colour($0))}" }.joined()
    }
    return rules { $0.colours.light } + "@media (prefers-color-scheme:dark){"
      + rules { $0.colours.dark } + "}"
  }

  /// What is in the picture, in a row.
  private var legend: [String] {
    var x = Self.left
    return Ink.allCases.compactMap { ink in
      guard let words = ink.legend else { return nil }
      if ink == .late, !parts.contains(where: { $0.has(.late) }) { return nil }
      if ink == .open, parts.allSatisfy(\.covered) { return nil }
      defer { x += 17 + Self.width(of: words) + 22 }
      return "<rect class=\"\(ink.rawValue)\" x=\"\(Self.number(x))\" y=\"66\" width=\"11\" "
        + "height=\"11\" rx=\"2\"/>" + Self.text(words, x: x + 17, y: 76, ink: .text)
    }
  }

  /// About how wide a text is: letters differ by a factor of three.
  private static func width(of text: String) -> Double {
    text.reduce(0) { width, letter in
      switch letter {
      case "i", "j", "l", "f", "t", "r", "'", ":", " ", ".": width + 4.2
      case "m", "w", "M", "W": width + 11
      case let other where other.isUppercase: width + 8.6
      default: width + 7.3
      }
    }
  }

  /// What the axis counts in.
  private var unit: (micrograms: Double, name: String) {
    Self.units.first { scale >= $0.micrograms } ?? (micrograms: 1, name: "µg")
  }

  private var axis: [String] {
    let (unit, name) = unit
    var lines = [
      Self.text("\(name) CO2e per block", x: 8, y: Self.top - 16),
      Self.text(
        parts.allSatisfy { $0.from == $0.to } ? "block" : "first block of each part",
        x: (Self.left + Self.width - Self.right) / 2,
        y: Self.height - 16, anchor: "middle"),
    ]
    for step in 0...4 {
      let value = scale * Double(step) / 4
      let y = place(value)
      lines.append(
        "<rect class=\"grid\" x=\"\(Int(Self.left))\" y=\"\(Self.number(y))\" width=\""
          + "\(Int(Self.width - Self.left - Self.right))\" height=\"1\"/>")
      lines.append(
        Self.text(
          Self.short((value / unit * 1_000).rounded() / 1_000), x: Self.left - 8, y: y + 4,
          anchor: "end"))
    }
    return lines
  }

  private static let units: [(micrograms: Double, name: String)] = [
    (1e12, "t"), (1e9, "kg"), (1e6, "g"), (1e3, "mg"), (1, "µg"),
  ]

  private func bars(_ index: Int) -> [String] {
    let part = parts[index]
    let slot = (Self.width - Self.left - Self.right) / Double(parts.count)
    // A pair's bars stand closer to each other than to the next pair's.
    let (bar, gap) = (min(slot * 0.36, Self.barMax), min(slot * 0.03, 3))
    let centre = Self.left + slot * (Double(index) + 0.5)
    func box(_ ink: Ink, x: Double, from: Double, _ value: Double) -> String {
      let (above, below) = (place((from + value) / part.blocks), place(from / part.blocks))
      let height = Self.number(below - above)
      let mass = Printing.mass("\(UInt128(exactly: value.rounded()) ?? .max)")
      return "<rect class=\"\(ink.rawValue)\" x=\"\(Self.number(x))\" y=\"\(Self.number(above))\" "
        + "width=\"\(Self.number(bar))\" height=\"\(height)\"><title>\(part.words), "
        + "\(ink.legend ?? ""): \(mass)</title></rect>"
    }
    var lines = [box(.footprint, x: centre - gap / 2 - bar, from: 0, part.footprint)]
    var base = 0.0
    for share in part.consumed where share.micrograms > 0 {
      lines.append(box(share.ink, x: centre + gap / 2, from: base, share.micrograms))
      base += share.micrograms
    }
    if base / part.blocks > scale {
      lines += cut(at: centre + gap / 2, width: bar, value: base / part.blocks)
    }
    if !part.covered {
      lines.append(
        "<rect class=\"open\" x=\"\(Self.number(centre - gap / 2 - bar))\" y=\""
          + "\(Self.number(place(0) + 3))\" width=\"\(Self.number(2 * bar + gap))\" height=\"4\">"
          + "<title>\(part.words): not all covered</title></rect>")
    }
    // About ten labels, whatever the number of parts.
    if index.isMultiple(of: max(1, (parts.count + 9) / 10)) {
      lines.append(Self.text("\(part.from)", x: centre, y: place(0) + 22, anchor: "middle"))
    }
    return lines
  }

  /// The gap in a bar that goes on above the picture, and how high it is.
  private func cut(at x: Double, width: Double, value: Double) -> [String] {
    let slope = min(width / 3, 5)
    let y = place(scale) + 8 + slope
    let digits = value / unit.micrograms
    let words = digits >= 100 ? Self.short(digits.rounded()) : Self.number(digits)
    return [
      "<path class=\"ground\" d=\"M\(Self.number(x - 1)) \(Self.number(y))l"
        + "\(Self.number(width + 2)) \(Self.number(-slope))v4l\(Self.number(-width - 2)) "
        + "\(Self.number(slope))z\"/>",
      Self.text(
        words, x: x + width / 2, y: place(scale) - 6, anchor: "middle", ink: .text),
    ]
  }

  /// Where a value stands, from above; what is above the highest line, there.
  private func place(_ value: Double) -> Double {
    let room = Self.height - Self.top - Self.bottom
    return Self.height - Self.bottom - (scale > 0 ? min(value / scale, 1) * room : 0)
  }

  /// The next number whose quarters have few digits.
  private static func round(_ value: Double) -> Double {
    guard value > 0, value < 1e36 else { return max(1, min(value, 1e36)) }
    var power = 1.0
    while power * 10 <= value { power *= 10 }
    return [1.0, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map { $0 * power }.first { $0 >= value }
      ?? power * 10
  }

  private static func text(
    _ text: String, x: Double, y: Double, anchor: String = "start", ink: Ink = .muted
  ) -> String {
    "<text class=\"\(ink.rawValue)\" x=\"\(number(x))\" y=\"\(number(y))\" "
      + "text-anchor=\"\(anchor)\">\(text)</text>"
  }

  private static func number(_ value: Double) -> String { short((value * 10).rounded() / 10) }

  /// Without a fraction of zeros.
  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
