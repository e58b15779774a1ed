import Foundation
import HTTPTypes
import Hummingbird
import LedgerCore
import NIOCore
import NodeAnswers

/// What a route answers, before it becomes a response: bytes, their type, and how long they hold.
struct Answer: Sendable {
  /// How long an answer stays true.
  enum Freshness: Sendable {
    /// It may be another one a moment later.
    case changing
    /// It is final: the same for ever.
    case final
    /// It rarely changes: kept for so long, and asked for with its tag afterwards.
    case slow(seconds: Int)
  }

  /// Where the bytes come from.
  enum Content: Sendable {
    case bytes(ByteBuffer)
    /// Written piece by piece; the stream ends when the closure returns.
    case stream(@Sendable @concurrent (inout any ResponseBodyWriter) async throws -> Void)
  }

  let content: Content
  let contentType: String
  var freshness = Freshness.changing
  /// Whether the request's `Accept` chose among several types.
  var isNegotiated = false
  var status = HTTPResponse.Status.ok
  var headers: HTTPFields = [:]

  init(_ bytes: [UInt8], contentType: String, _ freshness: Freshness = .changing) {
    self.init(ByteBuffer(bytes: bytes), contentType: contentType, freshness)
  }

  init(_ buffer: ByteBuffer, contentType: String, _ freshness: Freshness = .changing) {
    content = .bytes(buffer)
    self.contentType = contentType
    self.freshness = freshness
  }

  init(
    contentType: String,
    stream: @escaping @Sendable @concurrent (inout any ResponseBodyWriter) async throws -> Void
  ) {
    content = .stream(stream)
    self.contentType = contentType
  }

  /// JSON with sorted keys.
  static func json(_ answer: some Encodable, _ freshness: Freshness = .changing) throws -> Answer {
    Answer(try JSON.encode(answer), contentType: ResponseFormat.json, freshness)
  }

  static func problem(_ error: APIError) -> Answer {
    let bytes = (try? JSON.encode(error.answer)) ?? []
    var answer = Answer(bytes, contentType: ResponseFormat.problem)
    answer.status = error.problem.status
    if let seconds = error.retryAfterSeconds { answer.headers[.retryAfter] = String(seconds) }
    if let allow = error.allow { answer.headers[.allow] = allow }
    return answer
  }

  func negotiated() -> Answer {
    var answer = self
    answer.isNegotiated = true
    return answer
  }
}

/// JSON as this API writes it.
enum JSON {
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }
}

extension Answer {
  /// The response to a request with this method and this `If-None-Match`.
  func response(
    method: HTTPRequest.Method, ifNoneMatch: String?, budget: ByteBudget, client: ClientAddress
  ) -> Response {
    var headers = headers
    headers[.contentType] = contentType
    headers[.xContentTypeOptions] = "nosniff"
    if isNegotiated { headers[.vary] = "Accept" }
    switch freshness {
    case .changing: headers[.cacheControl] = "no-store"
    case .final: headers[.cacheControl] = "public, max-age=31536000, immutable"
    case .slow(let seconds): headers[.cacheControl] = "public, max-age=\(seconds)"
    }
    guard case .bytes(let buffer) = content else { return stream(headers, method) }
    if case .changing = freshness {
    } else {
      let tag = Self.tag(buffer)
      headers[.eTag] = tag
      if let ifNoneMatch, Self.matches(ifNoneMatch, tag) {
        headers[.contentType] = nil
        return Response(status: .notModified, headers: headers)
      }
    }
    if method == .head {
      headers[.contentLength] = String(buffer.readableBytes)
      return Response(status: status, headers: headers)
    }
    guard buffer.readableBytes > APILimits.answerChunkBytes else {
      return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }
    guard let lease = budget.lease(buffer.readableBytes, for: client) else {
      let busy = Problem.busy.because("Too many long answers are being read.", retryAfterSeconds: 1)
      return Answer.problem(busy)
        .response(method: method, ifNoneMatch: nil, budget: budget, client: client)
    }
    return Response(
      status: status, headers: headers, body: Self.pieces(buffer, lease: lease))
  }

  private func stream(_ headers: HTTPFields, _ method: HTTPRequest.Method) -> Response {
    guard method != .head, case .stream(let write) = content else {
      return Response(status: status, headers: headers)
    }
    return Response(
      status: status, headers: headers,
      body: ResponseBody { writer in
        try await write(&writer)
        try await writer.finish(nil)
      })
  }

  /// A long body, handed over as fast as it is taken.
  private static func pieces(_ buffer: ByteBuffer, lease: ByteBudget.Lease) -> ResponseBody {
    ResponseBody(contentLength: buffer.readableBytes) { writer in
      var rest = buffer
      while let piece = rest.readSlice(
        length: min(rest.readableBytes, APILimits.answerChunkBytes)), piece.readableBytes > 0
      {
        try await writer.write(piece)
      }
      lease.end()
      try await writer.finish(nil)
    }
  }

  /// A strong tag: the first half of the content's SHA-256.
  static func tag(_ buffer: ByteBuffer) -> String {
    let digest = unsafe buffer.withUnsafeReadableBytes { bytes in
      unsafe SHA256.hash(RawSpan(_unsafeBytes: bytes))
    }
    return "\"\(digest.hex.prefix(32))\""
  }

  /// Whether an `If-None-Match` names a tag (RFC 9110, section 13.1.2: compared weakly).
  static func matches(_ header: String, _ tag: String) -> Bool {
    header.split(separator: ",").contains { item in
      let text = item.drop { $0 == " " || $0 == "\t" }
        .prefix { $0 != " " && $0 != "\t" }
      return text == "*" || text == tag || text == "W/\(tag)"
    }
  }
}
