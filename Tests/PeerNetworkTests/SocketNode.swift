import Dispatch
import Dissemination
import LedgerCore
import PeerNetwork
import Synchronization
import Testing

/// A disseminator behind real connections: it verifies and signs at once, and its disk is as quick.
final class SocketNode: Sendable {
  /// How it reads its data connections.
  enum Reading: Sendable {
    case all
    /// One TLS record, then nothing for so long.
    case slowly(milliseconds: Int)
    case never
  }

  private struct State {
    var machine: Disseminator
    var network: PeerNetwork?
    /// What came before the network was there.
    var early: [PeerEvent] = []
    var channels: [AccountID: Int] = [:]
    var accepted = 0
  }

  private let identity: TestIdentity
  private let key: SigningKey
  private let reading: Reading
  private let state: Mutex<State>
  private let onAccepted: @Sendable (Int) -> Void

  init(
    _ identity: TestIdentity, key: SigningKey, set: ValidatorSet, reading: Reading,
    onAccepted: @escaping @Sendable (Int) -> Void
  ) {
    self.identity = identity
    self.key = key
    self.reading = reading
    self.onAccepted = onAccepted
    var machine = Disseminator(
      own: identity.account, chain: chain(1), intervalMilliseconds: 10_000)
    _ = machine.step(
      .restored(
        DisseminationStart(incarnation: 1, height: 0, sets: [set], progress: [], bundles: [])),
      now: Self.now)
    state = Mutex(State(machine: machine))
  }

  private static var now: UInt64 { DispatchTime.now().uptimeNanoseconds / 1_000_000 }

  func start(peers: [KnownPeer]) throws {
    let network = try PeerNetwork.start(
      PeerNetworkConfiguration(
        account: identity.account, transportSeed: identity.seed, genesis: chain(1),
        listen: PeerAddress(host: "127.0.0.1", port: 0), peers: peers, jitterSeed: 1,
        limits: quick())
    ) { [self] event in take(event) }
    let early = state.withLock { state in
      defer { state.early = [] }
      state.network = network
      return state.early
    }
    for event in early { take(event) }
  }

  /// Breaks the circle of references, too.
  func stop() {
    let network = state.withLock { state in
      defer { state.network = nil }
      return state.network
    }
    network?.shutdown()
  }

  var known: KnownPeer? {
    state.withLock { state in state.network.map { identity.known(at: $0.listenAddress) } }
  }

  var gauges: DisseminationGauges { state.withLock { $0.machine.gauges } }

  var counters: DisseminationCounters { state.withLock { $0.machine.counters } }

  func counters(of peer: AccountID) -> PeerCounters? {
    state.withLock { $0.network?.counters(of: peer, on: .data) }
  }

  // MARK: events

  private func take(_ event: PeerEvent) {
    let network = state.withLock { state in
      if state.network == nil { state.early.append(event) }
      return state.network
    }
    guard let network else { return }
    switch event {
    case .connected(let peer, let channel):
      if case .never = reading, channel == .data { network.pauseReceiving(.data) }
      let isWhole = state.withLock { state in
        state.channels[peer, default: 0] += 1
        return state.channels[peer] == 2
      }
      if isWhole { feed(.peerConnected(peer)) }
    case .disconnected(let peer, _, _):
      state.withLock { $0.channels[peer, default: 1] -= 1 }
      feed(.peerDisconnected(peer))
    case .congested(let peer, .data, let isCongested): feed(.peerCongested(peer, isCongested))
    case .received(let peer, .data, let bytes):
      if case .slowly(let milliseconds) = reading {
        network.pauseReceiving(.data)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
          network.resumeReceiving(.data)
        }
      }
      guard let message = try? DisseminationMessage(decoding: bytes[...]) else {
        Issue.record("a frame that is no message")
        return
      }
      feed(.message(message, from: peer))
    default: break
    }
  }

  func feed(_ event: DisseminationEvent) {
    state.withLock { state in
      var events = [event]
      while !events.isEmpty {
        for effect in state.machine.step(events.removeFirst(), now: Self.now) {
          perform(effect, &state, &events)
        }
      }
    }
  }

  private func perform(
    _ effect: DisseminationEffect, _ state: inout State, _ events: inout [DisseminationEvent]
  ) {
    switch effect {
    case .precheck(let token, let list):
      events.append(.prechecked(token: token, list.map { _ in nil }))
    case .check(let token, let checks):
      let verdicts = Ed25519.verify(checks, chain: chain(1))
      events.append(.checked(token: token, (0..<verdicts.count).map { verdicts[$0] }))
    case .signBundle(let header):
      let signature = key.sign(domain: .bundle, chain: chain(1), message: header.bcs[...])
      events.append(.bundleSigned(header, signature))
    case .store(let token, _): events.append(.stored(token: token))
    case .send(let message, let peer):
      _ = state.network?.send(to: peer, on: .data, message.bcs)
    case .multicast(let message, let peers):
      let bytes = message.bcs
      for peer in peers { _ = state.network?.send(to: peer, on: .data, bytes) }
    case .broadcast(let message): _ = state.network?.broadcast(on: .data, message.bcs)
    case .accepted(let ids):
      state.accepted += ids.count
      onAccepted(state.accepted)
    case .wake(let time):
      let wait = Int(time - min(time, Self.now))
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(wait)) { [weak self] in
        self?.feed(.tick)
      }
    default: break
    }
  }
}
