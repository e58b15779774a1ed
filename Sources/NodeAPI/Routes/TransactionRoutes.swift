import HTTPTypes
import LedgerCore
import NodeAnswers

/// Submitting transactions, and what became of them.
struct TransactionRoutes: Sendable {
  let service: any NodeService
  let limiter: RateLimiter
  let bodies: RequestBodies

  var routes: [Route] {
    [
      Route(
        .post, "/v1/transactions", "submitTransactions", "Hand in signed transactions",
        query: [
          RouteParameter(
            "wait", "How far the node waits before it answers; pending if absent.",
            .choice("Wait.", SubmissionWait.allCases.map(\.rawValue)), example: "final")
        ],
        bodies: [
          RouteBody(contentType: SubmissionFormat.oneContentType, summary: "One Transaction."),
          RouteBody(
            contentType: SubmissionFormat.listContentType,
            summary: "A BCS list of byte strings, 1 to \(SubmissionFormat.transactionsMax), each "
              + "one Transaction."),
        ],
        results: [
          .json(
            .reference("Submission"),
            "One state for each, in the order sent; 200 whatever becomes of them.")
        ],
        problems: [.badWait, .malformedList, .unsupportedMediaType, .busy], run: submit),
      Route(
        .post, "/v1/transactions/states", "getTransactionStates",
        "Where transactions stand, by their ids",
        bodies: [
          RouteBody(
            contentType: SubmissionFormat.idsContentType,
            summary: "A BCS list of 32-byte ids, 1 to \(SubmissionFormat.transactionsMax).")
        ],
        results: [.json(.reference("Submission"), "One state for each, in the order asked.")],
        problems: [.malformedList, .unsupportedMediaType, .busy], cost: 4, run: states),
      Route(
        .get, "/v1/transactions/{id}", "getTransaction", "A transaction by its id",
        pathParameters: [
          RouteParameter("id", "The transaction's id.", .hash("Id."), example: exampleHash)
        ],
        results: [
          .json(.reference("Transaction"), "Its state; its contents and receipt where known."),
          .bytes(ResponseFormat.transaction, "Its bytes, where this node has them."),
        ],
        problems: [.badTransactionID, .notKept, .storeFailed, .busy], run: transaction),
    ]
  }

  private func submit(_ call: Call) async throws -> Answer {
    let wait = try Self.wait(call)
    let type = call.header(.contentType)
    guard type == SubmissionFormat.oneContentType || type == SubmissionFormat.listContentType else {
      throw Problem.unsupportedMediaType.because(
        "The content type must be \(SubmissionFormat.oneContentType) or "
          + "\(SubmissionFormat.listContentType).")
    }
    let body = try await bodies.read(call)
    let transactions =
      type == SubmissionFormat.oneContentType ? [body[...]] : try Self.list(body)
    try take(transactions.count, of: .transactions, call)
    let answer = await service.submit(transactions, wait: wait)
    return Answer(answer.json, contentType: ResponseFormat.json)
  }

  private func take(
    _ count: Int, of kind: RateLimiter.Kind, _ call: Call
  ) throws(APIError) {
    guard let seconds = limiter.take(count, of: kind, from: call.client) else { return }
    throw Problem.tooManyRequests.because(
      "This address asks for or submits more than its share; wait \(seconds) s.",
      retryAfterSeconds: seconds)
  }

  private func states(_ call: Call) async throws -> Answer {
    guard call.header(.contentType) == SubmissionFormat.idsContentType else {
      throw Problem.unsupportedMediaType.because(
        "The content type must be \(SubmissionFormat.idsContentType).")
    }
    let ids = try Self.ids(try await bodies.read(call))
    try take(ids.count / APILimits.itemsPerRequest, of: .requests, call)
    let answers = zip(ids, await service.transactions(ids)).map { id, answer in
      answer ?? TransactionAnswer(id: id.hex, status: .unknown)
    }
    return Answer(
      SubmissionAnswer(transactions: answers).json, contentType: ResponseFormat.json)
  }

  private func transaction(_ call: Call) async throws -> Answer {
    guard let id = Digest(hex: call.value) else {
      throw Problem.badTransactionID.because(
        "A transaction's id is 64 hexadecimal digits, not `\(call.value.prefix(70))`.")
    }
    guard let found = try await service.transaction(id) else {
      throw Problem.notFound.because(
        "This node does not know the transaction \(id): it never came here, or how it ended is not "
          + "remembered any more.")
    }
    // What is only remembered as an end can get its contents later.
    let isFinal = found.answer.status == .final && found.answer.receipt != nil
    let freshness: Answer.Freshness = isFinal ? .final : .changing
    let offered = [ResponseFormat.json] + (found.bytes == nil ? [] : [ResponseFormat.transaction])
    if try call.type(offered) == ResponseFormat.transaction, let bytes = found.bytes {
      return Answer(bytes, contentType: ResponseFormat.transaction, .final).negotiated()
    }
    return Answer(found.answer.json, contentType: ResponseFormat.json, freshness).negotiated()
  }

  private static func wait(_ call: Call) throws(APIError) -> SubmissionWait {
    guard let text = call.query["wait"] else { return .pending }
    guard let wait = SubmissionWait(rawValue: text) else {
      throw Problem.badWait.because(
        "`wait` must be pending, accepted or final, not `\(text.prefix(40))`.")
    }
    return wait
  }

  private static func ids(_ body: [UInt8]) throws(APIError) -> [Digest] {
    do {
      var reader = unsafe BCSReader(body.span.bytes)
      let ids = try reader.list(
        of: Digest.self, in: 1...SubmissionFormat.transactionsMax, "transaction ids")
      try reader.finish("transaction ids")
      return ids
    } catch {
      throw Problem.malformedList.because("The list of ids is broken: \(error).")
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
      throw Problem.malformedList.because("The list of transactions is broken: \(error).")
    }
  }
}

/// A hash for examples: SHA-256 of `test`.
let exampleHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

/// An address for examples.
let exampleAddress = "eco2t1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu"
