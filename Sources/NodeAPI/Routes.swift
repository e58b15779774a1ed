import HTTPTypes
import Hummingbird
import LedgerCore
import NIOCore
import NodeAnswers

/// The routes of `/v1` and `/metrics`.
struct Routes: Sendable {
  let service: any NodeService

  func router() -> Router<BasicRequestContext> {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: ErrorMiddleware())
    router.get("/v1/status") { _, _ in .json(await service.status()) as Response }
    router.get("/v1/blocks/:height") { _, context in try await block(context) }
    router.get("/v1/accounts/:address") { _, context in try await account(context) }
    router.post("/v1/transactions") { request, _ in try await submit(request) }
    router.get("/v1/transactions/:id") { _, context in try await transaction(context) }
    router.post("/v1/transactions/states") { request, _ in try await states(request) }
    router.get("/metrics") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: service.metrics())))
    }
    return router
  }

  private func block(_ context: BasicRequestContext) async throws -> Response {
    let text = context.parameters.get("height") ?? ""
    let height = UInt64(text)
    guard text == "latest" || height != nil else {
      throw APIError.badRequest(
        "bad_height", "The height must be a number or `latest`, not `\(text.prefix(40))`.")
    }
    guard let block = try await service.block(height) else {
      throw APIError.notFound("There is no final block at height \(text.prefix(40)) yet.")
    }
    return .json(block)
  }

  private func account(_ context: BasicRequestContext) async throws -> Response {
    let text = context.parameters.get("address") ?? ""
    let id: AccountID
    do {
      id = try AccountID(address: text, network: service.isTestNetwork ? .test : .main)
    } catch {
      throw APIError.badRequest("bad_address", "\(error)")
    }
    return .json(try await service.account(id))
  }

  private func submit(_ request: Request) async throws -> Response {
    let wait = try Self.wait(request)
    let transactions = try Self.split(
      try await Self.body(request), contentType: request.headers[.contentType])
    return .json(await service.submit(transactions, wait: wait))
  }

  private func transaction(_ context: BasicRequestContext) async throws -> Response {
    let text = context.parameters.get("id") ?? ""
    guard let id = Digest(hex: text) else {
      throw APIError.badRequest(
        "bad_transaction_id",
        "A transaction's id is 64 hexadecimal digits, not `\(text.prefix(70))`.")
    }
    guard let answer = await service.transactions([id]).first ?? nil else {
      throw APIError.notFound(
        "This node does not know the transaction \(id): it never came here, or was final long ago.")
    }
    return .json(answer)
  }

  private func states(_ request: Request) async throws -> Response {
    guard request.headers[.contentType] == SubmissionFormat.idsContentType else {
      throw APIError.unsupportedMediaType(SubmissionFormat.idsContentType)
    }
    let ids = try Self.ids(try await Self.body(request))
    let answers = zip(ids, await service.transactions(ids)).map { id, answer in
      answer ?? TransactionAnswer(id: id.hex, status: .unknown)
    }
    return .json(SubmissionAnswer(transactions: answers))
  }

  private static func body(_ request: Request) async throws -> [UInt8] {
    if let length = request.headers[.contentLength].flatMap(Int.init),
      length > SubmissionFormat.bodyBytesMax
    {
      throw APIError.tooLarge
    }
    let buffer: ByteBuffer
    do {
      buffer = try await request.body.collect(upTo: SubmissionFormat.bodyBytesMax)
    } catch is NIOTooManyBytesError {
      throw APIError.tooLarge
    }
    return Array(buffer.readableBytesView)
  }

  private static func wait(_ request: Request) throws(APIError) -> SubmissionWait {
    guard let text = request.uri.queryParameters["wait"] else { return .pending }
    guard let wait = SubmissionWait(rawValue: String(text)) else {
      throw APIError.badRequest(
        "bad_wait", "`wait` must be pending, accepted or final, not `\(text.prefix(40))`.")
    }
    return wait
  }

  private static func split(_ body: [UInt8], contentType: String?)
    throws(APIError) -> [ArraySlice<UInt8>]
  {
    switch contentType {
    case SubmissionFormat.oneContentType: return [body[...]]
    case SubmissionFormat.listContentType: return try list(body)
    default:
      throw APIError.unsupportedMediaType(
        "\(SubmissionFormat.oneContentType) or \(SubmissionFormat.listContentType)")
    }
  }

  private static func ids(_ body: [UInt8]) throws(APIError) -> [Digest] {
    do {
      var reader = unsafe BCSReader(body.span.bytes)
      let ids = try reader.list(
        of: Digest.self, in: 1...SubmissionFormat.transactionsMax, "transaction ids")
      try reader.finish("transaction ids")
      return ids
    } catch {
      throw APIError.badRequest("malformed_list", "The list of ids is broken: \(error).")
    }
  }

  private static func list(_ body: [UInt8]) throws(APIError) -> [ArraySlice<UInt8>] {
    do {
      var reader = unsafe BCSReader(body.span.bytes)
      let count = try reader.length(in: 1...SubmissionFormat.transactionsMax, "transactions")
      var list: [ArraySlice<UInt8>] = []
      for _ in 0..<count {
        // Longer ones than a transaction may be are refused one by one, with their own code.
        let length = try reader.length(in: 0...SubmissionFormat.bodyBytesMax, "transaction")
        // Bytes of its own: a pending transaction must not keep the whole body in memory.
        list.append(Array(body[try reader.skip(length, "transaction")])[...])
      }
      try reader.finish("transactions")
      return list
    } catch {
      throw APIError.badRequest("malformed_list", "The list of transactions is broken: \(error).")
    }
  }
}
