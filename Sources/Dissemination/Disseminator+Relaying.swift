import LedgerCore

/// The full nodes that follow this node: who waits to be told of which transaction, and what is to
/// be told at the end of the step.
struct Relays: Sendable {
  /// Ascending.
  private var followers: [AccountID] = []
  private var waiting: [Digest: [AccountID]] = [:]
  private(set) var outbox: [(follower: AccountID, standings: [RelayStanding])] = []

  func isFollower(_ account: AccountID) -> Bool { followers.contains(account) }

  mutating func connected(_ follower: AccountID) {
    guard !followers.contains(follower) else { return }
    let place = followers.firstIndex { $0 > follower } ?? followers.count
    followers.insert(follower, at: place)
  }

  mutating func disconnected(_ follower: AccountID) {
    followers.removeAll { $0 == follower }
    outbox.removeAll { $0.follower == follower }
    // Each value changes by itself: the order in which they do shows nowhere.
    waiting = waiting.compactMapValues { list in
      let kept = list.filter { $0 != follower }
      return kept.isEmpty ? nil : kept
    }
  }

  /// A follower is told when the transaction is accepted.
  mutating func watch(_ id: Digest, for follower: AccountID) {
    guard isFollower(follower), waiting[id]?.contains(follower) != true,
      waiting[id] != nil || waiting.count < DisseminationLimits.relaysMax
    else { return }
    waiting[id, default: []].append(follower)
  }

  mutating func tell(_ follower: AccountID, _ standing: RelayStanding) {
    if let index = outbox.firstIndex(where: { $0.follower == follower }) {
      outbox[index].standings.append(standing)
    } else {
      outbox.append((follower, [standing]))
    }
  }

  /// Nobody waits for a transaction any more; those who did are told the status, if there is one:
  /// what ends in a block or by its age, a full node sees for itself.
  mutating func end(_ id: Digest, _ status: RelayStanding.Status? = nil) {
    guard !waiting.isEmpty, let list = waiting.removeValue(forKey: id), let status else { return }
    for follower in list { tell(follower, RelayStanding(id: id, status: status)) }
  }

  mutating func takeOutbox() -> [(follower: AccountID, standings: [RelayStanding])] {
    defer { outbox = [] }
    return outbox
  }
}

// MARK: at the node that is followed

extension Disseminator {
  /// Transactions of a full node's clients.
  mutating func receiveRelay(_ list: [ArraySlice<UInt8>], from follower: AccountID) {
    var candidates: [Candidate] = []
    // Each with bytes of its own: a pending one must not keep its whole message in memory.
    for bytes in list { take(Array(bytes)[...], origin: .relay(follower), into: &candidates) }
    counters.transactionsRelayed += UInt64(list.count)
    precheck(candidates)
  }

  /// Tells a follower of a transaction that is known here already.
  mutating func tell(_ follower: AccountID, of id: Digest, _ entry: KnownTransaction) {
    let status: RelayStanding.Status
    if entry.isAccepted || entry.acceptedOnWordOf != nil {
      status = .accepted
    } else if entry.isEnded, !entry.isExecuted {
      status = .refused
    } else {
      status = .taken
      if !entry.isExecuted { relays.watch(id, for: follower) }
    }
    relays.tell(follower, RelayStanding(id: id, status: status))
  }

  /// A relayed transaction is not taken.
  mutating func refuse(_ id: Digest?, of follower: AccountID, _ fault: TransactionFault) {
    switch fault {
    case _ where Self.isOfBytes(fault): effects.append(.misbehaved(follower, fault))
    case .alreadyKnown: break
    default:
      if let id { relays.tell(follower, RelayStanding(id: id, status: .refused)) }
    }
  }

  /// Sends followers what has changed in this step.
  mutating func tellFollowers() {
    guard !relays.outbox.isEmpty else { return }
    for (follower, standings) in relays.takeOutbox() where relays.isFollower(follower) {
      var rest = standings[...]
      while !rest.isEmpty {
        effects.append(
          .send(.standings(Array(rest.prefix(DisseminationLimits.standingsMax))), to: follower))
        rest = rest.dropFirst(DisseminationLimits.standingsMax)
      }
    }
  }
}

// MARK: on a full node

extension Disseminator {
  /// The node to relay a transaction to: its home author if that is followed, else one of the
  /// others, by its sender; with each attempt the next.
  private func server(for entry: PooledTransaction) -> AccountID? {
    let connected = peers.connected
    guard !connected.isEmpty, let set = validators(at: nextHeight) else { return nil }
    let sender = entry.transaction.body.sender
    let home = HomeAuthor.account(of: sender, in: set)
    let first =
      connected.firstIndex(of: home) ?? HomeAuthor.index(of: sender, count: connected.count)
    return connected[(first + entry.attempts) % connected.count]
  }

  /// Relays a pending transaction; when no node is connected, it waits for one.
  mutating func relay(_ id: Digest, into forwards: inout ForwardOutbox) {
    guard let entry = pool[id] else { return }
    let server = server(for: entry)
    pool.relayed(id, server.map { RelayedTransaction(server: $0) })
    if let server { forwards.append(entry.transaction.bytes, to: server) }
  }

  /// A followed node is there: it gets what waits for one.
  mutating func relayHeld() {
    var forwards = ForwardOutbox()
    for entry in pool.heldTransactions where entry.relay == nil {
      relay(entry.id, into: &forwards)
    }
    send(&forwards)
  }

  mutating func disconnected(_ peer: AccountID, now: UInt64) {
    peers.update(peer) {
      $0.isConnected = false
      $0.flow = PeerFlow()
    }
    guard own == nil else { return }
    // What was on its way there may be lost: it goes to another at once.
    var forwards = ForwardOutbox()
    for entry in pool.heldTransactions
    where entry.relay.map({ $0.server == peer && !$0.isAccepted }) ?? false {
      pool.hold(entry.id, until: now + intervalMilliseconds, now: now)
      relay(entry.id, into: &forwards)
    }
    send(&forwards)
  }

  /// A followed node's word on what was relayed. It moves when the transaction is sent again, and
  /// is passed on as that node's word; what is final, only this node's own chain says.
  mutating func take(_ list: [RelayStanding], from server: AccountID, now: UInt64) {
    var accepted: [Digest] = []
    for standing in list {
      let id = standing.id
      guard let entry = pool[id] else { continue }
      switch standing.status {
      case .taken:
        guard entry.relay?.isAccepted != true else { continue }
        pool.hold(
          id, until: now + DisseminationLimits.relayTakenIntervals * intervalMilliseconds, now: now)
      case .refused:
        guard entry.relay?.server == server else { continue }
        pool.hold(id, until: now + intervalMilliseconds / 2, now: now)
      case .accepted:
        pool.relayed(id, RelayedTransaction(server: server, isAccepted: true))
        pool.hold(
          id, until: now + DisseminationLimits.relayAcceptedIntervals * intervalMilliseconds,
          now: now)
        guard let known = known[id], known.acceptedOnWordOf == nil else { continue }
        self.known.update(id) { $0.acceptedOnWordOf = server }
        relays.end(id, .accepted)
        if known.isWatched { accepted.append(id) }
      }
    }
    if !accepted.isEmpty { effects.append(.saidAccepted(accepted, by: server)) }
  }
}
