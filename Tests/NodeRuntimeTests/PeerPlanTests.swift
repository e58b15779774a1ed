import LedgerCore
import LedgerState
import PeerNetwork
import Testing

@testable import LedgerRules
@testable import NodeRuntime

@Suite("Whom an ER Node connects to")
struct PeerPlanTests {
  /// Records in memory.
  private struct Records: RecordSource {
    var records: [StateKey: [UInt8]] = [:]

    func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { records[key] }
  }

  private func account(_ number: UInt8) throws -> AccountID {
    try #require(AccountID([UInt8](repeating: number, count: 32)))
  }

  private func key(_ number: Int) throws -> PublicKey {
    let seed = SHA256.hash([UInt8(number & 0xFF), UInt8(number >> 8)]).bytes.array
    return try #require(SigningKey(seed: seed)).publicKey
  }

  /// Members 1 … 4, of whom 1 is this node, a standby 5, and who else there is.
  private func state(_ others: [UInt8: (endpoint: String, standing: Candidate.Standing)] = [:])
    throws -> Records
  {
    var state = Records()
    var delegation = Delegation(candidates: 9, bonds: .zero)
    delegation.standbys = [try account(5)]
    state.records[Delegation.key] = delegation.bcs
    let members = try (1...4).map {
      Validator(account: try account($0), consensusKey: try key(Int($0)))
    }
    let set = try #require(ValidatorSet(firstHeight: 1, members: members))
    state.records[ValidatorSets.key] = ValidatorSets(current: set, following: set).bcs
    for number: UInt8 in 1...5 {
      try add(number, endpoint: "node-\(number):80", to: &state)
    }
    for (number, other) in others {
      try add(number, endpoint: other.endpoint, standing: other.standing, to: &state)
    }
    return state
  }

  private func add(
    _ number: UInt8, endpoint: String, standing: Candidate.Standing = .standing,
    to state: inout Records
  ) throws {
    let account = try account(number)
    state.records[ERNode.key(account)] =
      ERNode(
        name: "n", consensusKey: try key(Int(number)), transportKey: try key(300 + Int(number)),
        endpoint: endpoint
      ).bcs
    var candidate = Candidate(number: UInt64(number), bond: .zero)
    candidate.standing = standing
    state.records[Candidate.key(account)] = candidate.bcs
  }

  private func plan(_ configured: [UInt8: String], genesis: [UInt8: String] = [:]) throws
    -> PeerPlan
  {
    let settings = try configured.sorted { $0.key < $1.key }.map { number, endpoint in
      NodeConfiguration.Peer(
        account: try account(number), transportKey: try key(300 + Int(number)),
        endpoint: try #require(NodeConfiguration.Endpoint(endpoint)))
    }
    var nodes: [AccountID: String] = [:]
    for (number, endpoint) in genesis { nodes[try account(number)] = endpoint }
    return PeerPlan(own: try account(1), configured: settings, genesis: nodes)
  }

  private func addresses(_ plan: PeerPlan, _ state: Records, candidates: [UInt8] = []) throws
    -> [String]
  {
    var queries = LedgerQueries(state)
    return try plan.peers(in: &queries, candidates: try candidates.map(account))
      .map { "\($0.address)" }
  }

  @Test("members first, then standbys, then candidates by votes; itself is none")
  func order() throws {
    let state = try state([7: ("node-7:80", .standing), 6: ("node-6:80", .standing)])
    let found = try addresses(plan([:]), state, candidates: [1, 7, 5, 6])
    #expect(found == [2, 3, 4, 5, 7, 6].map { "node-\($0):80" })
  }

  @Test("who stands no more, or can be dialled nowhere, is no peer")
  func left() throws {
    let state = try state([
      6: ("node-6:80", .resigned), 7: ("node-7:80", .excluded), 8: ("", .standing),
      9: ("nowhere", .standing), 10: ("node-10:0", .standing),
    ])
    let found = try addresses(plan([6: "old:1"]), state, candidates: [6, 7, 8, 9, 10])
    #expect(found == [2, 3, 4, 5].map { "node-\($0):80" })
  }

  @Test("settings name the place while the chain says what genesis said, or nothing; then it does")
  func places() throws {
    let settings: [UInt8: String] = [2: "inside-2:80", 3: "inside-3:80", 6: "inside-6:80"]
    let plan = try plan(settings, genesis: [2: "node-2:80", 3: "elsewhere-3:80"])
    let state = try state([6: ("", .standing)])
    #expect(
      try addresses(plan, state, candidates: [6])
        == ["inside-2:80", "node-3:80", "node-4:80", "node-5:80", "inside-6:80"])
  }

  @Test("one that catches up gives up nobody, and takes places of old for want of others alone")
  func catchingUp() throws {
    func peer(_ number: UInt8, _ host: String) throws -> KnownPeer {
      KnownPeer(
        account: try account(number), transportKey: try key(300 + Int(number)),
        address: PeerAddress(host: host, port: 80))
    }
    let plan = try plan([2: "settings-2:80"])
    let known = try [peer(2, "settings-2"), peer(3, "now-3"), peer(4, "now-4"), peer(7, "now-7")]
    let named = try [peer(2, "old-2"), peer(3, "old-3"), peer(4, "old-4"), peer(5, "old-5")]
    let four = try account(4)
    let merged = plan.merge(named, into: known) { $0 == four }
    #expect(
      merged.map(\.address.host) == ["settings-2", "old-3", "now-4", "now-7", "old-5"])
  }

  @Test("what only the settings name comes last, and all together have a bound")
  func bound() throws {
    let own = try plan([20: "private:80"])
    #expect(try addresses(own, state()).last == "private:80")
    var others: [UInt8: (endpoint: String, standing: Candidate.Standing)] = [:]
    for number: UInt8 in 6...250 { others[number] = ("node-\(number):80", .standing) }
    let found = try addresses(own, state(others), candidates: Array(6...250))
    #expect(found.count == PeerNetwork.peersMax)
    #expect(!found.contains("private:80"))
  }
}
