import LedgerCore

/// Proposing, and taking up what was proposed.
extension HeightMachine {
  /// Asks for a fresh proposal when this node leads the view and the slot has come, or proposes
  /// again what the view changes demand.
  mutating func lead(now: UInt64) -> Bool {
    guard mayVote, context.leads(view), !started.proposal else { return false }
    if view == 0 {
      guard phase == .active, !hasSigned(.prePrepare) else { return false }
      return askForProposal(viewChanges: [], now: now)
    }
    guard phase == .changing, !hasSigned(.newView) else { return false }
    let viewChanges = provenViewChanges()
    guard viewChanges.count >= quorum else { return false }
    guard let reference = NewView.highestPrepared(in: viewChanges) else {
      return askForProposal(viewChanges: viewChanges, now: now)
    }
    guard let record = record(reference) else { return false }
    started.proposal = true
    sign(
      OwnProposal(
        view: view, block: record.block, hash: reference.block, isFresh: false,
        viewChanges: viewChanges, certificate: record.certificate))
    return true
  }

  private mutating func askForProposal(viewChanges: [Vote], now: UInt64) -> Bool {
    guard let timestamp = timing.slot(notAfter: now), timestamp > context.parentTimestamp else {
      return false
    }
    started.proposal = true
    building = Building(view: view, timestamp: timestamp, viewChanges: viewChanges)
    effects.append(
      .propose(
        view: view, timestamp: timestamp,
        emptyOfBundles: view >= ConsensusRules.firstEmptyView))
    return true
  }

  /// VIEW-CHANGEs for exactly this view whose prepared blocks, where they name one, are certified.
  private func provenViewChanges() -> [Vote] {
    book.votes(at: VotePosition(height: height, view: view, kind: .viewChange)).filter {
      guard case .viewChange(let reference?) = $0.statement.content else { return true }
      return record(reference) != nil
    }
  }

  /// The replica has built the block asked for.
  mutating func built(_ block: Block, view: UInt64) {
    guard let building, building.view == view, view == self.view else { return }
    self.building = nil
    let refusal =
      block.header.timestamp == building.timestamp
      ? ConsensusRules.refusal(ofFresh: block, view: view, context, timing) : .wrongTimestamp
    if let refusal {
      effects.append(.report(.refused(refusal, from: nil)))
      return
    }
    sign(
      OwnProposal(
        view: view, block: block, hash: block.header.hash(chain), isFresh: true,
        viewChanges: building.viewChanges, certificate: nil))
  }

  private mutating func sign(_ proposal: OwnProposal) {
    ownProposal = proposal
    if proposal.view > 0 {
      let digest = NewView.digest(of: proposal.viewChanges, chain: chain)
      askForSignature(.newView(viewChanges: digest, block: proposal.hash))
    }
    askForSignature(.prePrepare(block: proposal.hash))
  }

  /// Sends the own proposal once everything in it is signed, and takes it up.
  mutating func completeProposal(with vote: Vote, now: UInt64) {
    guard var proposal = ownProposal, proposal.view == vote.view else { return }
    switch vote.statement.kind {
    case .newView: proposal.newView = vote
    case .prePrepare: proposal.prePrepare = vote
    default: return
    }
    ownProposal = proposal
    guard let message = proposal.message else { return }
    effects.append(.broadcast(message))
    if proposal.view > 0 { enter(proposal.view, now: now) }
    add(
      Candidate(
        view: proposal.view, hash: proposal.hash, block: proposal.block,
        isFresh: proposal.isFresh, carrier: message))
  }

  /// Keeps a verified proposal, the first of each view.
  mutating func add(_ candidate: Candidate) {
    if certificate?.block == candidate.hash { certifiedBlock = candidate.block }
    guard !candidates.contains(where: { $0.view == candidate.view }) else { return }
    let index = candidates.firstIndex { candidate.view < $0.view } ?? candidates.endIndex
    candidates.insert(candidate, at: index)
    if candidates.count > ConsensusLimits.proposalsMax { candidates.removeFirst() }
  }

  /// Accepts the view's proposal when its time has come, and has it executed.
  mutating func takeUpProposal(now: UInt64) -> Bool {
    guard phase == .active, accepted == nil,
      let index = candidates.firstIndex(where: { $0.view == view }), !candidates[index].isRefused
    else { return false }
    let candidate = candidates[index]
    if candidate.isFresh {
      let timestamp = candidate.block.header.timestamp
      guard timestamp <= now.addingClamped(timing.clockToleranceMilliseconds) else { return false }
      let ageMax = timing.intervalMilliseconds + timing.timeout(view: view)
      guard now <= timestamp.addingClamped(ageMax) else {
        candidates[index].isRefused = true
        effects.append(.report(.refused(.staleTimestamp, from: nil)))
        return true
      }
    }
    accept(candidate.block, hash: candidate.hash)
    return true
  }

  /// Works on a block in the current view; executes it unless that is done.
  mutating func accept(_ block: Block, hash: Digest) {
    accepted = Accepted(hash: hash, block: block)
    if result(of: hash) == nil {
      effects.append(.execute(block, hash: hash, view: view))
    }
  }

  /// An execution's result has come.
  mutating func executed(_ block: Digest, _ result: ExecutionResult) {
    guard self.result(of: block) == nil else { return }
    executions.append(Execution(block: block, result: result))
    if executions.count > ConsensusLimits.executionsMax { executions.removeFirst() }
    if case .invalid(let reason) = result {
      effects.append(.report(.refused(.invalid(reason), from: nil)))
    }
    watchForDivergence(of: block)
  }
}

extension HeightMachine.OwnProposal {
  /// What is sent; nil while a signature is missing.
  var message: ConsensusMessage? {
    guard let prePrepare else { return nil }
    guard view > 0 else { return .proposal(Proposal(vote: prePrepare, block: block)) }
    guard let newView else { return nil }
    return .newView(
      NewView(
        vote: newView, viewChanges: viewChanges, certificate: certificate, prePrepare: prePrepare,
        block: block))
  }
}
