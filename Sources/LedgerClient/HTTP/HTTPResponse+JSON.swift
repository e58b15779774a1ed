import Foundation
import NodeAnswers

extension HTTPResponse {
  /// The answer that a status of 200 and JSON carry; anything else is an error of its own kind.
  func json<Answer: Decodable & Sendable>(_ type: Answer.Type = Answer.self)
    throws(ClientError) -> Answer
  {
    try check(ResponseFormat.json)
    // JSONDecoder would guess other encodings.
    guard let text = String(validating: body, as: UTF8.self) else {
      throw .malformedAnswer("its JSON is not UTF-8")
    }
    do {
      return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    } catch let error as DecodingError {
      throw .malformedAnswer(error.sentence)
    } catch {
      throw .malformedAnswer("\(error)")
    }
  }

  /// The bytes that a status of 200 and this content type carry.
  func bytes(_ contentType: String) throws(ClientError) -> [UInt8] {
    try check(contentType)
    return body
  }

  /// Throws unless the status is 200 and the content type the one asked for. No redirection is
  /// followed: a node has no reason for one.
  func check(_ expected: String) throws(ClientError) {
    guard status == 200 else { throw refusal }
    guard contentType == Self.bare(expected) else {
      throw .malformedAnswer("it is \(contentType.prefix(80)), not \(expected)")
    }
  }

  /// Problem details (RFC 9457), or what the status alone says.
  var refusal: ClientError {
    let isJSON = contentType == ResponseFormat.json || contentType == ResponseFormat.problem
    guard isJSON, let error = try? JSONDecoder().decode(ErrorAnswer.self, from: Data(body)) else {
      return .refused(
        status: status, code: "http_\(status)",
        sentence: "The node answered with HTTP status \(status).",
        retryAfterSeconds: retryAfterSeconds)
    }
    let sentence = error.detail.prefix(ClientLimits.sentenceCharactersMax)
    return .refused(
      status: status, code: String(error.code.prefix(64)), sentence: String(sentence),
      retryAfterSeconds: retryAfterSeconds)
  }
}

extension DecodingError {
  /// Where the JSON is not what was expected.
  fileprivate var sentence: String {
    let (context, what): (Context, String) =
      switch self {
      case .typeMismatch(_, let context): (context, "has another type")
      case .valueNotFound(_, let context): (context, "is null")
      case .keyNotFound(let key, let context): (context, "lacks \(key.stringValue)")
      case .dataCorrupted(let context): (context, "is broken")
      @unknown default: (Context(codingPath: [], debugDescription: ""), "is broken")
      }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "its JSON \(what)" : "its field \(path) \(what)"
  }
}
