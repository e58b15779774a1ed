import Foundation
import LedgerClient
import LedgerCore
import Logging
import NodeAPI
import NodeAnswers
import Testing

@Suite("The API over a real connection")
struct RoutesTests {
  @Test("an unknown route, a bad height and a store that fails each have a code of their own")
  func errors() async throws {
    let expected = [
      ("/v2/nothing", 404, "not_found"), ("/v1/blocks/-1", 400, "bad_height"),
      ("/v1/blocks/99999999999999999999", 400, "bad_height"),
      ("/v1/blocks/7", 500, "store_failed"), ("/v1/blocks/8", 503, "busy"),
      ("/v1/accounts/eco2t1nonsense", 400, "bad_address"),
    ]
    try await withServer { client in
      for (path, status, code) in expected {
        let answer = try await client.raw(path: path, contentType: nil, body: [])
        let error = try JSONDecoder().decode(ErrorAnswer.self, from: Data(answer.body))
        #expect(answer.status == status, "\(path)")
        #expect(error.code == code, "\(path)")
      }
    }
  }

  @Test("a list's transactions own their bytes: one that stays keeps no others in memory")
  func ownBytes() async throws {
    try await withServer { client in
      let list = [[UInt8](repeating: 1, count: 300), [], [2]]
      let answer = try await client.submit(list.map { $0[...] })
      // The stub says where each slice begins and how long it is.
      #expect(answer.transactions.map(\.code) == ["0+300", "0+0", "0+1"])
    }
  }

  @Test("lists that are cut, too long or followed by bytes are refused whole")
  func lists() async throws {
    try await withServer { client in
      let type = SubmissionFormat.listContentType
      for body: [UInt8] in [[], [0], [1], [1, 5, 1], [1, 1, 1, 9], [0x80, 0x00], [0xFF, 0x7F]] {
        let answer = try await client.raw(path: "/v1/transactions", contentType: type, body: body)
        #expect(answer.status == 400)
      }
      let long = [UInt8](repeating: 0, count: SubmissionFormat.bodyBytesMax + 1)
      let tooLong = try await client.raw(path: "/v1/transactions", contentType: type, body: long)
      #expect(tooLong.status == 413)
    }
  }

  @Test("a request on a connection that has ended is answered with an error, not never")
  func endedConnection() async throws {
    try await withServer { client in
      _ = try await client.status()
      await client.close()
      let network = try await client.status().network
      #expect(network == "stub")
    }
  }

  private func withServer(_ body: @Sendable (NodeClient) async throws -> Void) async throws {
    let (ports, listening) = AsyncStream<Int>.makeStream()
    let server = APIServer(
      service: StubService(), host: "127.0.0.1", port: 0, logger: Logger(label: "test"))
    let running = Task { try await server.run { listening.yield($0) } }
    var port = 0
    for await value in ports {
      port = value
      break
    }
    let client = NodeClient(NodeAddress(host: "127.0.0.1", port: port))
    let result: Result<Void, any Error>
    do { result = .success(try await body(client)) } catch { result = .failure(error) }
    await client.close()
    running.cancel()
    _ = try? await running.value
    try result.get()
  }
}

/// Answers that say what was asked.
private struct StubService: NodeService {
  let isTestNetwork = true

  func status() async -> StatusAnswer {
    StatusAnswer(
      network: "stub", isTest: true, chain: "", intervalMilliseconds: 1, node: "", name: "",
      height: 0, block: "", stateRoot: "", timestamp: 0, mode: "", notVotingBecause: nil, view: 0,
      peersConnected: 0, peersKnown: 0, pendingTransactions: 0, unflushedBlocks: 0,
      transactionsFinal: 0, viewChanges: 0, stages: [], processMicroseconds: 0,
      transferEstimate: EstimateAnswer(charge: "0", fee: "0", creationFee: "0"))
  }

  func block(_ height: UInt64?) async throws(NodeServiceError) -> BlockAnswer? {
    switch height {
    case 7: throw .storeFailed("a test")
    case 8: throw .busy
    default: nil
    }
  }

  func account(_ id: AccountID) async throws(NodeServiceError) -> AccountAnswer {
    throw .unavailable
  }

  func submit(_ transactions: [ArraySlice<UInt8>], wait: SubmissionWait) async -> SubmissionAnswer {
    SubmissionAnswer(
      transactions: transactions.map {
        TransactionAnswer(id: nil, status: .refused, code: "\($0.startIndex)+\($0.count)")
      })
  }

  func transactions(_ ids: [Digest]) async -> [TransactionAnswer?] { ids.map { _ in nil } }

  func metrics() -> String { "" }
}
