/// A function, initialiser or subscript with a body.
struct FunctionSpan {
  /// From `func` to the opening brace, on one line.
  let signature: String
  /// Index of the line where it starts.
  let firstLine: Int
  /// Index of the line of its closing brace.
  let lastLine: Int

  var lineCount: Int { lastLine - firstLine + 1 }
}

/// Finds functions by counting braces in code that has neither strings nor comments left.
enum FunctionChecks {
  static func functions(_ file: SourceText) -> [FunctionSpan] {
    let text = Array(file.code.joined(separator: "\n").utf8)
    let lineOf = lineNumbers(text)
    var spans: [FunctionSpan] = []
    var position = 0
    while position < text.count {
      guard let word = word(in: text, at: position) else {
        position += 1
        continue
      }
      if starters.contains(word), previousSign(text, position) != UInt8(ascii: "."),
        let open = bodyStart(text, after: position + word.utf8.count)
      {
        let signature = String(decoding: text[position..<open], as: UTF8.self)
          .split { $0 == "\n" || $0 == " " }.joined(separator: " ")
        spans.append(
          FunctionSpan(
            signature: signature, firstLine: lineOf[position],
            lastLine: lineOf[bodyEnd(text, from: open)]))
      }
      position += word.utf8.count
    }
    return spans
  }

  static func longFunctions(_ file: SourceText, linesMax: Int) -> [Finding] {
    functions(file).filter { $0.lineCount > linesMax }.map {
      Finding(
        path: file.path, line: $0.firstLine + 1, rule: "long function",
        detail: "\($0.lineCount) lines, at most \(linesMax): \($0.signature)")
    }
  }

  /// What reads bytes from outside must answer with an error, never with a trap.
  static func preconditionsInDecoders(_ file: SourceText) -> [Finding] {
    functions(file).filter { isDecoder($0.signature) }.flatMap { span in
      (span.firstLine...span.lastLine).filter {
        TextChecks.contains(file.code[$0], word: "precondition(")
          || TextChecks.contains(file.code[$0], word: "assert(")
      }.map {
        Finding(
          path: file.path, line: $0 + 1, rule: "precondition in a decoder", detail: span.signature)
      }
    }
  }

  private static let starters = ["func", "init", "subscript", "deinit"]

  private static func isDecoder(_ signature: String) -> Bool {
    signature.contains("BCSReader")
      || ["func decode", "func parse", "init(decoding", "init(parsing"].contains {
        signature.hasPrefix($0)
      }
  }

  private static func lineNumbers(_ text: [UInt8]) -> [Int] {
    var line = 0
    return text.map { byte in
      defer { if byte == UInt8(ascii: "\n") { line += 1 } }
      return line
    }
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xFF:
      true
    default: false
    }
  }

  /// The whole word that starts at `position`.
  private static func word(in text: [UInt8], at position: Int) -> String? {
    guard isNamePart(text[position]), position == 0 || !isNamePart(text[position - 1]) else {
      return nil
    }
    return String(decoding: text[position...].prefix(while: isNamePart), as: UTF8.self)
  }

  private static func previousSign(_ text: [UInt8], _ position: Int) -> UInt8? {
    text[..<position].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
  }

  /// The body's opening brace; nil for a requirement of a protocol.
  private static func bodyStart(_ text: [UInt8], after start: Int) -> Int? {
    var depth = 0
    var position = start
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{") where depth == 0: return position
      case UInt8(ascii: "}") where depth == 0: return nil
      default:
        if depth == 0, let word = word(in: text, at: position),
          starters.contains(word) || ["var", "let", "case", "struct", "enum"].contains(word)
        {
          return nil
        }
      }
      position += 1
    }
    return nil
  }

  private static func bodyEnd(_ text: [UInt8], from open: Int) -> Int {
    var depth = 0
    for position in open..<text.count {
      if text[position] == UInt8(ascii: "{") { depth += 1 }
      if text[position] == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return position }
      }
    }
    return text.count - 1
  }
}
