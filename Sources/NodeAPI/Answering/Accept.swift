import NodeAnswers

/// Chooses the type of an answer from a request's `Accept` (RFC 9110, section 12.5.1).
enum Accept {
  /// The type of `offered` that is liked best, the earlier one where two are liked the same; nil
  /// when none is accepted.
  static func choose(_ header: String?, among offered: [String]) -> String? {
    guard let header else { return offered.first }
    let ranges = header.split(separator: ",").prefix(APILimits.parametersMax).map(Range.init)
    guard !ranges.isEmpty else { return offered.first }
    var best: (type: String, quality: Int)?
    for type in offered {
      let quality = quality(of: type, ranges)
      if quality > 0, quality > best?.quality ?? 0 { best = (type, quality) }
    }
    return best?.type
  }

  /// The quality of the most specific range that names a type, in thousandths.
  private static func quality(of type: String, _ ranges: [Range]) -> Int {
    let name = type.prefix { $0 != ";" }
    let family = name.prefix { $0 != "/" } + "/*"
    var best = (specific: -1, quality: 0)
    for range in ranges {
      let specific =
        range.name == name ? 2 : range.name == family ? 1 : range.name == "*/*" ? 0 : -1
      if specific > best.specific { best = (specific, range.quality) }
    }
    return best.quality
  }

  private struct Range {
    let name: String
    var quality = 1_000

    init(_ text: Substring) {
      let parts = text.split(separator: ";")
      name = (parts.first.map(Self.trimmed) ?? "").lowercased()
      for part in parts.dropFirst() {
        let part = Self.trimmed(part)
        if part.hasPrefix("q=") { quality = Self.thousandths(part.dropFirst(2)) }
      }
    }

    private static func trimmed(_ text: Substring) -> Substring {
      var text = text.drop { $0 == " " || $0 == "\t" }
      while text.last == " " || text.last == "\t" { text.removeLast() }
      return text
    }

    /// `0.5` as 500; what is no quality counts as 0.
    private static func thousandths(_ text: Substring) -> Int {
      let digits = text.filter { $0 != "." }
      guard digits.count <= 4, let first = text.first, first == "0" || first == "1",
        let value = Int(digits + String(repeating: "0", count: 4 - digits.count))
      else { return 0 }
      return min(value, 1_000)
    }
  }
}
