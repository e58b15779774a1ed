/// JSON read strictly (RFC 8259): UTF-8 without a byte order mark, no name twice in an object,
/// nothing after the value, bounded depth and numbers. Whatever JSON comes from outside is read
/// with this; the reader that Foundation has accepts commas at the end, names that stand twice and
/// `1e3` for a whole number.
public struct JSONValue: Sendable {
  let document: JSONDocument
  /// In the document's index.
  let place: Int

  /// Reads bytes that must be one value.
  public init(_ bytes: [UInt8]) throws(JSONError) {
    self.init(document: try JSONDocument(bytes), place: 0)
  }

  init(document: JSONDocument, place: Int) {
    self.document = document
    self.place = place
  }

  var node: JSONNode { document.nodes[place] }

  func error(_ kind: JSONError.Kind) -> JSONError {
    JSONError(
      kind, offset: Int(node.start), in: document.bytes, path: document.path(of: place))
  }
}

extension JSONValue {
  /// What a value is.
  public enum Content: Sendable {
    case null
    case bool(Bool)
    /// As written.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order written.
    case object([(name: String, value: JSONValue)])
  }

  /// What it is, with what it holds.
  public var content: Content {
    switch node.kind {
    case .null: .null
    case .no: .bool(false)
    case .yes: .bool(true)
    case .number: .number(String(decoding: numberBytes, as: UTF8.self))
    case .string, .escapedString: .string(document.text(node))
    case .array: .array(elements)
    case .object: .object(members)
    }
  }

  /// The member of an object; nil when it has none of this name, or is no object.
  public subscript(name: String) -> JSONValue? {
    guard node.kind == .object else { return nil }
    var member = place + 1
    for _ in 0..<node.size {
      if document.isName(document.nodes[member], name) {
        return JSONValue(document: document, place: member + 1)
      }
      member = Int(document.nodes[member + 1].next)
    }
    return nil
  }

  /// The text of a string; nil when it is none.
  public var text: String? {
    node.kind == .string || node.kind == .escapedString ? document.text(node) : nil
  }

  /// The digits, or more, of a number.
  var numberBytes: ArraySlice<UInt8> {
    document.bytes[Int(node.start)..<Int(node.start) + Int(node.size)]
  }

  private var elements: [JSONValue] {
    var element = place + 1
    return (0..<node.size).map { _ in
      defer { element = Int(document.nodes[element].next) }
      return JSONValue(document: document, place: element)
    }
  }

  var members: [(name: String, value: JSONValue)] {
    var member = place + 1
    return (0..<node.size).map { _ in
      defer { member = Int(document.nodes[member + 1].next) }
      return (
        document.text(document.nodes[member]), JSONValue(document: document, place: member + 1)
      )
    }
  }
}
