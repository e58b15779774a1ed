import LedgerCore

/// The stream of own bundles to each peer: at its own pace, never at another's.
extension Disseminator {
  /// What was sent to a peer of own bundles, is held, and is not acknowledged by it.
  private struct UnderWay {
    var bundles = 0
    var bytes = 0

    /// Whether one more fits; the first always does.
    func hasRoom(for size: Int, bundlesMax: Int) -> Bool {
      bundles == 0
        || (bundles < bundlesMax && bytes + size <= DisseminationLimits.windowBytesMax)
    }

    mutating func add(_ size: Int) {
      bundles += 1
      bytes += size
    }
  }

  private var ownLanes: [Lane] { own.flatMap(shelf.author)?.lanes ?? [] }

  private func underWay(to peer: Peer, in lanes: [Lane]) -> UnderWay {
    var underWay = UnderWay()
    for lane in lanes {
      let next = peer.flow.next(of: lane.incarnation)
      var number = firstLacking(peer, of: lane)
      while number < next, let digest = lane.numbers[number] {
        underWay.add(shelf[digest]?.bundle.bytes.count ?? 0)
        number += 1
      }
    }
    return underWay
  }

  /// The first number of an own run that a peer has not acknowledged.
  private func firstLacking(_ peer: Peer, of lane: Lane) -> UInt64 {
    max(lane.first, own.map { peer.end($0, lane.incarnation) } ?? 0)
  }

  /// Sends a fresh own bundle to all peers whose turn it is; the others get it when they have
  /// acknowledged what they were sent before, or fetch it from whom they like.
  mutating func stream(_ bundle: Bundle, now: UInt64) {
    let header = bundle.header
    let size = bundle.bytes.count
    let lanes = ownLanes
    guard let lane = lanes.first(where: { $0.incarnation == header.incarnation }) else { return }
    var targets: [AccountID] = []
    for index in peers.list.indices where peers.list[index].isConnected {
      let peer = peers.list[index]
      let underWay = underWay(to: peer, in: lanes)
      let next = max(firstLacking(peer, of: lane), peer.flow.next(of: lane.incarnation))
      if !peer.flow.hasGreeted || peer.flow.isCongested {
        counters.drop(.bundleHeldPeerCongested)
      } else if next < header.number
        || !underWay.hasRoom(for: size, bundlesMax: peer.flow.bundlesMax)
      {
        counters.drop(.bundleHeldWindowFull)
      } else {
        peers.update(at: index) {
          $0.flow.sent(header.incarnation, below: header.number + 1)
          if $0.flow.silentSince == nil { $0.flow.silentSince = now }
        }
        targets.append(peer.account)
        continue
      }
      peers.update(at: index) { $0.flow.isBehind = true }
    }
    if !targets.isEmpty { effects.append(.multicast(.bundle(bundle), to: targets)) }
    if sweepAt == nil { sweepAt = now }
  }

  /// Sends a peer what follows, as far as its window goes. Decided bundles are passed over: who
  /// lacks one fetches it.
  mutating func stream(to account: AccountID, now: UInt64) {
    guard let index = peers.index(account) else { return }
    var peer = peers.list[index]
    guard peer.isConnected else { return }
    let lanes = ownLanes
    var underWay = underWay(to: peer, in: lanes)
    peer.flow.isBehind = false
    for lane in lanes {
      let acknowledged = firstLacking(peer, of: lane)
      var number = max(acknowledged, peer.flow.next(of: lane.incarnation))
      while let digest = lane.numbers[number], let held = shelf[digest] {
        let size = held.bundle.bytes.count
        guard peer.flow.hasGreeted, !peer.flow.isCongested,
          underWay.hasRoom(for: size, bundlesMax: peer.flow.bundlesMax)
        else {
          peer.flow.isBehind = true
          break
        }
        effects.append(.send(.bundle(held.bundle), to: account))
        underWay.add(size)
        number += 1
      }
      peer.flow.sent(lane.incarnation, below: number)
    }
    if underWay.bundles == 0 {
      peer.flow.silentSince = nil
    } else if peer.flow.silentSince == nil {
      peer.flow.silentSince = now
    }
    peers.update(at: index) { $0.flow = peer.flow }
    if sweepAt == nil, underWay.bundles > 0 { sweepAt = now }
  }

  // MARK: what a peer says, and does not say

  /// A peer has acknowledged more of own bundles: its window moves on.
  mutating func advance(_ account: AccountID, now: UInt64) {
    guard let index = peers.index(account) else { return }
    peers.update(at: index) {
      $0.flow.silentSince = nil
      $0.flow.timeouts = 0
    }
    let peer = peers.list[index]
    if peer.flow.isBehind { return stream(to: account, now: now) }
    guard underWay(to: peer, in: ownLanes).bundles > 0 else { return }
    peers.update(at: index) { $0.flow.silentSince = now }
  }

  /// A peer has said all that it holds: the first time on a connection, the stream begins behind
  /// it.
  mutating func greeted(by account: AccountID, now: UInt64) {
    guard let index = peers.index(account) else { return }
    if !peers.list[index].flow.hasGreeted {
      peers.update(at: index) {
        $0.flow.hasGreeted = true
        $0.flow.rewind()
        $0.flow.timeouts = 0
      }
    }
    stream(to: account, now: now)
  }

  /// A peer's connection holds too much, or has room again: then it is told once more all that is
  /// held here, for what was said meanwhile may be lost.
  mutating func congested(_ account: AccountID, _ isCongested: Bool, now: UInt64) {
    guard let index = peers.index(account), peers.list[index].isConnected,
      peers.list[index].flow.isCongested != isCongested
    else { return }
    peers.update(at: index) { $0.flow.isCongested = isCongested }
    guard isStarted, own != nil, !isCongested else { return }
    effects.append(.send(.holdings(ownHoldings), to: account))
    forwardHeld(to: account)
    stream(to: account, now: now)
  }

  /// Streams on to those that were held back.
  mutating func streamOn(now: UInt64) {
    for peer in peers.list where peer.isConnected && peer.flow.isBehind {
      stream(to: peer.account, now: now)
    }
  }

  /// Sends the first bundle under way again to each peer that was silent for too long; true when
  /// anything is under way at all. To one whose connection is full, nothing is lost, only slow.
  mutating func watchSilence(now: UInt64) -> Bool {
    let lanes = ownLanes
    guard lanes.contains(where: { !$0.numbers.isEmpty }) else { return false }
    var isAnyUnderWay = false
    for index in peers.list.indices {
      let peer = peers.list[index]
      guard peer.isConnected, !peer.flow.isCongested else { continue }
      guard peer.flow.isBehind || underWay(to: peer, in: lanes).bundles > 0 else {
        peers.update(at: index) { $0.flow.silentSince = nil }
        continue
      }
      isAnyUnderWay = true
      guard let since = peer.flow.silentSince else {
        peers.update(at: index) { $0.flow.silentSince = now }
        continue
      }
      guard since + peer.flow.patience <= now else { continue }
      let hadGreeted = peer.flow.hasGreeted
      peers.update(at: index) {
        $0.flow.timeouts += 1
        $0.flow.hasGreeted = true
        $0.flow.silentSince = now
      }
      if hadGreeted {
        resendFirst(to: peer, in: lanes)
      } else {
        stream(to: peer.account, now: now)
      }
    }
    return isAnyUnderWay
  }

  /// Sends the first bundle under way again. What else was lost the peer asks for, or gets when its
  /// turn to be the first has come.
  private mutating func resendFirst(to peer: Peer, in lanes: [Lane]) {
    for lane in lanes {
      let number = firstLacking(peer, of: lane)
      guard number < peer.flow.next(of: lane.incarnation), let digest = lane.numbers[number],
        let held = shelf[digest]
      else { continue }
      counters.bundlesResent += 1
      return effects.append(.send(.bundle(held.bundle), to: peer.account))
    }
  }

  /// How much of own runs a peer has acknowledged in all.
  func ownAcknowledged(by account: AccountID) -> UInt64 {
    guard let own, let peer = peers[account] else { return 0 }
    return ownLanes.reduce(0) { $0 &+ peer.end(own, $1.incarnation) }
  }
}
