import StrictJSON

extension JSONValue {
  /// The path (`contents.operations[0].amount`) of the first thing in which this says another than
  /// `other`; nil when both say the same: members in any order, texts and numbers byte by byte.
  func difference(from other: JSONValue, at path: String) -> String? {
    switch (content, other.content) {
    case (.null, .null): return nil
    case (.bool(let left), .bool(let right)): return left == right ? nil : path
    case (.number(let left), .number(let right)), (.string(let left), .string(let right)):
      return left.utf8.elementsEqual(right.utf8) ? nil : path
    case (.array(let left), .array(let right)):
      for (index, (one, another)) in zip(left, right).enumerated() {
        if let place = one.difference(from: another, at: "\(path)[\(index)]") { return place }
      }
      return left.count == right.count ? nil : "\(path)[\(min(left.count, right.count))]"
    case (.object(let left), .object(let right)):
      for (name, value) in left {
        guard let match = other[name] else { return "\(path).\(name)" }
        if let place = value.difference(from: match, at: "\(path).\(name)") { return place }
      }
      return right.first { self[$0.name] == nil }.map { "\(path).\($0.name)" }
    default: return path
    }
  }
}
