import LedgerCore

extension CatchUpMachine {
  mutating func connected(_ peer: AccountID) {
    guard peer != own else { return }
    let index = peers.make(peer)
    peers.list[index].isConnected = true
    peers.list[index].request = nil
    if isStarted, isGreeted(peers.list[index]) { greet(peer) }
  }

  mutating func followerConnected(_ peer: AccountID) {
    let index = peers.make(peer)
    peers.list[index].isConnected = true
    peers.list[index].isFollower = true
    if isStarted { greet(peer) }
  }

  /// A full node's own tip is of no use to those it follows.
  func isGreeted(_ peer: CatchUpPeer) -> Bool { own != nil || peer.isFollower }

  mutating func disconnected(_ peer: AccountID, now: UInt64) {
    guard let index = peers.index(peer), peers.list[index].isConnected else { return }
    if let set, set.index(of: peer) == nil { return peers.remove(peer) }
    peers.list[index].isConnected = false
    peers.list[index].disconnectedAt = now
    peers.list[index].request = nil
  }

  mutating func greet(_ peer: AccountID) {
    let vote = latestVotes.first { $0.account == peer }?.vote
    let tip = certificate.map { Tip($0) } ?? .genesis
    effects.append(.send(.greeting(tip, yourLatestVote: vote), to: peer))
  }

  mutating func receive(_ message: CatchUpMessage, from peer: AccountID, now: UInt64) {
    guard isStarted, peer != own else { return }
    // A first message may overtake the word that its sender is connected.
    let index = peers.make(peer)
    guard mayCome(message, from: peers.list[index]) else { return }
    switch message {
    case .greeting(let tip, let vote): receive(tip, vote, from: index)
    case .tip(let tip):
      // While the vote in its greeting is being checked, a peer's tip does not count.
      if !isWithheld(peer) { peers.list[index].tip = tip }
    case .getBlocks(let from, let count): serve(from, count, to: index, now: now)
    case .blocks(let from, let blocks): receive(blocks, from: from, peer: index, now: now)
    }
  }

  /// A follower asks, and those that a full node follows tell: neither does the other.
  private func mayCome(_ message: CatchUpMessage, from peer: CatchUpPeer) -> Bool {
    let isRequest = if case .getBlocks = message { true } else { false }
    if peer.isFollower { return isRequest }
    return own != nil || !isRequest
  }

  /// Takes a greeting; a vote in it that matters is checked before the tip counts, or, where the
  /// set of its height is not known yet, before this node votes.
  private mutating func receive(_ tip: Tip, _ vote: Vote?, from index: Int) {
    guard let vote, matters(vote) else {
      peers.list[index].tip = tip
      return
    }
    guard validators(at: vote.height) != nil else {
      peers.list[index].tip = tip
      peers.list[index].toldVote = vote
      return
    }
    check(vote, tip, from: index)
  }

  /// Whether a vote told would say something new of what this node has signed.
  private func matters(_ vote: Vote) -> Bool {
    guard own != nil, settled == nil, vote.statement.position > ownVoteSeen ?? .lowest else {
      return false
    }
    return isVoteLogMissing || watermark.map { vote.statement.position > $0 } ?? true
  }

  /// Has a vote told checked by this node's key at its height, as far as that is known. Where it
  /// was no member of the set, nobody can have its vote.
  private mutating func check(_ vote: Vote, _ tip: Tip?, from index: Int) {
    let set = nearestValidators(to: vote.height)
    guard let set, let member = own.flatMap(set.index) else {
      if let tip { peers.list[index].tip = tip }
      return
    }
    let token = token()
    checks[token] = .ownVote(
      vote, tip, isKeyKnown: validators(at: vote.height) != nil, from: peers.list[index].account)
    effects.append(
      .check(
        token: token,
        [
          SignatureCheck(
            domain: vote.statement.kind.domain, message: vote.statement.message[...],
            key: set.members[member].consensusKey, signature: vote.signature)
        ]))
  }

  /// Judges the votes told earlier whose heights' sets are known by now; at the tip, and so before
  /// the first vote, all that are left.
  mutating func judgeToldVotes(now: UInt64) {
    guard own != nil, settled == nil, let set,
      peers.list.contains(where: { $0.toldVote != nil })
    else { return }
    let isAtTip = knownTips(now: now) >= set.quorum && knownTarget(now: now) <= height
    for index in peers.list.indices {
      guard let vote = peers.list[index].toldVote,
        isAtTip || validators(at: vote.height) != nil
      else { continue }
      peers.list[index].toldVote = nil
      if matters(vote) { check(vote, nil, from: index) }
    }
  }

  /// Keeps the latest vote of each member of the sets of the next two heights, for when it comes
  /// back.
  mutating func note(_ vote: Vote, of account: AccountID) {
    let sets = [set, sets.last].compactMap(\.self)
    func isMember(_ account: AccountID) -> Bool {
      sets.contains { $0.index(of: account) != nil }
    }
    guard account != own, isMember(account) else { return }
    if let index = latestVotes.firstIndex(where: { $0.account == account }) {
      if latestVotes[index].vote.statement.position < vote.statement.position {
        latestVotes[index].vote = vote
      }
      return
    }
    latestVotes.removeAll { !isMember($0.account) }
    let place = latestVotes.firstIndex { $0.account > account } ?? latestVotes.count
    latestVotes.insert((account, vote), at: place)
  }

  mutating func checked(_ token: UInt64, _ verdicts: [Bool], now: UInt64) {
    guard let purpose = checks.removeValue(forKey: token) else { return }
    let isValid = verdicts.allSatisfy { $0 }
    switch purpose {
    case .ownVote(let vote, let tip, let isKeyKnown, let peer):
      if isValid { ownVoteSeen = max(ownVoteSeen ?? .lowest, vote.statement.position) }
      guard let index = peers.index(peer) else { return }
      if let tip { peers.list[index].tip = tip }
      // Of a height whose set is not known it may be of another key of this node's: it says nothing
      // either way.
      if !isValid, isKeyKnown { effects.append(.distrust(peer, .forgedVote)) }
    case .tip(let height, let peer):
      isCheckingTip = false
      if isValid {
        certifiedHeight = max(certifiedHeight, height)
      } else if let index = peers.index(peer) {
        // Of a set not known here, or false: it proves nothing, and blocks will show.
        peers.list[index].unprovenHeight = height
      }
    case .blocks(let parts, let setHash):
      isCheckingBlocks = false
      checkedBlocks(parts, verdicts, setHash: setHash, now: now)
    }
  }

  // MARK: what is known

  /// Members whose tips count, this node included.
  func knownTips(now: UInt64) -> Int {
    guard let set else { return 0 }
    var known = 0
    var next = 0
    for member in set.members {
      if member.account == own {
        known += 1
      } else if let index = peers.index(member.account, from: &next),
        peers.currentTipHeight(index, now: now, grace: intervalMilliseconds) != nil
      {
        known += 1
      }
    }
    return known
  }

  /// Those this full node follows whose tips count.
  func knownServers(now: UInt64) -> Int {
    peers.list.indices.count { index in
      !peers.list[index].isFollower
        && peers.currentTipHeight(index, now: now, grace: intervalMilliseconds) != nil
    }
  }

  /// The highest height known to be final: by a certificate, or by the word of f + 1 members.
  func knownTarget(now: UInt64) -> UInt64 {
    guard let set else { return certifiedHeight }
    // The f + 1 highest claims, descending: what f + 1 say is the last of them.
    let count = set.faultyMax + 1
    var highest: [UInt64] = []
    highest.reserveCapacity(count + 1)
    var next = 0
    for member in set.members {
      guard let index = peers.index(member.account, from: &next),
        let claim = peers.currentTipHeight(index, now: now, grace: intervalMilliseconds),
        highest.count < count || claim > highest[count - 1]
      else { continue }
      highest.insert(claim, at: highest.firstIndex { $0 < claim } ?? highest.count)
      if highest.count > count { highest.removeLast() }
    }
    return max(certifiedHeight, highest.count == count ? highest[count - 1] : 0)
  }

  /// The highest height that any connected peer claims.
  func claimedHeight(now: UInt64) -> UInt64 {
    var highest: UInt64 = 0
    for index in peers.list.indices
    where peers.list[index].isConnected && peers.list[index].distrustedUntil <= now {
      highest = max(highest, peers.list[index].tipHeight ?? 0)
    }
    return highest
  }

  /// Has the highest claim's certificate checked, when it would show more than is known.
  mutating func checkTip(now: UInt64) {
    guard !isCheckingTip, isStarted else { return }
    let known = max(knownTarget(now: now), height)
    let candidates = peers.list.indices.filter { index in
      guard let claimed = peers.list[index].tipHeight, claimed > known else { return false }
      let peer = peers.list[index]
      return peer.isConnected && peer.distrustedUntil <= now && peer.tipCheckAt <= now
        && peer.unprovenHeight != claimed && !isInGrace(claimed, now: now)
    }
    let best = candidates.max { tipHeight($0) < tipHeight($1) }
    guard let best, let certificate = peers.list[best].tip?.certificate else { return }
    peers.list[best].tipCheckAt = now + CatchUpLimits.tipCheckMilliseconds
    guard let set = nearestValidators(to: certificate.height),
      let signatures = certificate.checks(in: set)
    else {
      peers.list[best].unprovenHeight = certificate.height
      return
    }
    isCheckingTip = true
    let token = token()
    checks[token] = .tip(height: certificate.height, from: peers.list[best].account)
    effects.append(.check(token: token, signatures))
  }

  private func tipHeight(_ index: Int) -> UInt64 { peers.list[index].tipHeight ?? 0 }

  mutating func distrust(_ index: Int, _ lie: CatchUpLie, now: UInt64) {
    let account = peers.list[index].account
    peers.list[index].fail(now: now)
    peers.list[index].distrustedUntil = now + CatchUpLimits.liarPenaltyMilliseconds
    buffer.removeAll { $0.peer == account }
    effects.append(.distrust(account, lie))
  }
}

extension VotePosition {
  /// Not above any vote's position.
  static let lowest = VotePosition(height: 0, view: 0, kind: .viewChange)
}
