import HTTPTypes
import Hummingbird
import LedgerCore
import NIOCore
import NodeAnswers

/// One request, matched to its route, with its parameters checked for name and number.
struct Call: Sendable {
  let request: Request
  let client: ClientAddress
  let channel: any Channel
  let parts: RequestTarget
  /// Values of the path's `{…}`, in order.
  let pathValues: [String]
  let query: [String: String]

  /// The path's first `{…}`.
  var value: String { pathValues.first ?? "" }

  /// A header's value; nil when it is absent.
  func header(_ name: HTTPField.Name) -> String? { request.headers[name] }

  /// A number of the query within bounds.
  func number(
    _ name: String, in range: ClosedRange<Int>, default standard: Int,
    problem: Problem = .badParameter
  ) throws(APIError) -> Int {
    guard let text = query[name] else { return standard }
    guard let number = Decimal.parse(text).flatMap(Int.init(exactly:)), range.contains(number)
    else {
      throw problem.because(
        "`\(name)` must be a number from \(range.lowerBound) to \(range.upperBound), not "
          + "`\(text.prefix(40))`.")
    }
    return number
  }

  /// `limit`, within the bounds of a page.
  func limit() throws(APIError) -> Int {
    try number(
      "limit", in: 1...PageFormat.itemsMax, default: PageFormat.itemsDefault, problem: .badLimit)
  }

  /// A yes or no of the query.
  func flag(_ name: String) throws(APIError) -> Bool {
    switch query[name] {
    case nil, "false": return false
    case "true": return true
    case .some(let text):
      throw Problem.badParameter.because(
        "`\(name)` must be true or false, not `\(text.prefix(40))`.")
    }
  }
}

/// Decimal numbers as they are written in URIs: digits only, no sign, no leading zero.
enum Decimal {
  static func parse(_ text: some StringProtocol) -> UInt64? {
    let bytes = text.utf8
    guard (1...20).contains(bytes.count), bytes.allSatisfy({ (0x30...0x39).contains($0) }),
      bytes.first != 0x30 || bytes.count == 1
    else { return nil }
    return UInt64(text)
  }
}

/// A request's path and query, taken apart.
struct RequestTarget: Sendable {
  let path: Substring
  let segments: [Substring]
  private let queryText: Substring?

  init(_ target: String) throws(APIError) {
    guard target.utf8.count <= APILimits.targetBytesMax else { throw Problem.targetTooLong.error }
    guard target.utf8.first == UInt8(ascii: "/") else {
      throw Problem.badFraming.because(
        "The request's target must be a path that begins with `/`, not `\(target.prefix(40))`.")
    }
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
    path = target[..<(mark ?? target.endIndex)]
    queryText = mark.map { target[target.index(after: $0)...] }
    segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }

  /// The query's parameters, each known to the route and given once.
  func query(known: [RouteParameter]) throws(APIError) -> [String: String] {
    guard let queryText, !queryText.isEmpty else { return [:] }
    let pairs = queryText.split(separator: "&", omittingEmptySubsequences: false)
    guard pairs.count <= APILimits.parametersMax else {
      throw Problem.unknownParameter.because("No route takes so many parameters.")
    }
    var query: [String: String] = [:]
    for pair in pairs {
      let mark = pair.firstIndex(of: "=")
      let name = String(pair[..<(mark ?? pair.endIndex)])
      guard known.contains(where: { $0.name == name }) else {
        let names = known.isEmpty ? "none" : known.map(\.name).joined(separator: ", ")
        throw Problem.unknownParameter.because(
          "The query names `\(name.prefix(40))`; this route takes \(names).")
      }
      let raw = mark.map { pair[pair.index(after: $0)...] } ?? ""
      guard let value = Self.unescaped(raw) else {
        throw Problem.badParameter.because("The value of `\(name)` is not well escaped.")
      }
      guard query.updateValue(value, forKey: name) == nil else {
        throw Problem.unknownParameter.because("The query names `\(name)` twice.")
      }
    }
    return query
  }

  /// Undoes percent escapes; nil when one is broken or the bytes are no UTF-8.
  static func unescaped(_ text: Substring) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(hexValue),
        let low = rest.popFirst().flatMap(hexValue)
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    Character(UnicodeScalar(byte)).hexDigitValue.map { UInt8($0) }
  }
}
