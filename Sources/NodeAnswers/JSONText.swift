/// Writes JSON with sorted keys, byte for byte as `JSONEncoder` does with `.sortedKeys` and
/// `.withoutEscapingSlashes`, for the answers there are most of. Its caller names keys in order.
struct JSONText {
  private(set) var bytes: [UInt8] = []
  /// Whether the object or list being written has an entry already.
  private var hasEntry = false

  init(reservingCapacity count: Int = 256) { bytes.reserveCapacity(count) }

  mutating func object(_ body: (inout JSONText) -> Void) { nest("{", "}", body) }

  mutating func list<Item>(_ items: [Item], _ body: (inout JSONText, Item) -> Void) {
    nest("[", "]") { json in
      for item in items {
        json.separate()
        body(&json, item)
        json.hasEntry = true
      }
    }
  }

  mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    hasEntry = true
  }

  mutating func field(_ name: StaticString, _ text: String?) {
    guard let text else { return }
    key(name)
    string(text)
  }

  mutating func field(_ name: StaticString, _ number: (some BinaryInteger)?) {
    guard let number else { return }
    key(name)
    bytes.append(contentsOf: String(number).utf8)
  }

  mutating func field(_ name: StaticString, _ flag: Bool?) {
    guard let flag else { return }
    key(name)
    bytes.append(contentsOf: (flag ? "true" : "false").utf8)
  }

  /// Writes a text, escaped as RFC 8259 asks.
  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x08: escape("b")
      case 0x09: escape("t")
      case 0x0A: escape("n")
      case 0x0C: escape("f")
      case 0x0D: escape("r")
      case ..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(UInt8(ascii: "0") + byte >> 4)
        let low = byte & 15
        bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ letter: Unicode.Scalar) {
    bytes.append(UInt8(ascii: "\\"))
    bytes.append(UInt8(ascii: letter))
  }

  private mutating func separate() {
    if hasEntry { bytes.append(UInt8(ascii: ",")) }
  }

  private mutating func nest(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ body: (inout JSONText) -> Void
  ) {
    let outer = hasEntry
    bytes.append(UInt8(ascii: open))
    hasEntry = false
    body(&self)
    bytes.append(UInt8(ascii: close))
    hasEntry = outer
  }
}
