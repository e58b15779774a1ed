import LedgerCore

extension Disseminator {
  /// Whether something is stored that peers were not told of.
  var hasNews: Bool {
    shelf.authors.contains { $0.lanes.contains { $0.storedEnd > $0.toldEnd } }
  }

  /// All that this node holds.
  var ownHoldings: [Acknowledgement] {
    shelf.authors.flatMap { author in
      author.lanes.filter { $0.storedEnd > $0.first }.map {
        Acknowledgement(
          author: author.account, incarnation: $0.incarnation, number: $0.storedEnd - 1)
      }
    }
  }

  /// Tells peers what was stored since, when the grouping delay is over.
  mutating func acknowledge(now: UInt64) {
    guard let since = acknowledgeSince, since + acknowledgeDelay <= now else { return }
    acknowledgeSince = nil
    var news: [Acknowledgement] = []
    for author in shelf.authors.indices {
      for lane in shelf.authors[author].lanes.indices {
        let entry = shelf.authors[author].lanes[lane]
        guard entry.storedEnd > entry.toldEnd else { continue }
        shelf.authors[author].lanes[lane].toldEnd = entry.storedEnd
        news.append(
          Acknowledgement(
            author: shelf.authors[author].account, incarnation: entry.incarnation,
            number: entry.storedEnd - 1))
      }
    }
    if !news.isEmpty { effects.append(.broadcast(.acknowledge(news))) }
  }

  /// An author sends again what is stored here: it has not heard the acknowledgement.
  mutating func acknowledgeAgain(_ digest: Digest, now: UInt64) {
    guard let held = shelf[digest], held.isStored,
      let (author, lane) = shelf.laneIndices(held.header.author, held.header.incarnation)
    else { return }
    shelf.authors[author].lanes[lane].toldEnd = shelf.authors[author].lanes[lane].first
    if acknowledgeSince == nil, hasNews { acknowledgeSince = now }
  }

  /// Takes a peer's acknowledgements.
  mutating func note(_ list: [Acknowledgement], from peer: AccountID, now: UInt64) {
    guard !relays.isFollower(peer) else { return }
    for entry in list {
      guard entry.number < .max, isEverMember(entry.author) else {
        counters.drop(.acknowledgementInvalid)
        continue
      }
      if let author = shelf.author(entry.author) {
        guard let first = author.firstNumber(of: entry.incarnation), first <= entry.number
        else { continue }
      }
      var isNews = false
      peers.update(peer) { isNews = $0.note(entry) }
      guard isNews else { continue }
      if let (author, lane) = shelf.laneIndices(entry.author, entry.incarnation) {
        recount(author, lane)
      } else if ends(entry.author, entry.incarnation, own: 0).accepted > 0 {
        // f + 1 members hold bundles of a run that never came here.
        let author = shelf.makeAuthor(entry.author)
        if let lane = shelf.authors[author].makeLane(entry.incarnation) { recount(author, lane) }
      }
    }
    if sweepAt == nil { sweepAt = now }
  }

  /// How far a run is acknowledged by f + 1 members and by a quorum: one above the last number.
  private func ends(_ author: AccountID, _ incarnation: UInt64, own ownEnd: UInt64)
    -> (accepted: UInt64, quorum: UInt64)
  {
    guard let set = validators(at: nextHeight) else { return (0, 0) }
    // A closure that reads `self` would copy all of it.
    let (own, peers) = (own, peers)
    let ends = set.members.map { member in
      member.account == own
        ? ownEnd : peers[member.account]?.end(author, incarnation) ?? 0
    }.sorted(by: >)
    return (ends[set.faultyMax], ends[(quorum ?? set.quorum) - 1])
  }

  /// Counts a lane's acknowledgements anew, and tells clients whose transactions are accepted now.
  mutating func recount(_ author: Int, _ lane: Int) {
    let entry = shelf.authors[author].lanes[lane]
    let (accepted, quorum) = ends(
      shelf.authors[author].account, entry.incarnation, own: entry.storedEnd)
    shelf.authors[author].lanes[lane].acceptedEnd = accepted
    shelf.authors[author].lanes[lane].quorumEnd = quorum
    announceAccepted(author, lane)
  }

  mutating func recountAll() {
    for author in shelf.authors.indices {
      for lane in shelf.authors[author].lanes.indices { recount(author, lane) }
    }
  }

  /// Tells clients of transactions in bundles that f + 1 members acknowledge.
  mutating func announceAccepted(_ author: Int, _ lane: Int) {
    let entry = shelf.authors[author].lanes[lane]
    var accepted: [Digest] = []
    var number = max(entry.first, entry.announcedEnd)
    let end = min(entry.acceptedEnd, entry.end)
    while number < end, let digest = entry.numbers[number], let held = shelf[digest] {
      let becomesFirm = shelf.markFirm(digest)
      for id in held.ids {
        guard let known = known[id], becomesFirm || !known.isAccepted else { continue }
        self.known.update(id) {
          $0.isAccepted = true
          guard becomesFirm else { return }
          $0.firmBundles += 1
          $0.isPending = false
        }
        if becomesFirm, known.isOverdue { pool.remove(id) }
        guard !known.isAccepted else { continue }
        relays.end(id, .accepted)
        if known.isWatched { accepted.append(id) }
      }
      number += 1
    }
    shelf.authors[author].lanes[lane].announcedEnd = number
    if !accepted.isEmpty { effects.append(.accepted(accepted)) }
  }
}
