/// Takes the answers of one kept-alive connection apart, one request under way at a time. It reads
/// what the node of this package writes: a status line, headers with a `Content-Length`, a body.
struct AnswerReader {
  /// One whole answer.
  struct Answer: Equatable {
    let status: Int
    /// In the reader's bytes, until they are dropped.
    let body: Range<Int>
  }

  /// Longer ones are no answers to what is asked here.
  static let answerBytesMax = 1 << 20

  private(set) var bytes: [UInt8] = []
  private var answerEnd = 0

  mutating func append(_ more: some Collection<UInt8>) { bytes += more }

  /// The answer at the beginning; nil while it is incomplete.
  ///
  /// - Throws: `malformed` when what has come is no such answer.
  mutating func next() throws(RequestFault) -> Answer? {
    guard let headEnd = Self.headEnd(bytes) else {
      guard bytes.count <= Self.answerBytesMax else { throw .malformed }
      return nil
    }
    guard bytes.starts(with: Self.version), let status = Self.number(bytes[9..<12]) else {
      throw .malformed
    }
    guard let length = Self.contentLength(bytes[..<headEnd]), length <= Self.answerBytesMax else {
      throw .malformed
    }
    answerEnd = headEnd + length
    guard bytes.count >= answerEnd else { return nil }
    guard bytes.count == answerEnd else { throw .malformed }
    return Answer(status: status, body: headEnd..<answerEnd)
  }

  /// Forgets the answer that was read.
  mutating func drop() { bytes.removeAll(keepingCapacity: true) }

  /// The text behind `"name":"` in JSON, up to the next quotation mark: enough for stable codes.
  func text(_ name: [UInt8], in body: Range<Int>) -> String? {
    let mark = [UInt8(ascii: "\"")] + name + Array("\":\"".utf8)
    guard let start = Self.find(mark, in: bytes[body]) else { return nil }
    let rest = bytes[(start + mark.count)..<body.upperBound]
    return String(decoding: rest.prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
  }

  private static let version = Array("HTTP/1.1 ".utf8)
  private static let lineEnd = Array("\r\n\r\n".utf8)
  private static let lengthName = Array("\r\ncontent-length:".utf8)

  /// The index behind the empty line.
  private static func headEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 16 else { return nil }
    return find(lineEnd, in: bytes[...]).map { $0 + lineEnd.count }
  }

  private static func contentLength(_ head: ArraySlice<UInt8>) -> Int? {
    guard let start = find(lengthName, in: head) else { return nil }
    let digits = head[(start + lengthName.count)...].drop { $0 == UInt8(ascii: " ") }
      .prefix { (0x30...0x39).contains($0) }
    return number(digits)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  /// Where a lower-case text begins, letters compared without their case.
  private static func find(_ text: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= text.count else { return nil }
    for start in bytes.startIndex...(bytes.endIndex - text.count) {
      var index = 0
      while index < text.count {
        let byte = bytes[start + index]
        let isUpper = byte >= 0x41 && byte <= 0x5A
        guard (isUpper ? byte | 0x20 : byte) == text[index] else { break }
        index += 1
      }
      if index == text.count { return start }
    }
    return nil
  }
}

/// Why requests cannot be measured.
public enum RequestFault: Error, Sendable, CustomStringConvertible {
  case unreachable(String, reason: String)
  /// An answer is no HTTP/1.1 with a length.
  case malformed
  /// The node closed a connection that had a request under way, or none could be made.
  case closed

  public var description: String {
    switch self {
    case .unreachable(let node, let reason): "\(node) cannot be reached: \(reason)."
    case .malformed: "The node's answer is no HTTP/1.1 with a Content-Length."
    case .closed: "The node closed the connection."
    }
  }
}
