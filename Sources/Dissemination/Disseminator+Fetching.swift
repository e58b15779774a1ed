import LedgerCore

extension Disseminator {
  /// A proposal names these runs: what is held is told at once, the rest is fetched.
  mutating func need(_ runs: [BundleRun], now: UInt64) {
    guard isStarted else { return }
    var available: [Digest] = []
    var unusable: [Digest] = []
    for run in runs {
      for (offset, digest) in run.digests.enumerated() {
        if shelf[digest]?.isStored == true || shelf.decidedBytes(digest) != nil {
          available.append(digest)
          continue
        }
        if shelf.isBad(digest) {
          unusable.append(digest)
          continue
        }
        var bundle = WantedBundle(
          digest: digest, author: run.author, incarnation: run.incarnation,
          number: run.firstNumber &+ UInt64(offset))
        let isHere = shelf.holds(digest) || checks.isChecking(digest)
        bundle.nextAt = isHere ? now + DisseminationLimits.fetchTimeoutMilliseconds : now
        if !wanted.insert(bundle) { counters.drop(.wantedFull) }
      }
    }
    if !available.isEmpty { effects.append(.available(available)) }
    if !unusable.isEmpty { effects.append(.unusable(unusable)) }
    sweepAt = now
  }

  /// Looks at what is wanted, at gaps and at own bundles that peers lack.
  mutating func sweep(now: UInt64) {
    guard let due = sweepAt, due <= now else { return }
    fetchWanted(now: now)
    let hasGaps = closeGaps(now: now)
    let hasLaggards = watchSilence(now: now)
    let interval = min(DisseminationLimits.sweepMillisecondsMax, intervalMilliseconds / 10)
    sweepAt = wanted.isEmpty && !hasGaps && !hasLaggards ? nil : now + max(1, interval)
  }

  /// Whom to ask for a bundle, in turn: its author, those that acknowledge it, then, if they are
  /// few, the others.
  private func sources(
    _ author: AccountID, _ incarnation: UInt64, _ number: UInt64, orAnyone: Bool
  ) -> [AccountID] {
    let connected = peers.list.filter { $0.isConnected && $0.account != author }
    let holders = connected.filter { $0.end(author, incarnation) > number }
    let others = orAnyone ? connected.filter { $0.end(author, incarnation) <= number } : []
    let first = peers.isConnected(author) ? [author] : []
    return first + (holders + others).map(\.account)
  }

  /// How long to wait for an answer: longer with each round through all sources.
  private func patience(attempt: Int, sources: Int) -> UInt64 {
    let round = min(attempt / max(1, sources), 8)
    return min(
      DisseminationLimits.fetchTimeoutMilliseconds << UInt64(round),
      DisseminationLimits.fetchTimeoutMillisecondsMax)
  }

  private mutating func fetchWanted(now: UInt64) {
    var asked: [(peer: AccountID, digests: [Digest])] = []
    var load: [AccountID: Int] = [:]
    for bundle in wanted.list where bundle.nextAt > now {
      if let peer = bundle.asked { load[peer, default: 0] += 1 }
    }
    for index in wanted.list.indices where wanted.list[index].nextAt <= now {
      let bundle = wanted.list[index]
      if shelf.holds(bundle.digest) || checks.isChecking(bundle.digest) { continue }
      let sources = sources(bundle.author, bundle.incarnation, bundle.number, orAnyone: true)
      guard !sources.isEmpty else { continue }
      // A peer that has enough to answer is passed over: a slow one holds up nothing.
      let turn = (0..<sources.count).map { sources[(bundle.attempt + $0) % sources.count] }
      guard
        let skip = turn.firstIndex(where: {
          load[$0, default: 0] < DisseminationLimits.fetchDigestsPerPeerMax
        })
      else { break }
      let peer = turn[skip]
      load[peer, default: 0] += 1
      let until = now + patience(attempt: bundle.attempt, sources: sources.count)
      wanted.update(at: index) {
        $0.asked = peer
        $0.nextAt = until
        $0.attempt += skip + 1
      }
      if let place = asked.lastIndex(where: { $0.peer == peer }),
        asked[place].digests.count < DisseminationLimits.fetchDigestsMax
      {
        asked[place].digests.append(bundle.digest)
      } else {
        asked.append((peer, [bundle.digest]))
      }
    }
    for (peer, digests) in asked {
      counters.fetchesSent += 1
      effects.append(.send(.fetch(digests), to: peer))
    }
  }

  /// Asks for numbers that are missing in runs; true when there are any.
  private mutating func closeGaps(now: UInt64) -> Bool {
    var hasGaps = false
    for author in shelf.authors.indices {
      for index in shelf.authors[author].lanes.indices {
        var lane = shelf.authors[author].lanes[index]
        let account = shelf.authors[author].account
        guard let missing = lane.firstMissing,
          account != own || lane.incarnation < authoring.incarnation
        else {
          shelf.authors[author].lanes[index].gap.since = nil
          continue
        }
        hasGaps = true
        let since = lane.gap.since ?? now
        lane.gap.since = since
        let sources = sources(account, lane.incarnation, missing, orAnyone: false)
        if since + DisseminationLimits.gapDelayMilliseconds <= now, lane.gap.nextAt <= now,
          !sources.isEmpty
        {
          let end = min(max(lane.end, lane.acceptedEnd), lane.deadFrom)
          let count = min(UInt64(DisseminationLimits.fetchDigestsMax), end - missing)
          let peer = sources[lane.gap.attempt % sources.count]
          lane.gap.nextAt = now + patience(attempt: lane.gap.attempt, sources: sources.count)
          lane.gap.askedEnd = max(lane.gap.askedEnd, missing + count)
          lane.gap.attempt += 1
          counters.fetchesSent += 1
          let range = BundleRange(
            author: account, incarnation: lane.incarnation, first: missing, count: Int(count))
          effects.append(.send(.fetchRun(range), to: peer))
        }
        shelf.authors[author].lanes[index] = lane
      }
    }
    return hasGaps
  }

  // MARK: serving

  /// Answers a fetch from what is held or was decided lately.
  mutating func serve(_ digests: [Digest], to peer: AccountID, now: UInt64) {
    // A decided bundle is decoded to be served: not for one who gets nothing more this second.
    guard mayServe(peer, now: now) else { return }
    var missing: [Digest] = []
    for digest in digests {
      if let bundle = shelf[digest]?.bundle ?? decidedBundle(digest) {
        serve(bundle, to: peer, now: now)
      } else {
        missing.append(digest)
      }
    }
    if !missing.isEmpty { effects.append(.send(.missing(missing), to: peer)) }
  }

  private func decidedBundle(_ digest: Digest) -> Bundle? {
    shelf.decidedBytes(digest).flatMap { try? Bundle(decoding: $0) }
  }

  mutating func serve(_ range: BundleRange, to peer: AccountID, now: UInt64) {
    guard mayServe(peer, now: now),
      let (author, lane) = shelf.laneIndices(range.author, range.incarnation),
      !range.first.addingReportingOverflow(UInt64(range.count)).overflow
    else { return }
    for number in range.first..<range.first + UInt64(range.count) {
      guard let digest = shelf.authors[author].lanes[lane].numbers[number],
        let bundle = shelf[digest]?.bundle
      else { continue }
      serve(bundle, to: peer, now: now)
    }
  }

  /// Not one who was served enough in this second, nor one whose connection is full: it asks again,
  /// or another.
  private mutating func mayServe(_ peer: AccountID, now: UInt64) -> Bool {
    guard let entry = peers[peer] else { return true }
    if entry.flow.isCongested {
      counters.drop(.fetchPeerCongested)
      return false
    }
    guard entry.servedSecond == now / 1_000,
      entry.servedBytes > DisseminationLimits.servedBytesPerSecondMax
    else { return true }
    counters.drop(.fetchOverLimit)
    return false
  }

  /// Sends a bundle, within what a peer is served in a second.
  private mutating func serve(_ bundle: Bundle, to peer: AccountID, now: UInt64) {
    var isWithin = false
    peers.update(peer) {
      if $0.servedSecond != now / 1_000 {
        $0.servedSecond = now / 1_000
        $0.servedBytes = 0
      }
      $0.servedBytes += bundle.bytes.count
      isWithin = $0.servedBytes <= DisseminationLimits.servedBytesPerSecondMax
    }
    guard isWithin else { return counters.drop(.fetchOverLimit) }
    counters.bundlesServed += 1
    effects.append(.send(.bundle(bundle), to: peer))
  }
}
