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
