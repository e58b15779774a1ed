import NodeAnswers
import StrictJSON

extension HTTPResponse {
  /// The answer that a status of 200 and JSON carry; anything else is an error of its own kind.
  func json<Answer: Decodable & Sendable>(_ type: Answer.Type = Answer.self)
    throws(ClientError) -> Answer
  {
    try check(ResponseFormat.json)
    do throws(JSONError) { return try JSONValue(body).decode() } catch {
      throw .malformedAnswer("its JSON cannot be used: \(error)")
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
    guard isJSON, let error = try? JSONValue(body).decode(ErrorAnswer.self) else {
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
