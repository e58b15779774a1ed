import LedgerCore

/// Transactions to forward, by their home author.
struct ForwardOutbox: Sendable {
  private(set) var byPeer: [(peer: AccountID, transactions: [ArraySlice<UInt8>])] = []

  mutating func append(_ transaction: ArraySlice<UInt8>, to peer: AccountID) {
    if let index = byPeer.firstIndex(where: { $0.peer == peer }) {
      byPeer[index].transactions.append(transaction)
    } else {
      byPeer.append((peer, [transaction]))
    }
  }
}

extension Disseminator {
  /// Where a new transaction waits: at its home author for the next bundle; elsewhere one slot for
  /// a bundle of the home author. What another node forwards has waited that long there: it waits
  /// one turn of a deputy, or not at all when this node is the first deputy of a home author that
  /// it cannot reach either.
  private func place(
    of candidate: Candidate, home: Int, in set: ValidatorSet, now: UInt64
  ) -> PooledTransaction.Place {
    let account = set.members[home].account
    guard account != own else { return .ready }
    switch candidate.origin {
    // A candidate outside the set has no bundles.
    case .own where isMember: return .ready
    // It has had its time.
    case .overdue(let author) where author == account: return .held(until: now)
    default: break
    }
    guard case .peer = candidate.origin else { return .held(until: now + intervalMilliseconds) }
    if !peers.isReachable(account), deputies(of: home, in: set).first == own { return .ready }
    return .held(until: now + deputyTurn)
  }

  /// How long each deputy has, in milliseconds.
  private var deputyTurn: UInt64 {
    max(1, intervalMilliseconds / DisseminationLimits.deputySlotParts)
  }

  /// Who bundles a silent home author's transactions, in their order: the members after it in the
  /// set, as far as this node can reach them, and itself.
  private func deputies(of home: Int, in set: ValidatorSet) -> [AccountID] {
    (1..<set.count).map { set.members[(home + $0) % set.count].account }.filter {
      $0 == own || peers.isReachable($0)
    }
  }

  mutating func enterPool(_ candidate: Candidate, forwards: inout ForwardOutbox, now: UInt64) {
    guard let set = validators(at: nextHeight) else { return }
    let index = HomeAuthor.index(of: candidate.transaction.body.sender, count: set.count)
    let home = set.members[index].account
    let place = place(of: candidate, home: index, in: set, now: now)
    pool.insert(
      id: candidate.id, candidate.transaction, place: place, isProtected: candidate.isProtected,
      isHeldByOthers: candidate.isHeldByOthers, now: now)
    sequences.note(candidate.transaction.body, height: nextHeight)
    known.update(candidate.id) { $0.isPending = true }
    known.watchValidity(candidate.id, until: candidate.transaction.body.validUntil)
    switch candidate.origin {
    case .client:
      watch(candidate)
      forward(candidate, home: home, into: &forwards)
    case .relay(let follower):
      relays.watch(candidate.id, for: follower)
      relays.tell(follower, RelayStanding(id: candidate.id, status: .taken))
      forward(candidate, home: home, into: &forwards)
    case .own: if !isMember { forward(candidate, home: home, into: &forwards) }
    case .peer(let peer):
      // Another took this node for the home author, or for the deputy of a silent one.
      if place != .ready, peer != home { forwards.append(candidate.transaction.bytes, to: home) }
    case .bundle(let author):
      if home != own, author == own { forwards.append(candidate.transaction.bytes, to: home) }
    case .overdue(let author):
      if home != own, author != home { forwards.append(candidate.transaction.bytes, to: home) }
    }
  }

  private mutating func forward(
    _ candidate: Candidate, home: AccountID, into forwards: inout ForwardOutbox
  ) {
    if own == nil {
      relay(candidate.id, into: &forwards)
    } else if home != own {
      forwards.append(candidate.transaction.bytes, to: home)
    }
  }

  /// Sends what is to be forwarded to those that are connected; others get it when they come.
  mutating func send(_ forwards: inout ForwardOutbox) {
    for (peer, transactions) in forwards.byPeer where peers.isReachable(peer) {
      var part: [ArraySlice<UInt8>] = []
      var size = 0
      for bytes in transactions {
        if part.count == DisseminationLimits.forwardTransactionsMax
          || (size + bytes.count > DisseminationLimits.forwardBytesMax && !part.isEmpty)
        {
          effects.append(.send(forwarding(part), to: peer))
          part = []
          size = 0
        }
        part.append(bytes)
        size += bytes.count
      }
      if !part.isEmpty { effects.append(.send(forwarding(part), to: peer)) }
      counters.transactionsForwarded += UInt64(transactions.count)
    }
  }

  private func forwarding(_ transactions: [ArraySlice<UInt8>]) -> DisseminationMessage {
    own == nil ? .relay(transactions) : .forward(transactions)
  }

  /// Ends the wait for silent home authors. A member asks their deputies, each in its turn, and
  /// bundles when the turn is its own; one that is no member asks the members; a full node relays
  /// to the next that it follows.
  mutating func releaseHeld(now: UInt64) {
    guard let set = validators(at: nextHeight) else { return }
    var forwards = ForwardOutbox()
    var deputiesByHome: [Int: [AccountID]] = [:]
    while let entry = pool.popHeld(now: now) {
      if own == nil {
        pool.move(entry.id, to: .held(until: now + intervalMilliseconds), now: now)
        relay(entry.id, into: &forwards)
        continue
      }
      let home = HomeAuthor.index(of: entry.transaction.body.sender, count: set.count)
      guard isMember else {
        pool.move(entry.id, to: .held(until: now + intervalMilliseconds), now: now)
        let next = set.members[(home + entry.attempts + 1) % set.count].account
        forwards.append(entry.transaction.bytes, to: next)
        continue
      }
      let deputies = deputiesByHome[home] ?? deputies(of: home, in: set)
      deputiesByHome[home] = deputies
      guard set.members[home].account != own, !deputies.isEmpty,
        deputies[entry.attempts % deputies.count] != own
      else {
        pool.move(entry.id, to: .ready, now: now)
        continue
      }
      if !entry.isHeldByOthers {
        forwards.append(
          entry.transaction.bytes, to: deputies[entry.attempts % deputies.count])
      }
      pool.move(entry.id, to: .held(until: now + deputyTurn), now: now)
    }
    send(&forwards)
  }

  /// A peer is there (again): it is told what this node holds, and gets what waits for it.
  mutating func connected(_ peer: AccountID, now: UInt64) {
    guard peer != own else { return }
    peers.update(peer) {
      // One that replaces another begins anew; what a fresh one said may be here before this.
      if $0.isConnected { $0.flow = PeerFlow() }
      $0.isConnected = true
      $0.flow.silentSince = now
      $0.flow.isBehind = true
    }
    guard isStarted else { return }
    if own == nil { return relayHeld() }
    effects.append(.send(.holdings(ownHoldings), to: peer))
    if peers[peer]?.flow.hasGreeted == true { stream(to: peer, now: now) }
    forwardHeld(to: peer)
    if sweepAt == nil { sweepAt = now }
  }

  /// A home author is there (again): it gets what waits for it.
  mutating func forwardHeld(to home: AccountID) {
    guard let set = validators(at: nextHeight), set.index(of: home) != nil else { return }
    var forwards = ForwardOutbox()
    for entry in pool.heldTransactions
    where HomeAuthor.account(of: entry.transaction.body.sender, in: set) == home {
      forwards.append(entry.transaction.bytes, to: home)
    }
    send(&forwards)
  }

  // MARK: back from bundles

  /// Gives up bundles: what they held and no other bundle or block does goes back to the pool,
  /// after a look at the state.
  mutating func giveUp(_ bundles: [HeldBundle]) {
    var candidates: [Candidate] = []
    for bundle in bundles {
      counters.bundlesExpired += 1
      giveUp(
        zip(bundle.ids, bundle.bundle.transactions), author: bundle.header.author,
        isFirm: bundle.isFirm, into: &candidates)
    }
    precheck(candidates)
  }

  /// Waits no longer for bundles that f + 1 members should have acknowledged by now: what stands in
  /// them is bundled by others, too. An author may show them to few, and will again when they
  /// expire.
  mutating func giveUpWaiting() {
    var candidates: [Candidate] = []
    for bundle in shelf.takeOverdue(nextHeight: nextHeight) {
      for (id, transaction) in zip(bundle.ids, bundle.bundle.transactions) {
        var isHomeless = false
        known.update(id) {
          $0.isOverdue = true
          isHomeless = $0.isHomeless
          if isHomeless { $0.isPending = true }
        }
        guard isHomeless else { continue }
        candidates.append(
          Candidate(
            id: id, transaction: transaction, origin: .overdue(author: bundle.header.author)))
      }
    }
    precheck(candidates)
  }

  mutating func giveUp(
    _ transactions: some Sequence<(Digest, Transaction)>, author: AccountID, isFirm: Bool,
    into candidates: inout [Candidate]
  ) {
    for (id, transaction) in transactions where known[id] != nil {
      var isHomeless = false
      known.update(id) {
        $0.leaveBundle(isFirm: isFirm)
        isHomeless = $0.isHomeless
        if isHomeless { $0.isPending = true }
      }
      guard isHomeless else { continue }
      candidates.append(
        Candidate(id: id, transaction: transaction, origin: .bundle(author: author)))
    }
  }

  /// Takes transactions of given-up bundles back into the pool, whatever its bounds: they may have
  /// been accepted. Those that can never execute end here; those that only now cannot pay are
  /// bundled all the same and get their receipt.
  mutating func readmit(_ candidates: [Candidate], faults: [TransactionFault?], now: UInt64) {
    var forwards = ForwardOutbox()
    var ended: [EndedTransaction] = []
    for (candidate, fault) in zip(candidates, faults) {
      let id = candidate.id
      guard let entry = known[id], !entry.isExecuted, !entry.isEnded, pool[id] == nil
      else { continue }
      guard !entry.hasHome else {
        known.update(id) { $0.isPending = false }
        continue
      }
      let final: [TransactionFault] = [.expired, .replayed, .validityTooLong, .wrongChain]
      if let fault, final.contains(fault) {
        if entry.isWatched { ended.append(EndedTransaction(id: id, fault: fault)) }
        known.update(id) {
          $0.isPending = false
          $0.isEnded = true
        }
        counters.drop(fault == .expired ? .transactionExpired : .transactionRefusedByState)
      } else {
        counters.transactionsReturned += 1
        enterPool(candidate, forwards: &forwards, now: now)
      }
    }
    if !ended.isEmpty { effects.append(.ended(ended)) }
    send(&forwards)
  }
}
