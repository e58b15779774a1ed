import NIOHTTP1
import NodeAnswers

/// What is asked of a node.
struct HTTPRequest: Sendable {
  enum Method: Sendable {
    case get
    case post(contentType: String, body: [UInt8])
  }

  let method: Method
  /// Path and query, already escaped.
  let path: String
  /// The content type asked for.
  var accept = ResponseFormat.json
  /// How long the answer may take, from the call on.
  var timeoutMilliseconds = ClientLimits.readTimeoutMilliseconds
  /// The longest answer that is read.
  var answerBytesMax = ClientLimits.answerBytesMax

  func head(host: String) -> HTTPRequestHead {
    var headers = HTTPHeaders([("host", host), ("accept", accept)])
    guard case .post(let contentType, let body) = method else {
      return HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
    }
    headers.add(name: "content-type", value: contentType)
    headers.add(name: "content-length", value: String(body.count))
    return HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
  }
}

/// What a node answered.
struct HTTPResponse: Sendable {
  let status: Int
  /// In lower case, without parameters.
  let contentType: String
  let body: [UInt8]
  /// Whether the connection may be used again.
  let keepsAlive: Bool
  /// When the node wants to be asked again (RFC 9110, section 10.2.3); dates are not read.
  let retryAfterSeconds: Int?

  init(_ head: HTTPResponseHead, body: [UInt8], keepsAlive: Bool) {
    status = Int(head.status.code)
    contentType = Self.contentType(head)
    self.body = body
    self.keepsAlive = keepsAlive
    let digits = head.headers.first(name: "retry-after")?.utf8 ?? "".utf8
    let isNumber =
      (1...9).contains(digits.count) && digits.allSatisfy { (0x30...0x39).contains($0) }
    retryAfterSeconds = isNumber ? Int(String(digits)) : nil
  }

  /// The content type of a head, in lower case and without parameters.
  static func contentType(_ head: HTTPResponseHead) -> String {
    bare(head.headers.first(name: "content-type") ?? "")
  }

  static func bare(_ text: String) -> String {
    (text.split(separator: ";").first ?? "").lowercased()
      .filter { $0 != " " && $0 != "\t" }
  }
}
