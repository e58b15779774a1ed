import LedgerCore
import NodeAnswers

/// Reads the answer to a submission: the state of each transaction, in order. A tenth of the cost
/// of a JSON library, which matters at tens of thousands a second; the format is that of
/// `SubmissionAnswer`.
struct SubmissionStates {
  private let bytes: ArraySlice<UInt8>
  private var place: Int

  /// The states of an answer's body; nil when it is no such list.
  static func read(_ body: ArraySlice<UInt8>, isRetry: Bool) -> [TransactionState]? {
    var reader = SubmissionStates(body)
    return reader.states(isRetry: isRetry)
  }

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  private mutating func states(isRetry: Bool) -> [TransactionState]? {
    guard take(UInt8(ascii: "{")), string() != nil, take(UInt8(ascii: ":")),
      take(UInt8(ascii: "["))
    else { return nil }
    var states: [TransactionState] = []
    if peek == UInt8(ascii: "]") { return states }
    repeat {
      guard let state = state(isRetry: isRetry) else { return nil }
      states.append(state)
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]")) ? states : nil
  }

  private static let status = Array("status".utf8)
  private static let code = Array("code".utf8)
  private static let applied = Array("applied".utf8)
  private static let height = Array("height".utf8)

  private mutating func state(isRetry: Bool) -> TransactionState? {
    guard take(UInt8(ascii: "{")) else { return nil }
    var status: ArraySlice<UInt8>?
    var code: ArraySlice<UInt8>?
    var isApplied = false
    var height: UInt64?
    repeat {
      guard let key = string(), take(UInt8(ascii: ":")), let value = value() else { return nil }
      if key.elementsEqual(Self.status) {
        status = value
      } else if key.elementsEqual(Self.code) {
        code = value
      } else if key.elementsEqual(Self.applied) {
        isApplied = value.first == UInt8(ascii: "t")
      } else if key.elementsEqual(Self.height) {
        height = UInt64(String(decoding: value, as: UTF8.self))
      }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")), let first = status?.first else { return nil }
    switch first {
    case UInt8(ascii: "a"): return .accepted
    case UInt8(ascii: "p"), UInt8(ascii: "u"): return .pending
    case UInt8(ascii: "f"): return .final(applied: isApplied, height: height)
    case UInt8(ascii: "r"):
      let text = code.map { String(decoding: $0, as: UTF8.self) }
      return TransactionState(refused: text, isRetry: isRetry)
    default: return nil
    }
  }

  private var peek: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    place += 1
    return true
  }

  /// A text without its quotation marks; what is escaped in it stays so.
  private mutating func string() -> ArraySlice<UInt8>? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = place
    while place < bytes.endIndex {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        place += 1
        return bytes[start..<(place - 1)]
      }
      place += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  /// A text, a number or a word.
  private mutating func value() -> ArraySlice<UInt8>? {
    if peek == UInt8(ascii: "\"") { return string() }
    let start = place
    while let byte = peek, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") {
      guard byte != UInt8(ascii: "{"), byte != UInt8(ascii: "[") else { return nil }
      place += 1
    }
    return place > start ? bytes[start..<place] : nil
  }
}
