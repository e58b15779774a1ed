import TOMLKit

/// Where in a TOML text each key and value stands: the parser gives places only for what it cannot
/// read. This reads no values, it only finds where they begin and end.
struct TOMLPlaces {
  /// Line and column, from 1; columns count Unicode scalars.
  struct Place: Sendable, Hashable, Comparable {
    var line: Int
    var column: Int

    static func < (left: Place, right: Place) -> Bool {
      (left.line, left.column) < (right.line, right.column)
    }
  }

  /// Keys by path; an element of a list has its index as a component.
  private(set) var keys: [[String]: Place] = [:]
  private(set) var values: [[String]: Place] = [:]
  /// Keys that are given a value again: a path, where again, and where first.
  private(set) var duplicates: [(path: [String], place: Place, first: Place)] = []

  private let text: [Unicode.Scalar]
  private var position = 0
  private var place = Place(line: 1, column: 1)
  private var tableCounts: [[String]: Int] = [:]

  /// A value in more lists and inline tables than this is not looked into.
  private static let depthMax = 32

  init(_ source: String) {
    text = Array(source.unicodeScalars)
    scan()
  }

  private mutating func scan() {
    var table: [String] = []
    while position < text.count {
      skipBlanks(newlines: true)
      guard let first = peek else { return }
      switch first {
      case "#": skipLine()
      case "[": table = header()
      default:
        statement(in: table, depth: 0)
        skipLine()
      }
    }
  }

  private var peek: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private func ahead(_ offset: Int) -> Unicode.Scalar? {
    position + offset < text.count ? text[position + offset] : nil
  }

  private mutating func step(_ count: Int = 1) {
    for _ in 0..<count where position < text.count {
      if text[position] == "\n" {
        place = Place(line: place.line + 1, column: 1)
      } else {
        place.column += 1
      }
      position += 1
    }
  }

  private mutating func skipBlanks(newlines: Bool) {
    while let next = peek {
      guard next == " " || next == "\t" || newlines && (next == "\n" || next == "\r") else {
        return
      }
      step()
    }
  }

  private mutating func skipLine() {
    while let next = peek {
      step()
      if next == "\n" { return }
    }
  }

  /// `[a.b]` or `[[a.b]]`; answers the path of the table, indexes included.
  private mutating func header() -> [String] {
    let isList = ahead(1) == "["
    step(isList ? 2 : 1)
    skipBlanks(newlines: false)
    let start = place
    let names = key()
    skipLine()
    var path: [String] = []
    for (number, name) in names.enumerated() {
      path.append(name)
      if isList, number == names.count - 1 {
        tableCounts[path, default: 0] += 1
      }
      if let count = tableCounts[path] { path.append(String(count - 1)) }
    }
    if let first = keys[path], !isList { duplicates.append((path, start, first)) }
    if keys[path] == nil { keys[path] = start }
    return path
  }

  /// `a.b = value`, up to the value's end.
  private mutating func statement(in table: [String], depth: Int) {
    let start = place
    let path = table + key()
    skipBlanks(newlines: false)
    if peek == "=" { step() }
    skipBlanks(newlines: false)
    if let first = keys[path] {
      duplicates.append((path, start, first))
    } else {
      keys[path] = start
      values[path] = place
    }
    value(at: path, depth: depth)
  }

  /// A dotted key.
  private mutating func key() -> [String] {
    var names: [String] = []
    while let next = peek {
      if next == "\"" || next == "'" {
        let start = position + 1
        skipString()
        let end = max(start, position - 1)
        let inner = String(String.UnicodeScalarView(text[start..<max(start, min(end, text.count))]))
        names.append(next == "\"" && inner.contains("\\") ? Self.unescaped(inner) : inner)
      } else {
        var name = String.UnicodeScalarView()
        while let next = peek, Self.isBare(next) {
          name.append(next)
          step()
        }
        names.append(String(name))
      }
      skipBlanks(newlines: false)
      guard peek == "." else { return names }
      step()
      skipBlanks(newlines: false)
    }
    return names
  }

  /// A key with escapes, as the parser reads it.
  private static func unescaped(_ name: String) -> String {
    let table = try? TOMLTable(string: "\"\(name)\" = 0")
    return table?.keys.first ?? name
  }

  private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }

  private mutating func value(at path: [String], depth: Int) {
    guard let first = peek, depth < Self.depthMax else { return }
    switch first {
    case "\"", "'": skipString()
    case "[": list(at: path, depth: depth)
    case "{": inlineTable(at: path, depth: depth)
    default:
      while let next = peek, !",]}#\n".unicodeScalars.contains(next) { step() }
    }
  }

  private mutating func list(at path: [String], depth: Int) {
    step()
    var index = 0
    while true {
      skipFiller()
      guard let next = peek else { return }
      if next == "]" { return step() }
      let element = path + [String(index)]
      let before = position
      values[element] = place
      value(at: element, depth: depth + 1)
      index += 1
      skipFiller()
      if peek == "," { step() }
      guard position > before else { return }
    }
  }

  private mutating func inlineTable(at path: [String], depth: Int) {
    step()
    while true {
      skipFiller()
      guard let next = peek else { return }
      if next == "}" { return step() }
      let before = position
      statement(in: path, depth: depth + 1)
      skipFiller()
      if peek == "," { step() }
      guard position > before else { return }
    }
  }

  /// Blanks, newlines and comments between elements.
  private mutating func skipFiller() {
    skipBlanks(newlines: true)
    while peek == "#" {
      skipLine()
      skipBlanks(newlines: true)
    }
  }

  /// Basic and literal strings, on one line or several.
  private mutating func skipString() {
    guard let quote = peek else { return }
    let isLong = ahead(1) == quote && ahead(2) == quote
    step(isLong ? 3 : 1)
    while let next = peek {
      if next == "\\", quote == "\"" {
        step(2)
      } else if next != quote {
        if next == "\n", !isLong { return }
        step()
      } else if !isLong {
        return step()
      } else if ahead(1) == quote, ahead(2) == quote {
        step(3)
        // Up to two quotes may stand before the three that end it.
        while peek == quote { step() }
        return
      } else {
        step()
      }
    }
  }
}
