import HTTPTypes
import LedgerCore
import NodeAnswers

/// Accounts and their transactions.
struct AccountRoutes: Sendable {
  let service: any NodeService

  private static let address = RouteParameter(
    "address", "The account's address on this network.", .address("Address."),
    example: exampleAddress)

  var routes: [Route] {
    [
      Route(
        .get, "/v1/accounts/{address}", "getAccount", "An account after the last final block",
        pathParameters: [Self.address],
        query: [
          RouteParameter(
            "proof", "Whether the answer has a proof against a certified state; false if absent.",
            .yesOrNo("With proof.", example: true), example: "true")
        ],
        results: [
          .json(
            .reference("Account"),
            "Balances, sequence and keys; with `proof=true` an ICS-23 proof in `proof`.")
        ],
        problems: [.badAddress, .badParameter, .storeFailed, .busy]
      ) { call in
        let id = try account(call)
        guard try call.flag("proof") else { return try .json(await service.account(id)) }
        let proof = try await service.accountProof(id)
        return try .json(ProvenAccountAnswer(account: await service.account(id), proof: proof))
      },
      Route(
        .get, "/v1/accounts/{address}/transactions", "getAccountTransactions",
        "An account's final transactions, newest first",
        pathParameters: [Self.address],
        query: Paging.parameters("HEIGHT.INDEX of the last one had"),
        results: [
          .json(.page(of: "Transaction"), "Those it sent, paid for, or is named in.")
        ],
        problems: [.badAddress, .badCursor, .badLimit, .noHistory, .storeFailed, .busy], cost: 4,
        run: transactions),
    ]
  }

  private func account(_ call: Call) throws(APIError) -> AccountID {
    do {
      return try AccountID(address: call.value, network: service.isTestNetwork ? .test : .main)
    } catch {
      throw Problem.badAddress.because("\(error)")
    }
  }

  private func transactions(_ call: Call) async throws -> Answer {
    let id = try account(call)
    let limit = try call.limit()
    let before = try call.query["cursor"].map(Paging.place)
    let found = try await service.history(of: id, before: before, limit: limit + 1)
    var page = PageAnswer(items: Array(found.prefix(limit)))
    if found.count > limit, let last = page.items.last, let height = last.height,
      let index = last.index
    {
      page.next = "\(height).\(index)"
    }
    return try .json(page)
  }
}

/// Cursors, as text.
enum Paging {
  /// The parameters of a list.
  static func parameters(_ cursor: String) -> [RouteParameter] {
    [
      RouteParameter(
        "cursor", "Where to go on: `next` of the page before (\(cursor)); absent for the first.",
        .text("Cursor.", example: "42"), example: "42"),
      RouteParameter(
        "limit",
        "Items at most, 1 to \(PageFormat.itemsMax); \(PageFormat.itemsDefault) if absent.",
        .whole(
          "Items.", example: UInt64(PageFormat.itemsDefault), max: UInt64(PageFormat.itemsMax)),
        example: "50"),
    ]
  }

  static func height(_ text: String) throws(APIError) -> UInt64 {
    guard let height = Decimal.parse(text), height > 0 else {
      throw Problem.badCursor.because("This list's cursors are heights, not `\(text.prefix(40))`.")
    }
    return height
  }

  static func index(_ text: String) throws(APIError) -> Int {
    guard let index = Decimal.parse(text).flatMap(Int.init(exactly:)) else {
      throw Problem.badCursor.because("This list's cursors are numbers, not `\(text.prefix(40))`.")
    }
    return index
  }

  static func place(_ text: String) throws(APIError) -> TransactionPlace {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let height = Decimal.parse(parts[0]),
      let index = Decimal.parse(parts[1]).flatMap(Int.init(exactly:))
    else {
      throw Problem.badCursor.because(
        "This list's cursors are HEIGHT.INDEX, not `\(text.prefix(40))`.")
    }
    return TransactionPlace(height: height, index: index)
  }
}
