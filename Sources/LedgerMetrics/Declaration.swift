import Synchronization

/// A metric's declaration: made once, beside the instrument that counts it.
public struct MetricDeclaration: Hashable, Sendable {
  public enum Kind: String, Sendable {
    case counter
    case gauge
    case histogram
  }

  public let name: String
  public let help: String
  public let kind: Kind
  public let unit: MetricUnit
  /// Names of its labels; their values are a bounded set.
  public let labels: [String]
}

/// What counts: something of which each child of a metric is one.
public protocol MetricInstrument: AnyObject, Sendable {
  /// Writes its samples under a name and label pairs as they stand in braces (empty for none).
  func write(_ declaration: MetricDeclaration, labels: String, to text: inout String)
}

/// The children of one metric, by their labels' values. They are made when the metric is declared
/// or when a member, peer or route is met first, never per event: whoever counts keeps its child.
public final class MetricFamily<Instrument: MetricInstrument>: Sendable {
  private struct Child {
    let values: [String]
    let labels: String
    let instrument: Instrument
  }

  public let declaration: MetricDeclaration
  private let make: @Sendable () -> Instrument
  private let children = Mutex<[Child]>([])

  init(_ declaration: MetricDeclaration, make: @escaping @Sendable () -> Instrument) {
    self.declaration = declaration
    self.make = make
  }

  /// Children of one family at most: beyond that all share one with the label values `other`.
  public static var childrenMax: Int { 256 }

  /// The child with these label values, in the order of the declaration's labels. Takes a lock.
  public func child(_ values: String...) -> Instrument {
    children.withLock { children in
      if let known = children.first(where: { $0.values == values }) { return known.instrument }
      var values = values
      if children.count >= Self.childrenMax {
        values = declaration.labels.map { _ in "other" }
        if let known = children.last, known.values == values { return known.instrument }
      }
      let instrument = make()
      children.append(
        Child(
          values: values, labels: Self.pairs(declaration.labels, values), instrument: instrument))
      return instrument
    }
  }

  func write(to text: inout String) {
    let children = children.withLock { $0 }
    for child in children { child.instrument.write(declaration, labels: child.labels, to: &text) }
  }

  private static func pairs(_ names: [String], _ values: [String]) -> String {
    zip(names, values).map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
  }

  /// As the text format wants it inside quotes.
  private static func escaped(_ value: String) -> String {
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
