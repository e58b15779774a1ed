/// A JSON text and an index of its values, which points into it.
final class JSONDocument: Sendable {
  let bytes: [UInt8]
  let nodes: [JSONNode]

  init(_ bytes: [UInt8]) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    nodes = try scanner.scan()
    self.bytes = bytes
  }
}

/// One value, or a member's name. What a list or an object holds follows it in the index: the
/// elements of a list, or a name and its value for each member.
struct JSONNode {
  enum Kind: UInt8 {
    case null, no, yes, number, string
    /// A string with backslashes.
    case escapedString
    case array, object
  }

  let kind: Kind
  /// Its first byte.
  let start: UInt32
  /// Bytes of a string with its quotes, or of a number; how many elements or members there are.
  var size: UInt32
  /// The place in the index behind it and all it holds.
  var next: UInt32
}

extension JSONDocument {
  /// The bytes between a string's quotes, as written.
  func rawText(_ node: JSONNode) -> ArraySlice<UInt8> {
    bytes[Int(node.start) + 1..<Int(node.start) + Int(node.size) - 1]
  }

  func text(_ node: JSONNode) -> String {
    let raw = rawText(node)
    return node.kind == .escapedString
      ? String(decoding: JSONEscapes.decode(raw), as: UTF8.self)
      : String(decoding: raw, as: UTF8.self)
  }

  /// Whether a member's name is this one, byte by byte: Unicode's equivalence makes names equal
  /// that JSON tells apart.
  func isName(_ node: JSONNode, _ name: String) -> Bool {
    let name = name.utf8
    guard node.kind == .escapedString else {
      return name.count == Int(node.size) - 2 && rawText(node).elementsEqual(name)
    }
    return JSONEscapes.decode(rawText(node)).elementsEqual(name)
  }

  /// Where a value is: `items[3].sender`; empty for the whole.
  func path(of place: Int) -> String {
    var path = ""
    var holder = 0
    while holder < place {
      let isObject = nodes[holder].kind == .object
      var (entry, index) = (holder + 1, 0)
      // The entry that is the value, or holds it.
      while place >= behind(entry, isObject: isObject) {
        entry = behind(entry, isObject: isObject)
        index += 1
      }
      if isObject {
        path += path.isEmpty ? "" : "."
        path += text(nodes[entry]).prefix(JSONLimits.shownCharactersMax)
      } else {
        path += "[\(index)]"
      }
      holder = isObject ? entry + 1 : entry
    }
    return path
  }

  /// The place behind an element, or behind a member's name and value.
  private func behind(_ entry: Int, isObject: Bool) -> Int {
    Int(nodes[isObject ? entry + 1 : entry].next)
  }
}
