/// A plot as inline SVG: lines, steps, bars or dots over one pair of axes. Colours are the page's.
struct SVGPlot {
  enum Mark {
    case line
    case bars
    case dots
  }

  struct Series {
    let name: String
    /// A colour of the page: 1 … 6.
    let colour: Int
    let mark: Mark
    let points: [(x: Double, y: Double)]
  }

  let title: String
  let xLabel: String
  let yLabel: String
  var x: PlotScale
  var y: PlotScale
  var series: [Series] = []
  /// Parts of the x axis that are not measured.
  var shaded: [ClosedRange<Double>] = []
  /// Values of y that something must not exceed.
  var bounds: [(value: Double, name: String)] = []

  static let width = 760.0
  static let height = 270.0
  private static let left = 62.0
  private static let right = 14.0
  private static let top = 34.0
  private static let bottom = 44.0

  private var inner: (width: Double, height: Double) {
    (Self.width - Self.left - Self.right, Self.height - Self.top - Self.bottom)
  }

  private func px(_ value: Double) -> Double { Self.left + x.place(value) * inner.width }
  private func py(_ value: Double) -> Double {
    Self.top + (1 - y.place(value)) * inner.height
  }

  var svg: String {
    var svg =
      "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
      + "aria-label=\"\(HTML.escape(title))\">\n"
    svg += "<text class=\"title\" x=\"\(f(Self.left))\" y=\"14\">\(HTML.escape(title))</text>\n"
    for range in shaded {
      let (start, end) = (px(range.lowerBound), px(range.upperBound))
      svg +=
        "<rect class=\"shade\" x=\"\(f(start))\" y=\"\(f(Self.top))\" width=\"\(f(end - start))\""
        + " height=\"\(f(inner.height))\"/>\n"
    }
    svg += axes
    for entry in series { svg += marks(entry) }
    for bound in bounds where bound.value <= y.high {
      svg += line(Self.left, py(bound.value), Self.width - Self.right, py(bound.value), "bound")
      svg += text(
        Self.width - Self.right - 4, py(bound.value) - 4, bound.name, "end", "tick")
    }
    return svg + legend + "</svg>\n"
  }

  private var axes: String {
    var svg = ""
    let baseline = Self.top + inner.height
    for tick in y.ticks {
      svg += line(Self.left, py(tick), Self.width - Self.right, py(tick), "grid")
      svg += text(Self.left - 7, py(tick) + 4, PlotScale.label(tick), "end", "tick")
    }
    for tick in x.ticks {
      svg += line(px(tick), baseline, px(tick), baseline + 4, "axis")
      svg += text(px(tick), baseline + 17, PlotScale.label(tick), "middle", "tick")
    }
    svg += line(Self.left, baseline, Self.width - Self.right, baseline, "axis")
    svg += text(Self.left + inner.width / 2, Self.height - 8, xLabel, "middle", "label")
    let middle = Self.top + inner.height / 2
    svg +=
      "<text class=\"label\" text-anchor=\"middle\" transform=\"translate(13 \(f(middle))) "
      + "rotate(-90)\">\(HTML.escape(yLabel))</text>\n"
    return svg
  }

  private func marks(_ series: Series) -> String {
    let colour = "c\(series.colour)"
    switch series.mark {
    case .line:
      guard !series.points.isEmpty else { return "" }
      let points = series.points.map { "\(f(px($0.x))),\(f(py($0.y)))" }.joined(separator: " ")
      return "<polyline class=\"line \(colour)\" points=\"\(points)\"/>\n"
    case .dots:
      return series.points.map {
        "<circle class=\"fill \(colour)\" cx=\"\(f(px($0.x)))\" cy=\"\(f(py($0.y)))\" r=\"3\"/>\n"
      }.joined()
    case .bars:
      let step = zip(series.points, series.points.dropFirst()).map { $1.x - $0.x }.min() ?? 1
      let width = max(1, min(46, (px(x.low + step) - px(x.low)) * 0.7))
      return series.points.map {
        let top = py($0.y)
        return "<rect class=\"fill \(colour)\" x=\"\(f(px($0.x) - width / 2))\" y=\"\(f(top))\" "
          + "width=\"\(f(width))\" height=\"\(f(max(0, Self.top + inner.height - top)))\"/>\n"
      }.joined()
    }
  }

  private var legend: String {
    guard series.count > 1 else { return "" }
    var svg = ""
    var place = Self.width - Self.right
    for entry in series.reversed() {
      place -= Double(entry.name.count) * 6.6
      svg += text(place, 14, entry.name, "start", "tick")
      place -= 16
      svg +=
        "<rect class=\"fill c\(entry.colour)\" x=\"\(f(place))\" y=\"5\" width=\"11\" "
        + "height=\"11\" rx=\"2\"/>\n"
      place -= 14
    }
    return svg
  }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ name: String)
    -> String
  {
    "<line class=\"\(name)\" x1=\"\(f(x1))\" y1=\"\(f(y1))\" x2=\"\(f(x2))\" y2=\"\(f(y2))\"/>\n"
  }

  private func text(
    _ x: Double, _ y: Double, _ text: String, _ anchor: String, _ name: String
  ) -> String {
    "<text class=\"\(name)\" x=\"\(f(x))\" y=\"\(f(y))\" text-anchor=\"\(anchor)\">"
      + "\(HTML.escape(text))</text>\n"
  }

  private func f(_ value: Double) -> String { FixedText.decimals(value, 1) }
}

/// Text on its way into a page.
enum HTML {
  static func escape(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }
}
