import HTTPTypes
import LedgerCore
import NodeAnswers

/// Final blocks, what they hold, and what they say about carbon.
struct BlockRoutes: Sendable {
  let service: any NodeService
  let blocks: FinalBlocks

  private static let height = RouteParameter(
    "height", "A final block's height.", .height("Height."), example: "42")

  var routes: [Route] {
    lists + [
      Route(
        .get, "/v1/blocks/{height}", "getBlock", "A final block; `latest` for the last one",
        pathParameters: [
          RouteParameter(
            "height", "A final block's height, or `latest`.", .text("Height.", example: "42"),
            example: "42")
        ],
        results: [
          .json(.reference("Block"), "Its header's facts and its carbon statement."),
          .bytes(ResponseFormat.block, "The block in BCS: header and runs."),
        ],
        problems: [.badHeight, .notKept, .storeFailed, .busy], run: block),
      Route(
        .get, "/v1/blocks/{height}/transactions", "getBlockTransactions",
        "A block's transactions in execution order",
        pathParameters: [Self.height], query: Paging.parameters("INDEX of the first"),
        results: [.json(.page(of: "Transaction"), "With contents and receipts.")],
        problems: [.badHeight, .badCursor, .badLimit, .notKept, .storeFailed, .busy], cost: 4,
        run: transactions),
      Route(
        .get, "/v1/blocks/{height}/receipts", "getBlockReceipts",
        "What became of a block's transactions, in execution order",
        pathParameters: [Self.height],
        query: [
          RouteParameter(
            "cursor", "INDEX of the first, from 0; absent for 0.", .text("Cursor.", example: "0"),
            example: "0")
        ],
        results: [
          .bytes(
            ResponseFormat.receipts,
            "A BCS list of receipts, \(ResponseFormat.receiptsMax) at most; fewer are the last.")
        ],
        problems: [.badHeight, .badCursor, .notKept, .storeFailed, .busy], cost: 4, run: receipts),
      Route(
        .get, "/v1/blocks/{height}/certificate", "getBlockCertificate",
        "The COMMITs that made a block final",
        pathParameters: [Self.height],
        results: [
          .json(.reference("Certificate"), "The certificate's facts and its bytes."),
          .bytes(ResponseFormat.certificate, "The certificate in BCS."),
        ],
        problems: [.badHeight, .notKept, .storeFailed, .busy], cost: 4, run: certificate),
      Route(
        .get, "/v1/blocks/{height}/header", "getBlockHeader", "A block's header",
        pathParameters: [Self.height],
        results: [
          .bytes(ResponseFormat.header, "The header in BCS; its SHA-256 is the block's hash.")
        ],
        problems: [.badHeight, .notKept, .storeFailed, .busy], cost: 4, run: header),
      Route(
        .get, "/v1/bundles/{digest}", "getBundle", "A bundle of transactions this node holds",
        pathParameters: [
          RouteParameter("digest", "The bundle's digest.", .hash("Digest."), example: exampleHash)
        ],
        results: [
          .json(.reference("Bundle"), "Its facts and the ids of its transactions."),
          .bytes(ResponseFormat.bundle, "The bundle in BCS."),
        ],
        problems: [.badDigest, .storeFailed, .busy], cost: 4, run: bundle),
    ]
  }

  private var lists: [Route] {
    [
      Route(
        .get, "/v1/blocks", "getBlocks", "Final blocks, newest first",
        query: Paging.parameters("HEIGHT of the first"),
        results: [.json(.page(of: "Block"), "Without their transactions.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await list(call) {
          try await service.blocks(downFrom: $0, limit: $1)
        } height: {
          $0.height
        }
      },
      Route(
        .get, "/v1/statements", "getStatements", "Carbon statements of final blocks, newest first",
        query: Paging.parameters("HEIGHT of the first"),
        results: [.json(.page(of: "StatementAtHeight"), "Amounts in µg CO2e.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await list(call) {
          try await service.statements(downFrom: $0, limit: $1)
        } height: {
          $0.height
        }
      },
      Route(
        .get, "/v1/statements/{height}", "getStatement", "The carbon statement of a final block",
        pathParameters: [Self.height],
        results: [.json(.reference("StatementAtHeight"), "Amounts in µg CO2e.")],
        problems: [.badHeight, .notKept, .storeFailed, .busy]
      ) { call in
        let height = try Self.height(call.value)
        guard height > 0 else { throw Self.missing(height) }
        let found = try await service.statements(downFrom: height, limit: 1)
        guard let statement = found.first, statement.height == height else {
          throw Self.missing(height)
        }
        return try .json(statement, .final)
      },
    ]
  }

  /// A page of a list that goes down from a height.
  private func list<Item>(
    _ call: Call, read: (UInt64, Int) async throws -> [Item], height: (Item) -> UInt64
  ) async throws -> Answer where Item: Codable & Equatable & Sendable {
    let limit = try call.limit()
    let from = try call.query["cursor"].map(Paging.height)
    let items = try await read(from ?? .max, limit)
    var page = PageAnswer(items: items)
    if items.count == limit, let last = items.last.map(height), last > 1 {
      page.next = "\(last - 1)"
    }
    return try .json(page)
  }

  private func block(_ call: Call) async throws -> Answer {
    let isLatest = call.value == "latest"
    let height = isLatest ? nil : try Self.height(call.value, orLatest: true)
    let freshness: Answer.Freshness = isLatest ? .changing : .final
    if try call.type([ResponseFormat.json, ResponseFormat.block]) == ResponseFormat.block {
      let found = if let height { height } else { try await service.block(nil)?.height }
      guard let found else { throw Self.missing(nil) }
      let contents = try await contents(found)
      return Answer(contents.blockBytes, contentType: ResponseFormat.block, freshness).negotiated()
    }
    guard let block = try await service.block(height) else { throw Self.missing(height) }
    return try .json(block, freshness).negotiated()
  }

  private func transactions(_ call: Call) async throws -> Answer {
    let height = try Self.height(call.value)
    let limit = try call.limit()
    let first = try call.query["cursor"].map(Paging.index) ?? 0
    // One more than is shown says whether there is a next page.
    guard
      let found = try await service.transactions(of: height, from: first, limit: limit + 1)
    else { throw Self.missing(height) }
    var page = PageAnswer(items: Array(found.prefix(limit)))
    if found.count > limit { page.next = "\(first + limit)" }
    return Answer(page.json, contentType: ResponseFormat.json, .final)
  }

  private func receipts(_ call: Call) async throws -> Answer {
    let height = try Self.height(call.value)
    let first = try call.query["cursor"].map(Paging.index) ?? 0
    _ = try call.type([ResponseFormat.receipts])
    let limit = ResponseFormat.receiptsMax
    guard let found = try await service.receipts(of: height, from: first, limit: limit) else {
      throw Self.missing(height)
    }
    var body = BCSWriter(reserving: 8 + found.count * 72)
    body.list(found)
    return Answer(body.bytes, contentType: ResponseFormat.receipts, .final)
  }

  private func certificate(_ call: Call) async throws -> Answer {
    let contents = try await contents(Self.height(call.value))
    switch try call.type([ResponseFormat.json, ResponseFormat.certificate]) {
    case ResponseFormat.certificate:
      return Answer(contents.certificateBytes, contentType: ResponseFormat.certificate, .final)
        .negotiated()
    default: return try .json(contents.certificate, .final).negotiated()
    }
  }

  private func header(_ call: Call) async throws -> Answer {
    let contents = try await contents(Self.height(call.value))
    _ = try call.type([ResponseFormat.header])
    return Answer(contents.headerBytes, contentType: ResponseFormat.header, .final)
  }

  private func bundle(_ call: Call) async throws -> Answer {
    guard let digest = Digest(hex: call.value) else {
      throw Problem.badDigest.because(
        "A bundle's digest is 64 hexadecimal digits, not `\(call.value.prefix(70))`.")
    }
    guard let (answer, bytes) = try await service.bundle(digest) else {
      throw Problem.notFound.because("This node does not hold the bundle \(digest).")
    }
    switch try call.type([ResponseFormat.json, ResponseFormat.bundle]) {
    case ResponseFormat.bundle:
      return Answer(bytes, contentType: ResponseFormat.bundle, .final).negotiated()
    default:
      // The block that names it may still come.
      return try .json(answer, answer.height == nil ? .changing : .final).negotiated()
    }
  }

  private func contents(_ height: UInt64) async throws -> BlockContents {
    guard let contents = try await blocks.contents(of: height) else { throw Self.missing(height) }
    return contents
  }

  private static func height(
    _ text: String, orLatest: Bool = false
  ) throws(APIError) -> UInt64 {
    guard let height = Decimal.parse(text) else {
      throw Problem.badHeight.because(
        "The height must be a number, without leading zeros and below 2^64"
          + "\(orLatest ? ", or `latest`" : ""), not `\(text.prefix(40))`.")
    }
    return height
  }

  private static func missing(_ height: UInt64?) -> APIError {
    guard height != 0 else {
      return Problem.notFound.because(
        "The first block has height 1; what was before it is told by /v1/genesis.")
    }
    return Problem.notFound.because(
      height.map { "There is no final block at height \($0) yet." }
        ?? "There is no final block yet.")
  }
}
