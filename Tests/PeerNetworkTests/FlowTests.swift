import LedgerCore
import PeerNetwork
import Synchronization
import Testing

@Suite("Flow and silence", .timeLimit(.minutes(1)))
struct FlowTests {
  @Test("votes pass a clogged data connection; what its full queue refuses is counted")
  func votesPassCloggedData() async throws {
    let first = try TestIdentity(1)
    var acceptor = try TestNode(TestIdentity(2), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [acceptor.known])
    try await dialler.connected()
    try await acceptor.connected()
    let account = acceptor.identity.account
    acceptor.network.pauseReceiving(.data)
    // A vote there and back: the pause is in force.
    dialler.network.send(to: account, on: .votes, [1])
    #expect(try await acceptor.received(.votes) == [1])

    var taken = 0
    let payload = [UInt8](repeating: 0x5A, count: 1024 * 1024)
    // The queue, the sockets' buffers and TLS hold less than this.
    while taken < 1_000, dialler.network.send(to: account, on: .data, payload) == .queued {
      taken += 1
    }
    #expect(taken < 1_000)
    let clogged = try #require(dialler.network.counters(of: account, on: .data))
    #expect(clogged.framesDropped == 1)
    #expect(clogged.bytesDropped == UInt64(payload.count))

    for number in 0..<100 {
      #expect(dialler.network.send(to: account, on: .votes, [UInt8(number)]) == .queued)
      #expect(try await acceptor.received(.votes) == [UInt8(number)])
    }
    let waiting = try #require(dialler.network.counters(of: account, on: .data))
    #expect(waiting.queuedBytes > 8 * payload.count)

    acceptor.network.resumeReceiving(.data)
    for _ in 0..<taken { #expect(try await acceptor.received(.data) == payload) }
  }

  @Test("one who does not read is reported as congested, and no other; then as having room again")
  func congestion() async throws {
    let first = try TestIdentity(1)
    var clogged = try TestNode(TestIdentity(2), peers: [first.dialler])
    var reading = try TestNode(TestIdentity(3), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [clogged.known, reading.known])
    for _ in 0..<4 {
      try await dialler.next { if case .connected = $0 { () } else { nil } }
    }
    try await clogged.connected()
    try await reading.connected()
    let dead = clogged.identity.account
    let alive = reading.identity.account
    clogged.network.pauseReceiving(.data)
    dialler.network.send(to: dead, on: .votes, [1])
    #expect(try await clogged.received(.votes) == [1])

    let payload = [UInt8](repeating: 0x5A, count: 256 * 1024)
    var taken = 0
    while (dialler.network.counters(of: dead, on: .data)?.congestions ?? 0) == 0, taken < 1_000 {
      if dialler.network.send(to: dead, on: .data, payload) == .queued { taken += 1 }
      // One after the other: this one never has more than a frame waiting.
      dialler.network.send(to: alive, on: .data, payload)
      #expect(try await reading.received(.data) == payload)
    }
    func change(_ event: PeerEvent) -> (account: AccountID, isCongested: Bool)? {
      guard case .congested(let account, .data, let isCongested) = event else { return nil }
      return (account, isCongested)
    }
    let begun = try await dialler.next(change)
    #expect(begun == (dead, true))
    let waiting = try #require(dialler.network.counters(of: dead, on: .data))
    let limits = quick()
    #expect(waiting.queuedBytes > limits.congestedBytes)
    #expect(waiting.queuedBytes <= limits.congestedBytes + 2 * payload.count)
    #expect(waiting.framesDropped == 0)

    clogged.network.resumeReceiving(.data)
    for _ in 0..<taken { #expect(try await clogged.received(.data) == payload) }
    let ended = try await dialler.next(change)
    #expect(ended == (dead, false))
    #expect(dialler.network.counters(of: dead, on: .data)?.congestions == 1)
    #expect(dialler.network.counters(of: alive, on: .data)?.congestions == 0)
  }

  @Test("a receiver that pauses in its callback gets no more than one record still holds")
  func pauseInsideTheCallback() async throws {
    let first = try TestIdentity(1)
    let second = try TestIdentity(2)
    let receiver = PausingReceiver()
    let (votes, continuation) = AsyncStream.makeStream(of: Void.self)
    let acceptor = try PeerNetwork.start(
      PeerNetworkConfiguration(
        account: second.account, transportSeed: second.seed, genesis: chain(1),
        listen: PeerAddress(host: "127.0.0.1", port: 0), peers: [first.dialler], jitterSeed: 1,
        limits: quick())
    ) { event in
      receiver.take(event)
      if case .received(_, .votes, _) = event { continuation.yield() }
    }
    receiver.network.withLock { $0 = acceptor }
    var vote = votes.makeAsyncIterator()
    var dialler = try TestNode(first, peers: [second.known(at: acceptor.listenAddress)])
    try await dialler.connected()
    let payload = [UInt8](repeating: 1, count: 5_000)
    for _ in 0..<200 { dialler.network.send(to: second.account, on: .data, payload) }
    for _ in 0..<50 {
      dialler.network.send(to: second.account, on: .votes, [1])
      await vote.next(isolation: nil)
    }
    let early = receiver.dataFrames.withLock { $0 }
    #expect(early <= 1 + 16_384 / payload.count)
    receiver.pauses.withLock { $0 = false }
    acceptor.resumeReceiving(.data)
    // The votes' order says nothing about data: ask until the last of them is there.
    while receiver.dataFrames.withLock({ $0 }) < 200 {
      dialler.network.send(to: second.account, on: .votes, [1])
      await vote.next(isolation: nil)
    }
    #expect(receiver.dataFrames.withLock { $0 } == 200)
    acceptor.shutdown()
    receiver.network.withLock { $0 = nil }
  }

  @Test("a silent peer is dropped; one that sends keep-alives stays")
  func silenceIsNoticed() async throws {
    var patient = quick()
    patient.pingIntervalMilliseconds = 3_600_000
    var pinging = quick()
    pinging.pingIntervalMilliseconds = 50
    var strict = quick()
    strict.idleTimeoutMilliseconds = 1_000

    let silent = try TestIdentity(1)
    let lively = try TestIdentity(2)
    var acceptor = try TestNode(
      TestIdentity(3), peers: [silent.dialler, lively.dialler], limits: strict)
    var second = try TestNode(lively, peers: [acceptor.known], limits: pinging)
    try await second.connected()
    let first = try TestNode(silent, peers: [acceptor.known], limits: patient)
    let (account, reason) = try await acceptor.next { event in
      if case .disconnected(let account, _, let reason) = event { (account, reason) } else { nil }
    }
    #expect(account == silent.account)
    #expect(reason == .idle)
    #expect(acceptor.network.isConnected(lively.account, on: .votes))
    #expect(acceptor.network.counters(of: lively.account, on: .votes)?.connections == 1)
    first.network.shutdown()
  }
}

/// Pauses at each data frame, as a runtime with a full queue does.
private final class PausingReceiver: Sendable {
  let network = Mutex<PeerNetwork?>(nil)
  let pauses = Mutex(true)
  let dataFrames = Mutex(0)

  func take(_ event: PeerEvent) {
    guard case .received(_, .data, _) = event else { return }
    dataFrames.withLock { $0 += 1 }
    if pauses.withLock({ $0 }) { network.withLock { $0 }?.pauseReceiving(.data) }
  }
}
