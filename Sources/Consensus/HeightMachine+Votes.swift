import LedgerCore

/// Own votes: PREPARE after execution, COMMIT after the prepared certificate is stored.
extension HeightMachine {
  /// PREPAREs the accepted block with the root that execution gave.
  mutating func prepare() -> Bool {
    guard mayVote, phase == .active, !started.prepare, let accepted,
      case .root(let root) = result(of: accepted.hash)
    else { return false }
    started.prepare = true
    askForSignature(.prepare(block: accepted.hash, stateRoot: root))
    return true
  }

  /// Makes the prepared certificate of the current view when a quorum of PREPAREs is there.
  mutating func hold() -> Bool {
    guard phase == .active, let accepted, prepared?.view != view,
      let certificate = preparedCertificate(of: accepted.hash)
    else { return false }
    let record = PreparedRecord(block: accepted.block, certificate: certificate)
    prepared = record
    remember(record)
    return true
  }

  private func preparedCertificate(of block: Digest) -> QuorumCertificate? {
    let position = VotePosition(height: height, view: view, kind: .prepare)
    let votes = book.votes(at: position)
    guard votes.count >= quorum else { return nil }
    // At most n − q members differ from a quorum: its statement is among the first n − q + 1.
    for vote in votes.prefix(context.set.count - quorum + 1) {
      guard case .prepare(block, let stateRoot) = vote.statement.content else { continue }
      let signatures = book.signatures(for: vote.statement)
      guard signatures.count >= quorum else { continue }
      return QuorumCertificate(
        kind: .prepare, height: height, view: view, block: block, stateRoot: stateRoot,
        signatures: signatures)
    }
    return nil
  }

  /// Stores the record of the current view, then COMMITs, where own execution gave the same root.
  mutating func commit() -> Bool {
    guard mayVote, phase == .active, !started.commit, let accepted, let prepared,
      prepared.view == view, prepared.certificate.block == accepted.hash,
      result(of: accepted.hash) == .root(prepared.certificate.stateRoot)
    else { return false }
    guard persistedView == view else {
      guard persisting?.view != view else { return false }
      let token = nextToken
      nextToken += 1
      persisting = Persisting(token: token, view: view)
      effects.append(.persistPrepared(token: token, prepared))
      return true
    }
    started.commit = true
    let certificate = prepared.certificate
    askForSignature(.commit(block: certificate.block, stateRoot: certificate.stateRoot))
    return true
  }

  /// A prepared record is on disk.
  mutating func persisted(token: UInt64) {
    guard let persisting, persisting.token == token else { return }
    persistedView = persisting.view
    self.persisting = nil
  }

  /// Asks for a vote of the current view. A vote this node has signed before is sent again as it
  /// is; anything at or below the watermark otherwise is not signed.
  mutating func askForSignature(_ content: VoteStatement.Content) {
    let statement = VoteStatement(height: height, view: view, content: content)
    guard mayVote, decision == nil else { return }
    if let vote = ownVotes.first(where: { $0.statement == statement }) {
      awaited.append(statement)
      resends.append(vote)
      return
    }
    if let watermark, statement.position <= watermark {
      guard statement.position == watermark, statement.kind == .viewChange, repetition == nil,
        !hasSigned(.viewChange), !awaited.contains(where: { $0.position == watermark })
      else { return effects.append(.report(.signingRefused(statement))) }
      repetition = .asked(statement)
    }
    watermark = statement.position
    awaited.append(statement)
    effects.append(.sign(statement))
  }

  /// Whether this node has signed, or asked to sign, a vote of this kind in the current view.
  func hasSigned(_ kind: VoteKind) -> Bool {
    ownVotes.contains { $0.view == view && $0.statement.kind == kind }
  }

  /// An own vote is signed: it counts and is sent, unless its view has been left meanwhile.
  mutating func signed(_ vote: Vote, now: UInt64) {
    guard let index = awaited.firstIndex(of: vote.statement), Int(vote.member) == context.own
    else { return }
    awaited.remove(at: index)
    keepOwn(vote)
    guard mayVote, vote.view == view else { return }
    switch vote.statement.kind {
    case .prepare, .commit:
      guard phase == .active else { return }
      count(vote)
      effects.append(.broadcast(.vote(vote)))
    case .viewChange:
      guard phase == .changing else { return }
      count(vote)
      effects.append(.broadcast(.viewChange(ViewChange(vote: vote, prepared: shownRecord))))
    case .newView, .prePrepare:
      count(vote)
      completeProposal(with: vote, now: now)
    }
  }

  private mutating func keepOwn(_ vote: Vote) {
    guard !ownVotes.contains(vote) else { return }
    ownVotes.append(vote)
    ownVotes.sort { $0.statement.position < $1.statement.position }
    let views = UInt64(ConsensusLimits.viewsPerMemberMax)
    ownVotes.removeAll { $0.view.addingClamped(views) <= vote.view }
  }

  /// The signer will not sign: the position is given up.
  mutating func signingRefused(_ statement: VoteStatement, now: UInt64) {
    guard let index = awaited.firstIndex(of: statement) else { return }
    awaited.remove(at: index)
    if ownProposal?.view == statement.view, statement.kind != .viewChange,
      statement.kind <= .prePrepare
    {
      ownProposal = nil
    }
    effects.append(.report(.signingRefused(statement)))
    if repetition == .asked(statement) { repetitionRefused(now: now) }
  }

  /// Enters a verified vote, own or another's, with all that follows from it alone.
  mutating func count(_ vote: Vote) {
    switch book.insert(vote) {
    case .known: return
    case .conflict(let known):
      reportOffence(known, vote)
      return
    case .added: break
    }
    for other in book.all(of: Int(vote.member)) where other.statement != vote.statement {
      reportOffence(other, vote)
    }
    switch vote.statement.content {
    case .commit(let block, _):
      certify(vote.statement)
      watchForDivergence(of: block)
    case .prepare(let block, _): showProposal(to: vote.member, instead: block, view: vote.view)
    case .viewChange, .newView, .prePrepare: break
    }
  }

  /// A member PREPAREs another block than this node was proposed in that view: it is shown what
  /// this node was. An honest one holds the primary's proposal of the other, and so the proof.
  private mutating func showProposal(to member: UInt16, instead block: Digest, view: UInt64) {
    let primary = context.primary(of: view)
    let position = VotePosition(height: height, view: view, kind: .prePrepare)
    guard Int(member) != context.own, let proposal = book.vote(of: primary, at: position),
      proposal.statement.content != .prePrepare(block: block)
    else { return }
    effects.append(.send(.vote(proposal), to: context.set.members[Int(member)].account))
  }

  private mutating func reportOffence(_ one: Vote, _ other: Vote) {
    guard !offenders.contains(one.member), let evidence = VoteEvidence(one, other) else { return }
    offenders.append(one.member)
    effects.append(.report(.evidence(evidence)))
  }
}
