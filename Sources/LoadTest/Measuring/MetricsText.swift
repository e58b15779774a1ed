/// A node's metrics as text, as far as it is read here: samples of one label at most.
struct MetricsText {
  private let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n") }

  /// A metric's samples by the value of a label; one without labels has the empty value.
  func values(_ name: String, label: String) -> [String: Double] {
    var values: [String: Double] = [:]
    for line in lines where line.hasPrefix(name) {
      var rest = line.dropFirst(name.count)
      var key = ""
      if rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else { continue }
        let pairs = rest[rest.index(after: rest.startIndex)..<end].split(separator: ",")
        guard let pair = pairs.first(where: { $0.hasPrefix(label + "=\"") }) else { continue }
        key = String(pair.dropFirst(label.count + 2).dropLast())
        rest = rest[rest.index(after: end)...]
      }
      guard rest.first == " ", let value = Double(rest.dropFirst()) else { continue }
      values[key] = value
    }
    return values
  }
}
