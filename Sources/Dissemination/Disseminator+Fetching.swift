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

  /// Whom to ask for a bundle, in turn: those that acknowledge it, its author, then, if they are
  /// few, the others; after all of them those that were silent before, or are not trusted now. The
  /// author comes after its holders: where it keeps its bundles from this node, asking it first
  /// would give it the time for an answer, for every one of them.
  /// Every node begins at another place among equals, by the seed, so that not all ask the same.
  private func sources(
    _ author: AccountID, _ incarnation: UInt64, _ number: UInt64, orAnyone: Bool, seed: UInt64
  ) -> [AccountID] {
    var ranks: [[AccountID]] = [[], [], [], []]
    for peer in peers.list where peer.isConnected {
      let holds = peer.end(author, incarnation) > number
      guard orAnyone || holds || peer.account == author else { continue }
      let isGood =
        peer.silences < DisseminationLimits.fetchSilencesMax && peer.distrustedUntil <= clock.now
        && !peer.flow.isCongested
      let rank = !isGood ? 3 : peer.account == author ? 1 : holds ? 0 : 2
      ranks[rank].append(peer.account)
    }
    return ranks.flatMap { rank -> [AccountID] in
      guard !rank.isEmpty else { return [] }
      let start = Int(seed % UInt64(rank.count))
      return Array(rank[start...] + rank[..<start])
    }
  }

  /// A number that differs from node to node and from bundle to bundle.
  private func seed(_ bytes: [UInt8], _ number: UInt64 = 0) -> UInt64 {
    let other = own?.bytes.array ?? []
    return zip(bytes, other).reduce(number) { ($0 &* 257) &+ UInt64($1.0 ^ $1.1) }
  }

  /// How long to wait for an answer: longer with each round through all sources, and up to a
  /// quarter more, so that not all ask at the same time.
  private func patience(round: Int, seed: UInt64) -> UInt64 {
    let wait = min(
      DisseminationLimits.fetchTimeoutMilliseconds << UInt64(min(round, 8)),
      DisseminationLimits.fetchTimeoutMillisecondsMax)
    return wait + (seed &+ UInt64(round)) % max(1, wait / 4)
  }

  private mutating func fetchWanted(now: UInt64) {
    blameSilent(now: now)
    var asked: [(peer: AccountID, digests: [Digest])] = []
    var load: [AccountID: Int] = [:]
    var loadInAll = 0
    for bundle in wanted.list where bundle.nextAt > now {
      guard let peer = bundle.asked else { continue }
      load[peer, default: 0] += 1
      loadInAll += 1
    }
    for index in wanted.list.indices where wanted.list[index].nextAt <= now {
      guard loadInAll < DisseminationLimits.fetchDigestsInFlightMax else { break }
      let bundle = wanted.list[index]
      if shelf.holds(bundle.digest) || checks.isChecking(bundle.digest) { continue }
      let seed = seed(bundle.digest.bytes.array)
      let sources = sources(
        bundle.author, bundle.incarnation, bundle.number, orAnyone: true, seed: seed)
      // In each round every source once; a peer that has enough to answer is passed over.
      let fresh = sources.filter { !bundle.tried.contains($0) }
      let isNewRound = fresh.isEmpty
      guard
        let peer = (isNewRound ? sources : fresh).first(where: {
          load[$0, default: 0] < DisseminationLimits.fetchDigestsPerPeerMax
        })
      else { continue }
      load[peer, default: 0] += 1
      loadInAll += 1
      wanted.update(at: index) {
        if isNewRound {
          $0.round += 1
          $0.tried = []
        }
        $0.tried.append(peer)
        $0.asked = peer
      }
      let until = now + patience(round: wanted.list[index].round, seed: seed)
      wanted.update(at: index) { $0.nextAt = until }
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

  /// Notes who was asked and did not answer in time, once for all that it was asked.
  private mutating func blameSilent(now: UInt64) {
    var silent: [AccountID] = []
    for index in wanted.list.indices where wanted.list[index].nextAt <= now {
      let bundle = wanted.list[index]
      guard let peer = bundle.asked, !shelf.holds(bundle.digest),
        !checks.isChecking(bundle.digest)
      else { continue }
      wanted.update(at: index) { $0.asked = nil }
      if !silent.contains(peer) { silent.append(peer) }
    }
    for peer in silent { blame(peer) }
  }

  private mutating func blame(_ peer: AccountID) {
    counters.drop(.fetchUnanswered)
    peers.update(peer) { $0.silences = min($0.silences + 1, .max - 1) }
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
          shelf.authors[author].lanes[index].gap.asked = nil
          continue
        }
        hasGaps = true
        let since = lane.gap.since ?? now
        lane.gap.since = since
        if let silent = lane.gap.asked, lane.gap.nextAt <= now {
          lane.gap.asked = nil
          blame(silent)
        }
        let seed = seed(account.bytes.array, missing)
        let sources = sources(account, lane.incarnation, missing, orAnyone: false, seed: seed)
        if since + DisseminationLimits.gapDelayMilliseconds <= now, lane.gap.nextAt <= now,
          !sources.isEmpty
        {
          let end = min(max(lane.end, lane.acceptedEnd), lane.deadFrom)
          let count = min(UInt64(DisseminationLimits.fetchDigestsMax), end - missing)
          let peer = sources[lane.gap.attempt % sources.count]
          lane.gap.nextAt = now + patience(round: lane.gap.attempt / sources.count, seed: seed)
          lane.gap.asked = peer
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
