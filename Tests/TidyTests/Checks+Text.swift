/// Checks that look at one file's text.
enum TextChecks {
  static func longFile(_ file: SourceText, linesMax: Int) -> [Finding] {
    guard file.lines.count > linesMax else { return [] }
    return [
      Finding(
        path: file.path, line: file.lines.count, rule: "long file",
        detail: "\(file.lines.count) lines, at most \(linesMax)")
    ]
  }

  /// A line that holds a link may be as long as the link needs.
  static func longLines(_ file: SourceText) -> [Finding] {
    file.lines.enumerated().compactMap { index, line in
      guard line.utf8.count > Rules.lineColumnsMax, line.count > Rules.lineColumnsMax,
        !line.contains("https://"), !line.contains("http://")
      else { return nil }
      return Finding(
        path: file.path, line: index + 1, rule: "long line", detail: "\(line.count) columns")
    }
  }

  /// Calls by their text, at a word's start; strings and comments do not count.
  static func banned(_ file: SourceText, _ calls: [String]) -> [Finding] {
    file.code.enumerated().flatMap { index, line in
      calls.filter { contains(line, word: $0) }.map {
        Finding(
          path: file.path, line: index + 1, rule: "banned call",
          detail: "\($0) in: \(trimmed(file.lines[index]))")
      }
    }
  }

  static func unfinishedWork(_ file: SourceText) -> [Finding] {
    file.comments.enumerated().flatMap { index, line in
      Rules.unfinishedWork.filter { contains(line, word: $0) }.map {
        Finding(path: file.path, line: index + 1, rule: "unfinished work", detail: $0)
      }
    }
  }

  /// A file that declares nothing.
  static func emptyFile(_ file: SourceText) -> [Finding] {
    let says = file.code.contains { line in
      let text = trimmed(line)
      return !text.isEmpty && importedModule(text) == nil
    }
    return says
      ? [] : [Finding(path: file.path, line: 1, rule: "empty file", detail: "declares nothing")]
  }

  /// Public types, functions, throwing initialisers, constants and computed properties without a
  /// docstring. Not asked of what its surroundings document: fields of a documented type and the
  /// initialiser that takes them, and witnesses of the codec's and the standard library's
  /// protocols.
  static func undocumented(_ file: SourceText) -> [Finding] {
    let witnesses = [
      "description", "debugDescription", "hash(into", "func ==", "func <", "init(from reader",
      "func encode(into",
    ]
    return file.code.enumerated().compactMap { index, line in
      let text = trimmed(line)
      guard text.hasPrefix("public "), importedModule(text) == nil, !isField(text),
        !text.hasPrefix("public extension"), !witnesses.contains(where: text.contains),
        !isMemberwise(file, from: index)
      else { return nil }
      var above = index - 1
      while above >= 0, trimmed(file.lines[above]).hasPrefix("@") { above -= 1 }
      let isDocumented = above >= 0 && trimmed(file.lines[above]).hasPrefix("///")
      return isDocumented
        ? nil
        : Finding(path: file.path, line: index + 1, rule: "no docstring", detail: text)
    }
  }

  private static func isField(_ text: String) -> Bool {
    (text.hasPrefix("public let ") || text.hasPrefix("public var ")
      || text.hasPrefix("public internal(set) var ") || text.hasPrefix("public private(set) var "))
      && !text.contains("{")
  }

  private static func isMemberwise(_ file: SourceText, from index: Int) -> Bool {
    guard trimmed(file.code[index]).hasPrefix("public init(") else { return false }
    let signature = file.code[index...].prefix { !$0.contains("{") }.joined()
    let last = file.code[index...].first { $0.contains("{") } ?? ""
    return !(signature + last).contains("throws")
  }

  /// The module a line imports; nil where the line imports none.
  static func importedModule(_ line: String) -> String? {
    var words = line.split { $0 == " " || $0 == "\t" }[...]
    while let first = words.first,
      first.hasPrefix("@")
        || ["public", "package", "internal", "fileprivate", "private"].contains(first)
    {
      words = words.dropFirst()
    }
    guard words.first == "import" else { return nil }
    words = words.dropFirst()
    let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
    if let kind = words.first, kinds.contains(String(kind)) { words = words.dropFirst() }
    return words.first.map { String($0.prefix { $0 != "." }) }
  }

  /// Whether `word` stands in `line` and is not the tail or the head of a longer name.
  static func contains(_ line: String, word: String) -> Bool {
    func isNamePart(_ character: Character) -> Bool {
      character.isLetter || character.isNumber || character == "_"
    }
    var rest = line[...]
    while let found = rest.firstRange(of: word) {
      let isTail =
        found.lowerBound > line.startIndex && isNamePart(line[line.index(before: found.lowerBound)])
        && word.first.map(isNamePart) == true
      let isHead =
        found.upperBound < line.endIndex && isNamePart(line[found.upperBound])
        && word.last.map(isNamePart) == true
      if !isTail, !isHead { return true }
      rest = line[line.index(after: found.lowerBound)...]
    }
    return false
  }

  static func trimmed(_ line: String) -> String {
    let start = line.drop { $0 == " " || $0 == "\t" }
    var end = start
    while let last = end.last, last == " " || last == "\t" { end = end.dropLast() }
    return String(end)
  }
}
