import HTTPTypes
import LedgerCore
import NIOCore
import NodeAnswers

/// What a node is, and what the network is.
struct StatusRoutes: Sendable {
  let service: any NodeService
  let status: StatusCache
  let bodies: RequestBodies

  var routes: [Route] {
    [
      Route(
        .get, "/v1/status", "getStatus", "What this node is and where it stands",
        results: [
          .json(.reference("Status"), "At most 100 ms old, and never before its last block.")
        ]
      ) { [status] _ in
        Answer(try await status.bytes(), contentType: ResponseFormat.json)
      },
      Route(
        .get, "/v1/genesis", "getGenesis", "What the chain began with",
        results: [
          .json(.reference("Genesis"), "The document's facts."),
          .bytes(ResponseFormat.genesis, "The genesis document in BCS."),
        ], run: genesis),
      Route(
        .get, "/v1/parameters", "getParameters", "What the rules count with now",
        results: [.json(.reference("Parameters"), "By name.")], problems: [.storeFailed]
      ) { [service] _ in try .json(await service.parameters()) },
      Route(
        .get, "/v1/validators", "getValidators", "The ER Nodes that decide blocks now",
        results: [.json(.reference("Validators"), "The set of the next height.")],
        problems: [.storeFailed]
      ) { [service] _ in try .json(await service.validators()) },
      setChanges,
      Route(
        .get, "/v1/schedule", "getSchedule", "Whose turn it is",
        query: [
          RouteParameter(
            "turns", "How many heights, from the next on; 1 to \(ScheduleFormat.turnsMax).",
            .whole(
              "Heights.", example: UInt64(ScheduleFormat.turnsDefault),
              max: UInt64(ScheduleFormat.turnsMax)),
            example: "21")
        ],
        results: [.json(.reference("Schedule"), "As dues stand now.")],
        problems: [.badParameter, .storeFailed]
      ) { [service] call in
        let turns = try call.number(
          "turns", in: 1...ScheduleFormat.turnsMax, default: ScheduleFormat.turnsDefault)
        return try .json(await service.schedule(turns: turns))
      },
      Route(
        .get, "/v1/mempool", "getMempool", "What waits on this node",
        results: [.json(.reference("Mempool"), "Counts and their bounds.")]
      ) { [service] _ in try .json(await service.mempool()) },
      estimates,
      Route(
        .get, APIRoutes.metrics, "getMetrics", "The node's metrics",
        results: [.bytes(ResponseFormat.metrics, "Text exposition 0.0.4.")]
      ) { [service] _ in
        Answer(Array(service.metrics().utf8), contentType: ResponseFormat.metrics)
      },
    ]
  }

  private func genesis(_ call: Call) throws -> Answer {
    let (answer, bytes) = service.genesis()
    // No path names the chain: a test network that begins anew has the same one.
    let freshness = Answer.Freshness.slow(seconds: 60)
    switch try call.type([ResponseFormat.json, ResponseFormat.genesis]) {
    case ResponseFormat.genesis:
      return Answer(bytes, contentType: ResponseFormat.genesis, freshness).negotiated()
    default: return try .json(answer, freshness).negotiated()
    }
  }

  private var setChanges: Route {
    Route(
      .get, "/v1/validators/changes", "getSetChanges",
      "How one set of ER Nodes followed the other: what a light client follows from genesis",
      query: [
        RouteParameter(
          "after",
          "Only changes whose last block is above this height: that of the last change known, or "
            + "`next` of the page before; 0 if absent.",
          .whole("Height.", example: 0), example: "0"),
        RouteParameter(
          "limit",
          "Changes at most, 1 to \(PageFormat.itemsMax), and never more than "
            + "\(SetChangeFormat.itemsMax); \(PageFormat.itemsDefault) if absent.",
          .whole(
            "Changes.", example: UInt64(PageFormat.itemsDefault),
            max: UInt64(PageFormat.itemsMax)),
          example: "50"),
      ],
      results: [
        .json(
          .page(of: "SetChange"), "Ascending, from the set that decides the height after `after`.")
      ],
      problems: [.badParameter, .badLimit, .notKept, .storeFailed, .busy], cost: 4
    ) { [service] call in
      let limit = min(try call.limit(), SetChangeFormat.itemsMax)
      let after = try call.query["after"].map { text throws(APIError) in
        guard let height = Decimal.parse(text) else {
          throw Problem.badParameter.because(
            "`after` must be a height, not `\(text.prefix(40))`.")
        }
        return height
      }
      let found = try await service.setChanges(after: after ?? 0, limit: limit + 1)
      var page = PageAnswer(items: Array(found.prefix(limit)))
      if found.count > limit, let last = page.items.last { page.next = "\(last.height)" }
      return try .json(page)
    }
  }

  private var estimates: Route {
    Route(
      .post, "/v1/estimates", "estimate", "What a transaction would be charged in the next block",
      query: [
        RouteParameter(
          "signatures", "Signatures it is going to have; 1 if absent.",
          .whole("Signatures.", example: 1, max: UInt64(EstimateFormat.signaturesMax)),
          example: "1")
      ],
      bodies: [
        RouteBody(
          contentType: ResponseFormat.transactionBody, summary: "A TransactionBody in BCS.")
      ],
      results: [.json(.reference("Estimate"), "Charge and fee, fees for first records included.")],
      problems: [.badParameter, .malformedBody, .unsupportedMediaType, .storeFailed, .busy]
    ) { [service, bodies] call in
      guard call.header(.contentType) == ResponseFormat.transactionBody else {
        throw Problem.unsupportedMediaType.because(
          "The content type must be \(ResponseFormat.transactionBody).")
      }
      let signatures = try call.number(
        "signatures", in: 1...EstimateFormat.signaturesMax, default: 1)
      let bytes = try await bodies.read(call)
      let body: TransactionBody
      do throws(BCSError) {
        var reader = unsafe BCSReader(bytes.span.bytes)
        body = try TransactionBody(from: &reader)
        try reader.finish("transaction body")
      } catch {
        throw Problem.malformedBody.because("The transaction's body is broken: \(error).")
      }
      return try .json(await service.estimate(body, signatureCount: signatures))
    }
  }
}

extension Call {
  /// The type of answer the request likes best among those the route has.
  func type(_ offered: [String]) throws(APIError) -> String {
    guard let type = Accept.choose(header(.accept), among: offered) else {
      throw Problem.notAcceptable.because("There is \(offered.joined(separator: " and ")).")
    }
    return type
  }
}
