import LedgerCore

/// Messages of this height: what is judged before their signatures are checked, and what a message
/// with good signatures changes.
extension HeightMachine {
  /// What to do with a message.
  enum Admission {
    /// Nothing in it is new.
    case known
    case refused(ConsensusRefusal)
    /// To be applied once these verify; with none, at once.
    case check([SignatureCheck])
  }

  func admission(of message: ConsensusMessage) -> Admission {
    switch message {
    case .proposal(let message): admission(of: message)
    case .vote(let vote): admission(of: vote)
    case .viewChange(let message): admission(of: message)
    case .newView(let message): admission(of: message)
    case .decided(let message): admission(of: message)
    case .inquiry: .known
    }
  }

  private func isPlausible(_ vote: Vote) -> Bool {
    vote.height == height && vote.view <= ConsensusLimits.viewMax
      && Int(vote.member) < context.set.count
  }

  /// Whether the vote need not be looked at again: it is there, or it conflicts with one that is,
  /// of a member whose evidence is reported.
  private func isSettled(_ vote: Vote) -> Bool {
    guard let known = book.vote(of: Int(vote.member), at: vote.statement.position) else {
      return false
    }
    return known.statement == vote.statement || offenders.contains(vote.member)
  }

  private func checks(_ votes: [Vote]) -> [SignatureCheck] {
    votes.filter { !book.contains($0) }.compactMap { $0.check(in: context.set) }
  }

  private func admission(of vote: Vote) -> Admission {
    guard isPlausible(vote) else { return .refused(.malformed) }
    switch vote.statement.kind {
    case .prepare, .commit: return isSettled(vote) ? .known : .check(checks([vote]))
    case .prePrepare:
      // Alone, it is another's word on what a primary has proposed to it.
      let known = book.vote(of: Int(vote.member), at: vote.statement.position)
      return known == nil || isSettled(vote) ? .known : .check(checks([vote]))
    case .viewChange, .newView: return .refused(.malformed)
    }
  }

  private func admission(of message: Proposal) -> Admission {
    let vote = message.vote
    guard isPlausible(vote), vote.view == 0, message.isConsistent(chain) else {
      return .refused(.malformed)
    }
    guard Int(vote.member) == context.primary(of: 0) else { return .refused(.notPrimary) }
    if isSettled(vote), candidates.contains(where: { $0.view == 0 }) { return .known }
    if let refusal = ConsensusRules.refusal(ofFresh: message.block, view: 0, context, timing) {
      return .refused(refusal)
    }
    return .check(checks([vote]))
  }

  private func admission(of message: ViewChange) -> Admission {
    guard isPlausible(message.vote), message.isConsistent else { return .refused(.malformed) }
    guard let record = message.prepared else {
      return isSettled(message.vote) ? .known : .check(checks([message.vote]))
    }
    let isKnown = self.record(record.reference) != nil
    if isKnown, isSettled(message.vote) { return .known }
    if !isKnown, let refusal = refusal(of: record) { return .refused(refusal) }
    // Also of a record that is known another certificate may come, and its votes are looked at.
    let certificate = record.certificate
    guard certificate.kind == .prepare, certificate.height == height,
      let proof = checks(certificate)
    else { return .refused(.malformed) }
    return .check(checks([message.vote]) + proof)
  }

  /// What must verify of a certificate: all but the votes that are known. Nil where it is none.
  private func checks(_ certificate: QuorumCertificate) -> [SignatureCheck]? {
    guard let all = certificate.checks(in: context.set) else { return nil }
    let statement = certificate.statement
    return zip(certificate.signatures, all).filter { signature, _ in
      !book.contains(
        Vote(statement: statement, member: signature.member, signature: signature.signature))
    }.map(\.1)
  }

  private func refusal(of record: PreparedRecord) -> ConsensusRefusal? {
    guard record.certificate.kind == .prepare, record.certificate.height == height,
      record.block.header.hash(chain) == record.certificate.block
    else { return .malformed }
    return ConsensusRules.refusal(of: record.block, context, timing)
  }

  private func admission(of message: NewView) -> Admission {
    let (vote, prePrepare) = (message.vote, message.prePrepare)
    guard isPlausible(vote), isPlausible(prePrepare), message.isConsistent(chain),
      message.viewChanges.allSatisfy({ isPlausible($0) && $0.view == vote.view }),
      message.viewChanges.count >= quorum
    else { return .refused(.malformed) }
    guard Int(vote.member) == context.primary(of: vote.view) else { return .refused(.notPrimary) }
    if isSettled(vote), candidates.contains(where: { $0.view == vote.view }) { return .known }
    var proof: [SignatureCheck] = []
    if let highest = NewView.highestPrepared(in: message.viewChanges) {
      guard message.reproposes(highest) else { return .refused(.wrongReproposal) }
      if let refusal = ConsensusRules.refusal(of: message.block, context, timing) {
        return .refused(refusal)
      }
      // Passed on to those who missed it, so it must be wholly good: only the same bytes are known.
      if let certificate = message.certificate,
        !records.contains(where: { $0.certificate == certificate })
      {
        guard let checks = certificate.checks(in: context.set) else { return .refused(.malformed) }
        proof = checks
      }
    } else {
      guard message.certificate == nil else { return .refused(.malformed) }
      if let refusal = ConsensusRules.refusal(
        ofFresh: message.block, view: vote.view, context, timing)
      {
        return .refused(refusal)
      }
    }
    return .check(checks([vote, prePrepare] + message.viewChanges) + proof)
  }

  private func admission(of message: Decided) -> Admission {
    let certificate = message.certificate
    guard certificate.kind == .commit, certificate.height == height,
      let open = checks(certificate)
    else { return .refused(.malformed) }
    if let block = message.block,
      block.header.hash(chain) != certificate.block || !block.isConsistent
    {
      return .refused(.malformed)
    }
    if let known = self.certificate {
      guard message.block != nil, known.block == certificate.block else { return .known }
      if known == certificate { return .check([]) }
    }
    return .check(open)
  }

  /// Takes in a message whose signatures are good.
  mutating func apply(_ message: ConsensusMessage, now: UInt64) {
    switch message {
    case .vote(let vote): take(vote)
    case .proposal(let message):
      take(message.vote)
      add(
        Candidate(
          view: 0, hash: message.block.header.hash(chain), block: message.block, isFresh: true,
          carrier: .proposal(message)))
    case .viewChange(let message):
      if let record = message.prepared {
        take(record.certificate)
        remember(record)
      }
      take(message.vote)
    case .newView(let message): apply(message, now: now)
    case .decided(let message):
      certify(message.certificate)
      take(message.certificate)
      if let block = message.block, self.certificate?.block == message.certificate.block {
        certifiedBlock = block
      }
    case .inquiry: break
    }
  }

  private mutating func apply(_ message: NewView, now: UInt64) {
    for vote in message.viewChanges { take(vote) }
    take(message.vote)
    take(message.prePrepare)
    if let certificate = message.certificate {
      take(certificate)
      remember(PreparedRecord(block: message.block, certificate: certificate))
    }
    add(
      Candidate(
        view: message.view, hash: message.block.header.hash(chain), block: message.block,
        isFresh: message.certificate == nil, carrier: .newView(message)))
    enter(message.view, now: now)
  }

  /// Counts a vote that came in.
  private mutating func take(_ vote: Vote) {
    guardOwnKey(vote)
    count(vote)
  }

  /// Stops voting when a verified vote with this node's own key stands above its watermark, or
  /// beside another of its votes: another process signs with the key, and two would contradict each
  /// other.
  mutating func guardOwnKey(_ vote: Vote) {
    guard mayVote, Int(vote.member) == context.own, !context.rehearsal.sharesKey else { return }
    let isAbove = watermark.map { $0 < vote.statement.position } ?? true
    let isOther = ownVotes.contains {
      $0.statement.position == vote.statement.position && $0.statement != vote.statement
    }
    guard isAbove || isOther else { return }
    effects.append(.report(.ownKeyUsedElsewhere(vote)))
    mayVote = false
    deadline = nil
  }

  /// Looks at the votes of a verified certificate: one may be of this node's own key, or contradict
  /// another of its member's. They are counted, too: their members have cast them.
  private mutating func take(_ certificate: QuorumCertificate) {
    let statement = certificate.statement
    for signature in certificate.signatures {
      take(
        Vote(statement: statement, member: signature.member, signature: signature.signature))
    }
  }
}

extension Proposal {
  /// Whether the vote is a PRE-PREPARE for the block.
  func isConsistent(_ chain: ChainID) -> Bool {
    vote.statement.content == .prePrepare(block: block.header.hash(chain))
  }
}

extension NewView {
  /// Whether votes, digest and block belong together.
  func isConsistent(_ chain: ChainID) -> Bool {
    let hash = block.header.hash(chain)
    let digest = Self.digest(of: viewChanges, chain: chain)
    return view > 0
      && vote.statement.content == .newView(viewChanges: digest, block: hash)
      && prePrepare.statement.content == .prePrepare(block: hash)
      && prePrepare.member == vote.member && prePrepare.view == view
      && zip(viewChanges, viewChanges.dropFirst()).allSatisfy { $0.member < $1.member }
      && viewChanges.allSatisfy { isAboveItsRecord($0) }
      && (certificate.map { $0.block == hash && $0.height == vote.height } ?? true)
  }

  private func isAboveItsRecord(_ vote: Vote) -> Bool {
    guard case .viewChange(let prepared) = vote.statement.content else { return false }
    return (prepared?.view ?? 0) < vote.view
  }

  /// Whether the certificate is of the highest prepared view, for a block that one of the view
  /// changes names in that view.
  func reproposes(_ highest: PreparedReference) -> Bool {
    guard let certificate, certificate.kind == .prepare, certificate.view == highest.view else {
      return false
    }
    let named = PreparedReference(view: certificate.view, block: certificate.block)
    return viewChanges.contains { $0.statement.content == .viewChange(prepared: named) }
  }
}
