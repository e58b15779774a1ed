import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NodeAnswers

/// An answer that says what was wrong with the request and what to do.
struct APIError: Error {
  let status: HTTPResponse.Status
  let code: String
  let message: String

  static func badRequest(_ code: String, _ message: String) -> APIError {
    APIError(status: .badRequest, code: code, message: message)
  }

  static func notFound(_ message: String) -> APIError {
    APIError(status: .notFound, code: "not_found", message: message)
  }

  static func unsupportedMediaType(_ accepted: String) -> APIError {
    APIError(
      status: .unsupportedMediaType, code: "unsupported_media_type",
      message: "The content type must be \(accepted).")
  }

  static let tooLarge = APIError(
    status: .contentTooLarge, code: "body_too_large",
    message:
      "The body is longer than \(SubmissionFormat.bodyBytesMax) bytes; send fewer transactions at "
      + "a time."
  )

  static let unavailable = APIError(
    status: .serviceUnavailable, code: "unavailable",
    message: "The node is stopping or busy; try again, or ask another node.")

  init(status: HTTPResponse.Status, code: String, message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  init(_ error: NodeServiceError) {
    switch error {
    case .unavailable: self = .unavailable
    case .busy:
      self.init(
        status: .serviceUnavailable, code: "busy",
        message: "The node is reading for others; try again in a moment.")
    case .noHistory:
      self.init(
        status: .notImplemented, code: "no_history",
        message: "This node keeps no history of transactions; ask one that does.")
    case .storeFailed(let reason):
      self.init(
        status: .internalServerError, code: "store_failed",
        message: "The node cannot read what was asked for: \(reason).")
    }
  }

  func response() -> Response {
    .json(
      ErrorAnswer(title: code, status: status.code, detail: message, code: code), status: status)
  }
}

extension Response {
  /// A JSON answer with sorted keys.
  static func json(_ answer: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes = (try? encoder.encode(answer)).map { Array($0) } ?? []
    return Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

/// Turns every error of a request into an `ErrorAnswer`, unknown routes included.
struct ErrorMiddleware: RouterMiddleware {
  typealias Context = BasicRequestContext

  @concurrent
  func handle(
    _ request: Request, context: Context,
    next: @concurrent (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as APIError {
      return error.response()
    } catch let error as HTTPError {
      return Self.answer(error, request: request).response()
    } catch let error as NodeServiceError {
      return APIError(error).response()
    }
  }

  private static func answer(_ error: HTTPError, request: Request) -> APIError {
    switch error.status {
    case .notFound, .methodNotAllowed:
      APIError.notFound(
        "There is nothing at \(request.method.rawValue) \(request.uri.path); the routes are "
          + "POST /v1/transactions and /v1/transactions/states, GET /v1/transactions/{id}, "
          + "/v1/status, /v1/blocks/{height|latest}, /v1/accounts/{address} and /metrics.")
    case .contentTooLarge: APIError.tooLarge
    default:
      APIError(
        status: error.status, code: "http_\(error.status.code)",
        message: error.body ?? "The request cannot be answered.")
    }
  }
}
