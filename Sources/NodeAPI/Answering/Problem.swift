import HTTPTypes
import Hummingbird
import LedgerCore
import NodeAnswers

/// A kind of problem: everything a client can be refused for, as a whole, has one of these.
struct Problem: Sendable {
  let code: String
  let status: HTTPResponse.Status
  /// The same for every case of this kind.
  let title: String
  /// What a client can do.
  let advice: String

  init(_ code: String, _ status: Int, _ title: String, _ advice: String) {
    self.code = code
    self.status = .init(code: status)
    self.title = title
    self.advice = advice
  }

  /// A case of it.
  func because(_ detail: String, retryAfterSeconds: Int? = nil) -> APIError {
    APIError(problem: self, detail: detail, retryAfterSeconds: retryAfterSeconds)
  }

  /// A case with nothing more to say.
  var error: APIError { because("\(title). \(advice)") }
}

extension Problem {
  static let badHeight = Problem(
    "bad_height", 400, "The height is none", "Give a decimal number, or `latest` where it is taken."
  )
  static let badAddress = Problem(
    "bad_address", 400, "The address is none of this network",
    "Copy it whole; test networks have addresses of their own.")
  static let badTransactionID = Problem(
    "bad_transaction_id", 400, "The transaction's id is none", "Give 64 hexadecimal digits.")
  static let badDigest = Problem(
    "bad_digest", 400, "The bundle's digest is none", "Give 64 hexadecimal digits.")
  static let badWait = Problem(
    "bad_wait", 400, "`wait` is none of its values", "Give pending, accepted or final.")
  static let badCursor = Problem(
    "bad_cursor", 400, "The cursor is none of this list",
    "Give `next` of the page before, or no cursor for the first page.")
  static let badLimit = Problem(
    "bad_limit", 400, "The limit is out of its range",
    "Give a number from 1 to \(PageFormat.itemsMax).")
  static let badParameter = Problem(
    "bad_parameter", 400, "A parameter's value is not one it can have",
    "The detail says what is expected.")
  static let unknownParameter = Problem(
    "unknown_parameter", 400, "The query names something this route does not know, or twice",
    "Give each parameter of /v1/openapi.json at most once.")
  static let badEventID = Problem(
    "bad_event_id", 400, "The event's id is none, or far ahead of this node",
    "Give the id of the last event you had: HEIGHT.INDEX.")
  static let malformedList = Problem(
    "malformed_list", 400, "The body's list is broken", "The detail names field and offset.")
  static let malformedBody = Problem(
    "malformed_body", 400, "The body is not what its content type says",
    "The detail names field and offset.")
  static let badFraming = Problem(
    "bad_framing", 400, "The request is not well-formed HTTP/1.1",
    "Use an HTTP library; the connection is closed.")
  static let originNotAllowed = Problem(
    "origin_not_allowed", 403, "Pages of this origin may not ask this node so",
    "The operator can allow the origin in the node's configuration.")
  static let notFound = Problem(
    "not_found", 404, "There is nothing there", "It may come yet, or another node may know it.")
  static let methodNotAllowed = Problem(
    "method_not_allowed", 405, "The route does not take this method",
    "The header Allow names those it takes.")
  static let notAcceptable = Problem(
    "not_acceptable", 406, "The route has no answer of a type the request accepts",
    "The detail names the types there are.")
  static let requestTimeout = Problem(
    "request_timeout", 408, "The request came too slowly",
    "Send headers and body without pauses; the connection is closed.")
  static let eventsTooOld = Problem(
    "events_too_old", 410, "The events after this id are not streamed any more",
    "Read the blocks in between from /v1/blocks/{height}/transactions, then resume nearer the tip.")
  static let notKept = Problem(
    "not_kept", 410, "This node does not keep that any more", "Ask a node that keeps more blocks.")
  static let bodyTooLarge = Problem(
    "body_too_large", 413, "The body is longer than this node takes",
    "Send fewer transactions at a time; the connection is closed.")
  static let targetTooLong = Problem(
    "target_too_long", 414, "Path and query are longer than \(APILimits.targetBytesMax) bytes",
    "No route needs so much.")
  static let unsupportedMediaType = Problem(
    "unsupported_media_type", 415, "The route does not take bodies of this content type",
    "The detail names the types it takes; they must stand exactly so.")
  static let expectationFailed = Problem(
    "expectation_failed", 417, "The request expects what this node does not do",
    "Only `Expect: 100-continue` is known.")
  static let hostNotAllowed = Problem(
    "host_not_allowed", 421, "This node does not answer under that name",
    "Use its IP address or `localhost`, or let the operator add the name to its public names.")
  static let tooManyRequests = Problem(
    "too_many_requests", 429, "This address asks more than its share",
    "Wait as long as the header Retry-After says; answers that are final can be kept.")
  static let tooManySubscribers = Problem(
    "too_many_subscribers", 429, "There are as many event streams as this node allows",
    "Close streams that are not used, or ask another node.")
  static let headersTooLarge = Problem(
    "headers_too_large", 431, "The headers are longer, or more, than this node takes",
    "No route needs so much; the connection is closed.")
  static let internalError = Problem(
    "internal", 500, "The node made a mistake", "Please report what was asked.")
  static let storeFailed = Problem(
    "store_failed", 500, "The node cannot read what was asked for",
    "Its operator has to look after it; ask another node.")
  static let noHistory = Problem(
    "no_history", 501, "This node keeps no history of transactions", "Ask one that does.")
  static let unavailable = Problem(
    "unavailable", 503, "The node is starting, stopping or busy", "Try again, or ask another node.")
  static let busy = Problem(
    "busy", 503, "The node is doing as much of this for others as it can", "Try again in a moment.")

  /// All kinds; `/v1/problems/{code}` and the description of the API show them.
  static let all: [Problem] = [
    badHeight, badAddress, badTransactionID, badDigest, badWait, badCursor, badLimit, badParameter,
    unknownParameter, badEventID, malformedList, malformedBody, badFraming, originNotAllowed,
    notFound, methodNotAllowed, notAcceptable, requestTimeout, eventsTooOld, notKept,
    bodyTooLarge, targetTooLong, unsupportedMediaType, expectationFailed, hostNotAllowed,
    tooManyRequests,
    tooManySubscribers, headersTooLarge, internalError, storeFailed, noHistory, unavailable, busy,
  ]

  /// What every route can answer with.
  static let anywhere: [Problem] = [
    unknownParameter, badFraming, originNotAllowed, notFound, methodNotAllowed, notAcceptable,
    requestTimeout, bodyTooLarge, targetTooLong, expectationFailed, hostNotAllowed,
    tooManyRequests, headersTooLarge, internalError, unavailable,
  ]

  /// What is known of a code, of a transaction's fault as well; nil when there is none such.
  static func meaning(of code: String) -> ProblemAnswer? {
    if let problem = all.first(where: { $0.code == code }) {
      return ProblemAnswer(
        code: code, status: problem.status.code, title: problem.title, advice: problem.advice)
    }
    return TransactionFault.allCases.first { $0.code == code }.map {
      ProblemAnswer(code: code, status: nil, title: $0.sentence, advice: advice(on: $0))
    }
  }

  private static func advice(on fault: TransactionFault) -> String {
    switch fault {
    case .blockFull, .poolFull, .senderQueueFull, .alreadyKnown, .notReady:
      "A transaction was refused with it as things stood; nothing in it has to be changed."
    default: "A transaction was refused or failed with it; the transaction can be changed."
    }
  }
}

/// A case of a problem, on its way to the client.
struct APIError: Error {
  let problem: Problem
  let detail: String
  var retryAfterSeconds: Int?
  /// Methods of the route, where another was used.
  var allow: String?

  init(problem: Problem, detail: String, retryAfterSeconds: Int? = nil) {
    self.problem = problem
    self.detail = detail
    self.retryAfterSeconds = retryAfterSeconds
  }

  init(_ error: NodeServiceError) {
    switch error {
    case .unavailable: self = Problem.unavailable.error
    case .busy: self = Problem.busy.because("\(Problem.busy.title).", retryAfterSeconds: 1)
    case .noHistory: self = Problem.noHistory.error
    case .notKept(let height, let oldest):
      self = Problem.notKept.because(
        "Block \(height) was removed from this node, which keeps blocks from \(oldest) on.")
    case .changesNotKept(let height):
      self = Problem.notKept.because(
        "The change of the validator set that came after height \(height) is not kept on this "
          + "node: its block was removed before the node kept changes. Ask another node.")
    case .storeFailed(let reason):
      self = Problem.storeFailed.because("The node cannot read what was asked for: \(reason).")
    }
  }

  /// The problem details of RFC 9457.
  var answer: ErrorAnswer {
    ErrorAnswer(
      title: problem.title, status: problem.status.code, detail: detail, code: problem.code)
  }
}
