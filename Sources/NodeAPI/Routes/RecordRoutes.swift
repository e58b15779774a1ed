import HTTPTypes
import LedgerCore
import NodeAnswers

/// Single records of the state.
struct RecordRoutes: Sendable {
  let service: any NodeService

  var routes: [Route] {
    [
      Route(
        .get, "/v1/records/{key}", "getRecord", "A record of the state, and its proof",
        pathParameters: [
          RouteParameter(
            "key", "The record's key.", .hexadecimal("Key.", example: "0002"), example: "0002")
        ],
        results: [
          .json(
            .reference("Proof"),
            "The record in the last certified state, or that there is none, with an ICS-23 proof.")
        ],
        problems: [.badParameter, .storeFailed, .busy]
      ) { call in
        guard let key = Hex.decode(call.value), (1...Limits.recordKeyBytesMax).contains(key.count)
        else {
          throw Problem.badParameter.because(
            "A record's key is 1 to \(Limits.recordKeyBytesMax) bytes in hexadecimal, not "
              + "`\(call.value.prefix(70))`.")
        }
        return try .json(await service.recordProof(key))
      }
    ]
  }
}
