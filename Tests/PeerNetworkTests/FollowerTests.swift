import LedgerCore
import PeerNetwork
import Testing

@Suite("Full nodes' connections", .timeLimit(.minutes(1)))
struct FollowerTests {
  /// A full node with this key seed that follows the given nodes.
  private func full(
    _ seed: UInt8, follows peers: [KnownPeer], serves: FollowerPolicy = .none,
    limits: PeerLimits = quick()
  ) throws -> TestNode {
    try TestNode(
      TestIdentity(full: seed), peers: peers, followers: serves, limits: limits)
  }

  private func validator(
    _ order: UInt8, peers: [KnownPeer] = [], serves: FollowerPolicy,
    limits: PeerLimits = quick()
  ) throws -> TestNode {
    try TestNode(TestIdentity(order), peers: peers, followers: serves, limits: limits)
  }

  private let any = FollowerPolicy(countMax: 8, allowed: nil)

  @Test("a full node dials, is known by its key, and payloads pass both ways")
  func connects() async throws {
    var node = try validator(1, serves: any)
    var follower = try full(50, follows: [node.known])
    try await follower.connected([.follow])
    let account = try await node.followed()
    #expect(account == AccountID(follower.identity.key))
    #expect(node.network.followers == [account])
    #expect(node.network.isFollower(account))
    #expect(node.network.connectedPeers == [])
    #expect(follower.network.connectedPeers == [node.identity.account])

    #expect(follower.network.send(to: node.identity.account, on: .data, [1, 2]) == .queued)
    #expect(try await node.sent() == [1, 2])
    #expect(node.network.announce([3]).queued == 1)
    #expect(try await follower.received(.follow) == [3])
    #expect(node.network.send(to: account, on: .data, [4]) == .queued)
    #expect(try await follower.received(.follow) == [4])
    // A broadcast is for peers: followers get none of it.
    #expect(node.network.broadcast(on: .data, [5]).queued == 0)
    #expect(node.network.broadcast(on: .votes, [5]).queued == 0)
  }

  @Test("beyond the places there are, a full node is refused, and told why")
  func placesAreLimited() async throws {
    var node = try validator(1, serves: FollowerPolicy(countMax: 1, allowed: nil))
    var first = try full(50, follows: [node.known])
    try await first.connected([.follow])
    var second = try full(51, follows: [node.known])
    #expect(
      try await second.refused()
        == .turnedAway(.followersFull, account: node.identity.account))
    #expect(try await node.refused() == .followersFull(max: 1))
    #expect(node.network.refusals(.followersFull) >= 1)
    #expect(node.network.followers == [AccountID(first.identity.key)])
  }

  @Test("with a list, only the listed keys are served")
  func allowList() async throws {
    let listed = try TestIdentity(full: 50)
    var node = try validator(1, serves: FollowerPolicy(countMax: 8, allowed: [listed.key]))
    var stranger = try full(51, follows: [node.known])
    #expect(
      try await stranger.refused()
        == .turnedAway(.followerNotAllowed, account: node.identity.account))
    #expect(try await node.refused() == .followerNotAllowed(stranger.identity.key))
    var friend = try full(50, follows: [node.known])
    try await friend.connected([.follow])
  }

  @Test("a node without places refuses full nodes as it refuses every unknown key")
  func noPlaces() async throws {
    var node = try validator(1, serves: .none)
    var follower = try full(50, follows: [node.known])
    #expect(try await node.refused() == .unknownKey(follower.identity.key))
    #expect(try await follower.refused() == .closedEarly)
  }

  @Test("an unknown key that wants to vote is refused, also where full nodes are served")
  func strangersDoNotVote() async throws {
    var node = try validator(2, serves: any)
    var stranger = try validator(1, peers: [node.known], serves: .none)
    #expect(try await node.refused() == .unknownKey(stranger.identity.key))
    #expect(
      try await stranger.refused() == .turnedAway(.unknownKey, account: node.identity.account))
    #expect(node.network.followers == [])
  }

  @Test("an ER Node's key does not follow: its connections are those of a peer")
  func peersDoNotFollow() async throws {
    let peer = try TestIdentity(1)
    var node = try validator(2, peers: [peer.dialler], serves: any)
    let other = try TestNode(
      TestIdentity(full: 1), peers: [node.known], followers: .none, limits: quick())
    let reason = try await node.refused()
    #expect(
      reason == .otherAccount(claimed: AccountID(other.identity.key), expected: peer.account))
    #expect(node.network.followers == [])
  }

  @Test("followers of another chain, and hellos with another account, are refused")
  func mismatches() async throws {
    var node = try validator(1, serves: any)
    let other = try TestNode(
      TestIdentity(full: 50), peers: [node.known], genesis: chain(9), followers: .none,
      limits: quick())
    #expect(
      try await node.refused()
        == .otherGenesis(chain(9), account: AccountID(other.identity.key)))
  }

  @Test("a dropped full node is refused for a while; the others stay")
  func penalty() async throws {
    var node = try validator(1, serves: any)
    var good = try full(50, follows: [node.known])
    try await good.connected([.follow])
    var bad = try full(51, follows: [node.known])
    try await bad.connected([.follow])
    node.network.drop(follower: AccountID(bad.identity.key))
    #expect(try await bad.disconnected(.follow) == .closedByPeer)
    #expect(
      try await bad.refused()
        == .turnedAway(.followerPenalised, account: node.identity.account))
    #expect(try await node.refused() == .followerPenalised(bad.identity.key))
    #expect(node.network.followers == [AccountID(good.identity.key)])
  }

  @Test("a follower that connects again replaces its own connection, and needs no second place")
  func reconnects() async throws {
    var node = try validator(1, serves: FollowerPolicy(countMax: 1, allowed: nil))
    var first = try full(50, follows: [node.known])
    try await first.connected([.follow])
    var again = try full(50, follows: [node.known])
    try await again.connected([.follow])
    let reason = try await node.next { event in
      if case .followerDisconnected(_, let reason) = event { reason } else { nil }
    }
    #expect(reason == .replaced)
    #expect(node.network.followerCount == 1)
  }

  @Test("a follower that sends more than its share is read more slowly, and loses nothing")
  func throttled() async throws {
    var limits = quick()
    limits.followerBytesPerSecondMax = 40_000
    limits.pingIntervalMilliseconds = 100
    var node = try validator(1, serves: any, limits: limits)
    var follower = try full(50, follows: [node.known], limits: quick())
    try await follower.connected([.follow])
    let clock = ContinuousClock()
    let start = clock.now
    for number in UInt8(0)..<20 {
      let payload = [number] + [UInt8](repeating: 0, count: 5_999)
      #expect(follower.network.send(to: node.identity.account, on: .follow, payload) == .queued)
    }
    for number in UInt8(0)..<20 { #expect(try await node.sent().first == number) }
    // 125,000 bytes with what frames weigh, 40,000 of them at once.
    #expect(clock.now - start > .milliseconds(1_500))
  }

  @Test("all followers' queues share one bound, and a peer's queue is not of it")
  func sharedBudget() async throws {
    var limits = quick()
    limits.dataFrameBytesMax = 1_000_000
    limits.followersQueueFramesMax = 2
    let peer = try TestIdentity(1)
    var node = try validator(2, peers: [peer.dialler], serves: any, limits: limits)
    let dialler = try TestNode(peer, peers: [node.known], followers: .none, limits: limits)
    try await node.connected()
    var slow = try full(50, follows: [node.known], limits: limits)
    try await slow.connected([.follow])
    slow.network.pauseReceiving(.follow)
    let account = try await node.followed()
    let block = [UInt8](repeating: 1, count: 900_000)
    var outcomes: [SendOutcome] = []
    for _ in 0..<20 { outcomes.append(node.network.send(to: account, on: .data, block)) }
    #expect(outcomes.contains(.full))
    let waiting = try #require(node.network.counters(of: account, on: .follow)).queuedBytes
    #expect(waiting <= 2_000_000)
    #expect(node.network.send(to: peer.account, on: .data, block) == .queued)
    dialler.network.shutdown()
  }
}
