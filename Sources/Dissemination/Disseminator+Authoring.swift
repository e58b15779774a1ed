import LedgerCore

/// This node as an author.
struct Authoring: Sendable {
  /// A sealed bundle whose signature is awaited.
  struct Sealed: Sendable {
    let header: BundleHeader
    let transactions: [Transaction]
    let ids: [Digest]
  }

  /// Counts the node's starts.
  var start: UInt64 = 0
  /// Counts the runs given up since the start.
  var renewals: UInt64 = 0
  var nextNumber: UInt64 = 0
  /// In order of number.
  var signing: [Sealed] = []

  /// What the bundles' headers say: a higher start is always a higher incarnation.
  var incarnation: UInt64 { start &* DisseminationLimits.renewalsMax &+ renewals }
}

extension Disseminator {
  private var maySeal: Bool {
    guard let own, isMember, authoring.signing.count < DisseminationLimits.signingMax,
      authoring.renewals < DisseminationLimits.renewalsMax
    else { return false }
    let shelf = shelf.author(own)
    // Runs of earlier starts that no block has named yet may take all the room there is for runs.
    guard
      shelf.map({
        $0.laneIndex(authoring.incarnation) != nil
          || $0.lanes.count < DisseminationLimits.incarnationsMax
      }) ?? true
    else { return false }
    let waiting = authoring.signing.count
    return (shelf?.bundleCount ?? 0) + waiting < DisseminationLimits.ownBundlesMax
      && (shelf?.byteCount ?? 0) + waiting * Limits.bundleBytesMax
        < self.shelf.authorBytesMax / 2
  }

  /// When the next bundle is sealed, if nothing else happens.
  var sealDeadline: UInt64? {
    guard let since = pool.readySince, maySeal else { return nil }
    return since + sealDelay
  }

  /// Seals what is due: bundles that are full, and the last when its delay is over.
  mutating func sealBundles(now: UInt64) {
    while let own, let deadline = sealDeadline,
      pool.readyBytes >= Limits.bundleBytesTarget || deadline <= now
    {
      let taken = pool.takeBundle(now: now)
      guard !taken.isEmpty else { return }
      seal(taken, author: own)
    }
  }

  private mutating func seal(_ taken: [PooledTransaction], author own: AccountID) {
    let transactions = taken.map(\.transaction)
    let header = BundleHeader(
      author: own, incarnation: authoring.incarnation, number: authoring.nextNumber,
      birthHeight: nextHeight, transactionCount: UInt32(transactions.count),
      transactionBytes: UInt32(transactions.reduce(0) { $0 + $1.bytes.count }),
      transactionsRoot: MerkleTree.root(leaves: transactions.map(\.bytes)))
    authoring.nextNumber += 1
    authoring.signing.append(
      Authoring.Sealed(header: header, transactions: transactions, ids: taken.map(\.id)))
    for entry in taken {
      known.update(entry.id) {
        $0.isPending = false
        $0.bundles += 1
        $0.firmBundles += 1
      }
    }
    counters.bundlesSealed += 1
    effects.append(.signBundle(header))
  }

  /// An own bundle is complete: it is streamed at once and stored.
  mutating func signed(_ header: BundleHeader, _ signature: Signature, now: UInt64) {
    guard let index = authoring.signing.firstIndex(where: { $0.header == header }) else { return }
    let sealed = authoring.signing.remove(at: index)
    guard header.incarnation == authoring.incarnation,
      shelf.place(header, nextHeight: nextHeight) == .free
    else {
      // Its number stays empty: what followed it in this run could never be named.
      if header.incarnation == authoring.incarnation { renew() }
      var candidates: [Candidate] = []
      giveUp(
        zip(sealed.ids, sealed.transactions), author: header.author, isFirm: true,
        into: &candidates)
      precheck(candidates)
      return
    }
    let bundle = Bundle(
      header: header, signature: signature, transactions: sealed.transactions)
    let digest = header.digest(chain)
    shelf.insert(
      HeldBundle(
        bundle: bundle, digest: digest, ids: sealed.ids, isStored: false, isFirm: true))
    toStore.append(digest)
    stream(bundle, now: now)
  }

  /// Goes on in a fresh run when a bundle of the present one expired: what follows a gap can never
  /// be named.
  mutating func renewIfDead() {
    guard let own, let (author, lane) = shelf.laneIndices(own, authoring.incarnation),
      shelf.authors[author].lanes[lane].deadFrom != .max
    else { return }
    renew()
  }

  private mutating func renew() {
    authoring.renewals += 1
    authoring.nextNumber = 0
  }
}
