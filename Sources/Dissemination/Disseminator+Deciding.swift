import LedgerCore

extension Disseminator {
  /// Begins with what disk and state say.
  mutating func restore(_ start: DisseminationStart, now: UInt64) {
    guard !isStarted else { return }
    isStarted = true
    nextHeight = start.height + 1
    sets = start.sets
    shareShelf()
    authoring.start = start.incarnation
    shelf.learn(start.progress)
    let sorted = start.bundles.map { ($0.header.digest(chain), $0) }.sorted { left, right in
      let (a, b) = (left.1.header, right.1.header)
      return (a.author, a.incarnation, a.number, left.0) < (
        b.author, b.incarnation, b.number, right.0
      )
    }
    var lost: [HeldBundle] = []
    var decided: [Digest] = []
    for (digest, bundle) in sorted {
      restore(bundle, digest, lost: &lost, decided: &decided)
    }
    for author in shelf.authors.indices {
      for lane in shelf.authors[author].lanes.indices {
        shelf.authors[author].lanes[lane].toldEnd = shelf.authors[author].lanes[lane].storedEnd
      }
    }
    if !decided.isEmpty { effects.append(.discard(decided)) }
    shelf.scheduleDiscard(lost.map(\.digest), nextHeight: nextHeight)
    giveUp(lost)
    recountAll()
    if own != nil {
      for peer in peers.connected {
        effects.append(.send(.holdings(ownHoldings), to: peer))
      }
    }
    sweepAt = now
  }

  /// Gives each author its part of the room for bundles.
  private mutating func shareShelf() {
    guard let set = validators(at: nextHeight) else { return }
    shelf.authorBytesMax = DisseminationLimits.authorBytesMax(members: set.count)
  }

  private mutating func restore(
    _ bundle: Bundle, _ digest: Digest, lost: inout [HeldBundle], decided: inout [Digest]
  ) {
    guard !shelf.holds(digest) else { return }
    let header = bundle.header
    let held = HeldBundle(
      bundle: bundle, digest: digest, ids: Transaction.ids(of: bundle.transactions, chain: chain),
      isStored: true, isFirm: header.author == own)
    if let committed = shelf.author(header.author)?.committed,
      committed.incarnation == header.incarnation, header.number <= committed.number
    {
      decided.append(digest)
      return
    }
    markBundled(held)
    if isEverMember(header.author), shelf.place(header, nextHeight: nextHeight) == .free {
      shelf.insert(held)
    } else {
      lost.append(held)
    }
  }

  /// A block is final: its bundles leave the shelf, what can no longer be named is given up.
  mutating func decide(_ decision: DisseminationDecision, now: UInt64) {
    guard isStarted, decision.height >= nextHeight else { return }
    nextHeight = decision.height + 1
    if !decision.sets.isEmpty { sets = decision.sets }
    shelf.learn(decision.progress)
    shareShelf()
    for id in decision.executed {
      pool.remove(id)
      known.markExecuted(id)
      relays.end(id)
    }
    for id in decision.skipped where known[id]?.isExecuted != true {
      pool.remove(id)
      known.update(id) {
        $0.isPending = false
        $0.isEnded = true
      }
      relays.end(id)
    }
    var crowdedOut: [Candidate] = []
    var lost = commit(decision, crowdedOut: &crowdedOut)
    precheck(crowdedOut)
    lost += shelf.takeExpired(nextHeight: nextHeight)
    shelf.scheduleDiscard(lost.filter(\.isStored).map(\.digest), nextHeight: nextHeight)
    giveUp(lost)
    giveUpWaiting()
    renewIfDead()
    endExpired()
    wanted.removeAll()
    shelf.trimDecided(height: decision.height)
    let discards = shelf.takeDiscards(nextHeight: nextHeight)
    if !discards.isEmpty { effects.append(.discard(discards)) }
    forgetPeersHoldings()
    recountAll()
    streamOn(now: now)
    // Acknowledgements may have been lost where a queue was full: each height they are said again.
    if !ownHoldings.isEmpty { effects.append(.broadcast(.holdings(ownHoldings))) }
  }

  /// Takes the named bundles off the shelf; returns those that lost their number to another.
  private mutating func commit(
    _ decision: DisseminationDecision, crowdedOut: inout [Candidate]
  ) -> [HeldBundle] {
    let homeless = Set(decision.crowdedOut)
    var lost: [HeldBundle] = []
    var discards: [Digest] = []
    for run in decision.runs where !run.digests.isEmpty {
      let (named, others) = shelf.commit(run, height: decision.height)
      lost += others
      for bundle in named {
        if bundle.isStored { discards.append(bundle.digest) }
        for (id, transaction) in zip(bundle.ids, bundle.bundle.transactions) {
          if homeless.contains(id) {
            giveUp(
              [(id, transaction)], author: run.author, isFirm: bundle.isFirm, into: &crowdedOut)
          } else {
            known.update(id) { $0.leaveBundle(isFirm: bundle.isFirm) }
          }
        }
      }
    }
    if !discards.isEmpty { effects.append(.discard(discards)) }
    return lost
  }

  /// Ends transactions whose validity has passed, and tells those who wait for them.
  private mutating func endExpired() {
    var ended: [EndedTransaction] = []
    for id in known.takeExpired(before: nextHeight) {
      if known[id]?.isWatched == true { ended.append(EndedTransaction(id: id, fault: .expired)) }
      if pool.remove(id) != nil { counters.drop(.transactionExpired) }
      relays.end(id)
      known.update(id) {
        $0.isPending = false
        $0.isEnded = true
      }
    }
    if !ended.isEmpty { effects.append(.ended(ended)) }
  }

  /// Forgets acknowledgements of runs that are over, and peers that are gone.
  private mutating func forgetPeersHoldings() {
    let shelf = shelf
    let ownRuns = own.flatMap(shelf.author)?.lanes.map(\.incarnation) ?? []
    peers.updateAll { peer in
      peer.forgetHoldings { entry in
        guard let author = shelf.author(entry.author) else { return false }
        guard let first = author.firstNumber(of: entry.incarnation) else { return true }
        return entry.number < first
      }
      peer.flow.forget { incarnation in !ownRuns.contains(incarnation) }
    }
    let sets = sets
    peers.prune { account in sets.contains { $0.index(of: account) != nil } }
  }
}
