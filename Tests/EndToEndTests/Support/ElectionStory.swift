import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

/// What a story of elections does with a network: tells, waits and asks.
struct ElectionStory {
  let network: LiveNetwork
  let tool: Tool
  /// From election to election, ms.
  let term: UInt64

  var treasury: String { network.folder.accountKey("treasury") }

  func account(_ node: Int) -> String {
    network.made.document.nodes[node].account.address(network: .test)
  }

  func key(of node: Int) -> String {
    let number = node < 10 ? "0\(node)" : "\(node)"
    return network.folder.accountKey("node-\(number)")
  }

  /// Sends with the tool; it is to be applied.
  func send(_ arguments: [String], from key: String) throws {
    _ = try tool.succeed(arguments + ["--from", key] + asked)
  }

  /// Sends with the tool what is to fail with a fault; gives what the tool says.
  @discardableResult
  func fail(_ arguments: [String], from key: String, with fault: String) throws -> String {
    let result = try tool.run(arguments + ["--from", key] + asked)
    #expect(result.status != 0, "\(arguments)")
    let said = result.output + result.complaints
    #expect(said.contains("[\(fault)]"), "\(arguments): \(said)")
    return said
  }

  /// The command that registers a node of genesis, with another name.
  func registration(of node: Int, reserve: String) -> [String] {
    let known = network.made.document.nodes[node]
    return registration(
      name: "again", transportKey: known.transportKey.hex, endpoint: known.endpoint,
      consensusKey: network.nodes[node].home + "/keys/consensus.pem", reserve: reserve)
  }

  /// The command that registers a node.
  func registration(
    name: String, transportKey: String, endpoint: String, consensusKey: String, reserve: String
  ) -> [String] {
    [
      "candidate", "register", "--name", name, "--transport-key", transportKey, "--endpoint",
      endpoint, "--tier", "rack", "--region", "DEU", "--idle-watts", "48",
      "--joules-per-cpu-second", "12", "--pue", "1.58", "--consensus-key", consensusKey,
      "--reserve", reserve,
    ]
  }

  private var asked: [String] { ["--node", "\(network.addresses[0])"] }

  func election() async throws -> ElectionAnswer {
    try await network.client { try await $0.election() }
  }

  func candidate(_ node: Int) async throws -> CandidateAnswer {
    try await network.client { [account = account(node)] in try await $0.candidate(account) }
  }

  /// Waits until something holds of the last final state.
  func wait<Answer>(
    _ seconds: Double, for what: String, _ read: () async throws -> Answer,
    until holds: (Answer) -> Bool, at location: SourceLocation = #_sourceLocation
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      if holds(try await read()) { return }
      try await ContinuousClock().sleep(for: .milliseconds(200))
    }
    Issue.record("\(what): not within \(seconds) s", sourceLocation: location)
    throw CancellationError()
  }

  func status(of node: NodeProcess) async throws -> StatusAnswer {
    let client = NodeClient(node.address)
    do {
      let status = try await client.status()
      await client.close()
      return status
    } catch {
      await client.close()
      throw error
    }
  }

  func wait(
    _ seconds: Double, for what: String, candidate node: Int,
    until holds: (CandidateAnswer) -> Bool, at location: SourceLocation = #_sourceLocation
  ) async throws {
    func read() async throws -> CandidateAnswer { try await candidate(node) }
    try await wait(seconds, for: what, read, until: holds, at: location)
  }

  func wait(
    _ seconds: Double, for what: String, status node: NodeProcess,
    until holds: (StatusAnswer) -> Bool, at location: SourceLocation = #_sourceLocation
  ) async throws {
    func read() async throws -> StatusAnswer { try await status(of: node) }
    try await wait(seconds, for: what, read, until: holds, at: location)
  }

  func voting(in term: UInt64) async throws {
    try await wait(2 * termSeconds, for: "voting in term \(term)", election) {
      $0.term == term && $0.isVoting
    }
  }

  func begun(_ term: UInt64) async throws {
    try await wait(2 * termSeconds, for: "term \(term)", election) { $0.term >= term }
  }

  var termSeconds: Double { Double(term) / 1_000 }
}
