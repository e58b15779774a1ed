import Foundation

/// A source file, with its code and its comments told apart.
///
/// `code` and `comments` have the file's lines with everything else blanked out: text in string
/// literals is in neither, code inside an interpolation is code. Columns and line numbers stay.
struct SourceText {
  /// Relative to the package.
  let path: String
  let lines: [String]
  let code: [String]
  let comments: [String]

  init(path: String, text: String) {
    self.path = path
    var splitter = Splitter(bytes: Array(text.utf8))
    splitter.run()
    lines = Self.lines(of: Array(text.utf8))
    code = Self.lines(of: splitter.code)
    comments = Self.lines(of: splitter.comments)
  }

  /// The file's name without folders.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  private static func lines(of bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

/// Walks Swift text once. Knows line and nested block comments, string literals (raw, multi-line)
/// and interpolations inside them.
private struct Splitter {
  private enum Mode {
    /// `parentheses` counts those open since an interpolation began; nil outside of one.
    case code(parentheses: Int?)
    case string(hashes: Int, isMultiLine: Bool)
  }

  private let bytes: [UInt8]
  private var position = 0
  private var modes: [Mode] = [.code(parentheses: nil)]
  private(set) var code: [UInt8]
  private(set) var comments: [UInt8]

  init(bytes: [UInt8]) {
    self.bytes = bytes
    let blank = bytes.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
    code = blank
    comments = blank
  }

  mutating func run() {
    while position < bytes.count {
      switch modes.last ?? .code(parentheses: nil) {
      case .code(let parentheses): stepInCode(parentheses)
      case .string(let hashes, let isMultiLine): stepInString(hashes, isMultiLine)
      }
    }
  }

  private func has(_ text: String, at offset: Int = 0) -> Bool {
    bytes[min(position + offset, bytes.count)...].starts(with: text.utf8)
  }

  private mutating func stepInCode(_ parentheses: Int?) {
    if has("//") {
      while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { keepComment() }
    } else if has("/*") {
      takeBlockComment()
    } else if let hashes = stringStart() {
      position += hashes
      let isMultiLine = has("\"\"\"")
      code[position] = bytes[position]
      position += isMultiLine ? 3 : 1
      modes.append(.string(hashes: hashes, isMultiLine: isMultiLine))
    } else {
      let byte = bytes[position]
      code[position] = byte
      position += 1
      guard let parentheses else { return }
      if byte == UInt8(ascii: "(") {
        modes[modes.count - 1] = .code(parentheses: parentheses + 1)
      } else if byte == UInt8(ascii: ")") {
        if parentheses == 0 {
          modes.removeLast()
        } else {
          modes[modes.count - 1] = .code(parentheses: parentheses - 1)
        }
      }
    }
  }

  /// How many `#` stand before the quotation mark of a string that starts here; nil where none
  /// does.
  private func stringStart() -> Int? {
    var offset = 0
    while has("#", at: offset) { offset += 1 }
    return has("\"", at: offset) ? offset : nil
  }

  private mutating func stepInString(_ hashes: Int, _ isMultiLine: Bool) {
    let marks = String(repeating: "#", count: hashes)
    if has("\\" + marks + "(") {
      position += hashes + 2
      modes.append(.code(parentheses: 0))
    } else if has("\\" + marks) {
      position += hashes + 2
    } else if has((isMultiLine ? "\"\"\"" : "\"") + marks) {
      code[position] = UInt8(ascii: "\"")
      position += (isMultiLine ? 3 : 1) + hashes
      modes.removeLast()
    } else {
      if !isMultiLine, bytes[position] == UInt8(ascii: "\n") { modes.removeLast() }
      position += 1
    }
  }

  private mutating func takeBlockComment() {
    var depth = 0
    repeat {
      if has("/*") {
        depth += 1
        keepComment()
      } else if has("*/") {
        depth -= 1
        keepComment()
      }
      keepComment()
    } while depth > 0 && position < bytes.count
  }

  private mutating func keepComment() {
    guard position < bytes.count else { return }
    comments[position] = bytes[position]
    position += 1
  }
}
