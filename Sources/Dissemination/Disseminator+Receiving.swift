public import LedgerCore

extension Disseminator {
  mutating func receive(_ message: DisseminationMessage, from peer: AccountID, now: UInt64) {
    guard isStarted, peer != own, mayCome(message, from: peer) else { return }
    switch message {
    case .bundle(let bundle): receive(bundle, from: peer, now: now)
    case .forward(let list): receiveForward(list, from: peer)
    case .holdings(let list): hear(list, isAll: true, from: peer, now: now)
    case .acknowledge(let list): hear(list, isAll: false, from: peer, now: now)
    case .fetch(let digests): serve(digests, to: peer, now: now)
    case .fetchRun(let range): serve(range, to: peer, now: now)
    case .missing(let digests):
      for digest in digests { wanted.release(digest, from: peer, at: now) }
      sweepAt = now
    case .relay(let list): receiveRelay(list, from: peer)
    case .standings(let list): take(list, from: peer, now: now)
    }
  }

  /// Takes what a peer holds, all of it or what is new, and goes on with its stream.
  private mutating func hear(
    _ list: [Acknowledgement], isAll: Bool, from peer: AccountID, now: UInt64
  ) {
    let before = ownAcknowledged(by: peer)
    if isAll { peers.update(peer) { $0.forgetHoldings() } }
    note(list, from: peer, now: now)
    if ownAcknowledged(by: peer) > before { advance(peer, now: now) }
    if isAll { greeted(by: peer, now: now) }
  }

  /// Followers relay, and those that a full node follows tell of it: nobody else does, and they
  /// nothing else.
  private func mayCome(_ message: DisseminationMessage, from peer: AccountID) -> Bool {
    switch message {
    case .relay: relays.isFollower(peer)
    case .standings: own == nil && !relays.isFollower(peer)
    default: own != nil && !relays.isFollower(peer)
    }
  }

  /// Takes a bundle that is new, due and within bounds to its check.
  private mutating func receive(_ bundle: Bundle, from peer: AccountID, now: UInt64) {
    let header = bundle.header
    let digest = header.digest(chain)
    let isWanted = wanted.contains(digest)
    if let reason = refusal(of: header, digest, from: peer) {
      if reason == .bundleKnown, header.author == peer { acknowledgeAgain(digest, now: now) }
      return counters.drop(reason)
    }
    guard let key = validators(at: header.birthHeight)?.member(header.author)?.consensusKey
    else { return counters.drop(.bundleUnknownAuthor) }
    if !isWanted, case .taken(let first) = shelf.place(header, nextHeight: nextHeight) {
      return checkConflict(
        SignedBundleHeader(header: header, signature: bundle.signature), key, first: first)
    }
    guard checks.hasRoom(for: bundle.bytes.count, from: peer) || isWanted else {
      return counters.drop(.bundleChecksFull)
    }
    checks.enqueue(
      .bundle(
        ArrivingBundle(
          bundle: bundle, digest: digest,
          ids: Transaction.ids(of: bundle.transactions, chain: chain), key: key,
          source: peer)),
      isUrgent: isWanted)
  }

  /// Whether nothing is done with a bundle of this header from this peer, whatever its body: it
  /// need not be decoded. Counted as a drop if so. What an author sends again is not declined: it
  /// is acknowledged again.
  public mutating func declines(_ header: BundleHeader, from peer: AccountID) -> Bool {
    guard isStarted, own != nil, peer != own, !relays.isFollower(peer),
      let reason = refusal(of: header, header.digest(chain), from: peer),
      reason != .bundleKnown || header.author != peer
    else { return false }
    counters.drop(reason)
    return true
  }

  /// Why a bundle is not taken, by its header alone.
  private func refusal(of header: BundleHeader, _ digest: Digest, from peer: AccountID)
    -> DropReason?
  {
    if shelf.holds(digest) || checks.isChecking(digest) || shelf.isBad(digest) {
      return .bundleKnown
    }
    if isDistrusted(peer), !wanted.isAsked(digest, of: peer) { return .peerDistrusted }
    if header.birthHeight > nextHeight + 1 { return .bundleAhead }
    guard validators(at: header.birthHeight)?.member(header.author) != nil else {
      return .bundleUnknownAuthor
    }
    if wanted.contains(digest) { return nil }
    guard isSolicited(header, from: peer) else { return .bundleUnsolicited }
    guard (shelf.author(header.author)?.distrustedUntilHeight ?? 0) <= nextHeight else {
      return .bundleAuthorDistrusted
    }
    return switch shelf.place(header, nextHeight: nextHeight) {
    case .free, .taken: nil
    case .over: .bundleExpired
    case .ahead: .bundleAhead
    case .full: .bundleAuthorFull
    }
  }

  /// Whether a bundle comes from its author, or from one who was asked to close a gap.
  private func isSolicited(_ header: BundleHeader, from peer: AccountID) -> Bool {
    if header.author == own, header.incarnation >= authoring.incarnation { return false }
    if header.author == peer { return true }
    guard let (author, lane) = shelf.laneIndices(header.author, header.incarnation)
    else { return false }
    return header.number < shelf.authors[author].lanes[lane].gap.askedEnd
  }

  private mutating func checkConflict(
    _ signed: SignedBundleHeader, _ key: PublicKey, first: Digest
  ) {
    guard let (author, lane) = shelf.laneIndices(signed.header.author, signed.header.incarnation),
      !shelf.authors[author].lanes[lane].isEquivocal, checks.hasRoomForConflict
    else { return counters.drop(.bundleConflict) }
    checks.enqueue(.conflict(signed, key, first: first))
  }

  /// Puts a verified bundle on the shelf, to be stored.
  mutating func hold(_ arriving: ArrivingBundle, now: UInt64) {
    let held = HeldBundle(
      bundle: arriving.bundle, digest: arriving.digest, ids: arriving.ids, isStored: false,
      isFirm: arriving.bundle.header.author == own)
    switch shelf.place(held.header, nextHeight: nextHeight) {
    case .free: shelf.insert(held)
    case .taken(let first):
      reportConflict(
        SignedBundleHeader(header: held.header, signature: held.bundle.signature), first: first)
      guard wanted.contains(held.digest) else { return }
      shelf.insertAlternate(held)
    case .over, .ahead, .full:
      guard wanted.contains(held.digest) else { return counters.drop(.bundleExpired) }
      shelf.insertAlternate(held)
    }
    counters.bundlesVerified += 1
    peers.update(arriving.source) { $0.silences = 0 }
    markBundled(held)
    toStore.append(held.digest)
    if let (author, lane) = shelf.laneIndices(held.header.author, held.header.incarnation) {
      announceAccepted(author, lane)
    }
  }

  /// Takes a held bundle's transactions out of the pool, but for those that only a firm one does.
  mutating func markBundled(_ held: HeldBundle) {
    for id in held.ids {
      var hasHome = true
      known.update(id) {
        $0.enter(held)
        hasHome = $0.hasHome
      }
      if hasHome { pool.remove(id) }
    }
    for transaction in held.bundle.transactions {
      sequences.note(transaction.body, height: nextHeight)
    }
  }

  // MARK: storing

  /// Asks for all that was verified in this step to be stored, in one write.
  mutating func storeVerified() {
    let bundles = toStore.compactMap { shelf[$0] }
    toStore = []
    guard !bundles.isEmpty else { return }
    let token = token()
    storing[token] = bundles.map(\.digest)
    effects.append(.store(token: token, bundles.map(\.bundle)))
  }

  mutating func stored(_ token: UInt64, now: UInt64) {
    guard let digests = storing.removeValue(forKey: token) else { return }
    var available: [Digest] = []
    var gone: [Digest] = []
    for digest in digests {
      guard shelf.markStored(digest) else {
        gone.append(digest)
        continue
      }
      if wanted.contains(digest) {
        wanted.remove(digest)
        available.append(digest)
      }
      if let header = shelf[digest]?.header,
        let (author, lane) = shelf.laneIndices(header.author, header.incarnation)
      {
        recount(author, lane)
      }
    }
    if acknowledgeSince == nil, hasNews { acknowledgeSince = now }
    if !available.isEmpty { effects.append(.available(available)) }
    if !gone.isEmpty { shelf.scheduleDiscard(gone, nextHeight: nextHeight) }
  }
}

extension ValidatorSet {
  fileprivate func member(_ account: AccountID) -> Validator? {
    index(of: account).map { members[$0] }
  }
}
