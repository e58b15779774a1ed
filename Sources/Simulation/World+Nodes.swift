import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState
import Replica

/// Nodes start, take steps and go down.
extension World {
  // MARK: Starting

  func start(_ index: Int) {
    let node = nodes[index]
    guard !node.isUp, !node.isAbsent else { return }
    if node.life == 0 { copyDisk(to: node) }
    node.life += 1
    node.disk.countStart(secondsSince1970: node.clock(at: now) / 1_000)
    log(8, index)
    do {
      let start = try node.disk.start(keepsVotes: node.keepsVotes)
      var replica = try ReplicaMachine(
        configuration: node.configuration, start: start, meter: NoMeter())
      trace("node \(index) starts at height \(replica.height), life \(node.life)")
      checkLog(start, index)
      checker.checkHeight(replica.height, announced: node.announced, node: index)
      node.announced = max(node.announced, replica.height)
      let effects = replica.begin(start, now: node.clock(at: now))
      learnSets(from: replica, of: node)
      node.run(replica)
      perform(effects, of: index)
      if options.pausedNodes.contains(index) { step(index, .handOverChanged(true)) }
    } catch let damage as DiskDamage {
      refuse(node, damage)
    } catch {
      guard !node.disk.state.isDamaged else { return refuse(node, .file(.state)) }
      checker.report(.health, [index], "does not start: \(error)")
    }
    guard node.isUp else { return }
    for peer in neighbours(of: index) {
      schedule(.connect(index, peer), in: random.within(1...costs.connectMillisecondsMax))
    }
    if node.crashesInRecovery > 0 {
      node.crashesInRecovery -= 1
      schedule(.crash(node: index), in: random.within(1...400))
      schedule(.start(node: index), in: random.within(401...2_000))
    }
  }

  /// A node that finds its disk damaged does not start: its operator gives it an empty one.
  private func refuse(_ node: SimulatedNode, _ damage: DiskDamage) {
    trace("node \(node.index) does not start: \(damage)")
    counts.startsRefused += 1
    setBack(node) { $0.wipe(genesis: genesisState) }
    node.hasForgottenVotes = true
    schedule(.start(node: node.index), in: random.within(500...3_000))
  }

  /// A log that a crash cut off may hold a block that its node has not announced.
  private func checkLog(_ start: ReplicaStart, _ index: Int) {
    for block in start.recent + start.replay
    where block.decided.height > nodes[index].announced {
      checker.finalised(block.decided, nil, by: index, &memo)
    }
  }

  // MARK: Going down

  func crash(_ index: Int) {
    let node = nodes[index]
    guard node.isUp else { return }
    counts.crashes += 1
    checker.evidence.interrupted(index)
    log(9, index)
    trace("node \(index) goes down")
    counts.writesLost += UInt64(node.disk.crash(&random))
    switch options.plantedBug {
    case .forgetsVotes: node.disk.forgetVotes()
    case .losesLastBlock: node.disk.loseLastBlock()
    case .flipsRecordBit, nil: break
    }
    node.forgetMemory()
    clients.nodeCrashed(index)
    for peer in neighbours(of: index) {
      network.drop(index, peer: peer)
      guard let connection = network.connection(from: peer, to: index) else { continue }
      schedule(
        .disconnected(peer, peer: index, connection: connection), in: random.within(1...2_000))
    }
  }

  // MARK: Steps

  func step(_ index: Int, _ event: ReplicaEvent) {
    let node = nodes[index]
    guard node.isUp else { return }
    occupy(node)
    let before = node.process.map { ($0.height, $0.view) }
    let effects = node.step(event, now: now)
    if let before, let process = node.process {
      checker.checkPosition((process.height, process.view), after: before, node: index)
      if process.steps.isMultiple(of: Checker.queueSteps) {
        checker.checkQueues(node.queues(), node: index)
      }
    }
    watchVerification(of: node)
    perform(effects, of: index)
    guard let height = node.process?.height else { return }
    checker.checkHeight(height, announced: node.announced, node: index)
  }

  private func perform(_ effects: [ReplicaEffect], of index: Int) {
    let node = nodes[index]
    let life = node.life
    for effect in effects {
      guard isAlive(index, life) else { return }
      perform(effect, of: node)
      if let left = node.crashesAfterEffects {
        node.crashesAfterEffects = left - 1
        if left <= 1 { crashMidway(index) }
      }
    }
  }

  private func perform(_ effect: ReplicaEffect, of node: SimulatedNode) {
    checkRights(effect, of: node)
    switch effect {
    case .send(let bytes, _, let peer):
      for peer in places[peer] ?? [] { transmit(bytes, from: node.index, to: peer) }
    case .broadcast(let bytes, _):
      for peer in peers(of: node) { transmit(bytes, from: node.index, to: peer) }
    case .announce(let bytes):
      for peer in followers(of: node.index) { transmit(bytes, from: node.index, to: peer) }
    case .verify(let token, let checks, let isUrgent):
      verify(checks, token, isUrgent: isUrgent, of: node)
    case .signVote(let statement, let member, let key):
      write(.vote(statement, member: member, key: key), of: node)
    case .signBundle(let header, let key): sign(header, key, of: node)
    case .signReport(let body, let key): sign(body, key, of: node)
    case .declareReady(let term, let validUntil, let key):
      declareReady(term, validUntil, key, of: node)
    case .storePrepared(let token, let height, let bytes):
      write(.prepared(height: height, bytes, token: token), of: node)
    case .storeBundles(let token, let bundles): write(.bundles(bundles, token: token), of: node)
    case .discardBundles(let digests): write(.discard(digests), of: node)
    case .appendBlock(let block): write(.block(block), of: node)
    case .flush(let batch): write(.flush(planted(batch)), of: node)
    case .serveBlocks(let height, let count, let peer):
      serve(blocks(of: node, from: height, count: count), to: peer, of: node)
    case .serveDecided(let height, let withBlock, let peer):
      guard let message = decided(of: node, at: height, withBlock: withBlock) else { return }
      serve(message, to: peer, of: node)
    case .answer(let answer): take(answer, of: node)
    case .accepted(let ids):
      guard !byzantine.contains(node.index) else { return }
      for id in ids { clients.accepted(id, by: node.index, life: node.life) }
    case .saidAccepted(let ids, let server): saidAccepted(ids, by: server, on: node)
    case .ended(let list):
      guard !byzantine.contains(node.index) else { return }
      for end in list { clients.ended(end, at: node.index) }
    case .finalised(let block): finalised(block, by: node)
    case .wake(let time): wake(node, at: time)
    case .report(let note):
      trace("node \(node.index) reports \(note)")
      checker.noted(note, by: node.index, mayDoubt: mayDoubt)
      watch(note: note, of: node)
      if case .consensus(.handedOver(_, _, isOwn: true)) = note { counts.turnsHandedOver += 1 }
      if case .consensus(.ownKeyUsedElsewhere(let vote)) = note { sawOwnKey(vote, node) }
    case .halt(let failure):
      guard node.disk.state.isDamaged, case .state = failure else {
        return checker.halted(failure, node: node.index)
      }
      trace("node \(node.index) stops: \(failure)")
      crash(node.index)
      refuse(node, .file(.state))
    }
  }

  /// A node has seen a vote of its key that it does not know: it votes no more, now and after a
  /// restart. Nobody else has its key here, so that it must have lost what it had signed.
  private func sawOwnKey(_ vote: Vote, _ node: SimulatedNode) {
    node.disk.noteKeyUsedElsewhere()
    guard !byzantine.contains(node.index) else { return }
    counts.keysStopped += 1
    guard !node.hasForgottenVotes else { return }
    checker.report(
      .health, [node.index],
      "takes its \(vote.statement.kind) for height \(vote.height), view \(vote.view) for another "
        + "process's, though it has forgotten none")
  }

  private func take(_ answer: SubmissionAnswer, of node: SimulatedNode) {
    guard clients.take(answer, from: node.index, life: node.life) else {
      return checker.report(
        .transactions, [node.index], "an answer nobody waits for: \(answer)")
    }
    if node.isFull, isServedHonestly(node.index), answer.status == .pending,
      let id = answer.id
    {
      clients.relayed(id, by: node.index, life: node.life)
    }
  }

  private func finalised(_ block: FinalBlock, by node: SimulatedNode) {
    let height = block.decided.height
    learn(block.followingSet, from: node)
    trace(
      "node \(node.index) finalises height \(height), view \(block.decided.certificate.view), "
        + "\(block.receipts.count) transactions, \(block.hash)")
    checker.checkAnnouncement(height, after: node.announced, node: node.index)
    node.announced = max(node.announced, height)
    checker.finalised(
      block.decided,
      Checker.Results(roots: block.roots, statement: block.statement, receipts: block.receipts),
      by: node.index, &memo)
  }

  /// What an honest node's state says of the sets to come.
  private func learnSets(from replica: borrowing ReplicaMachine, of node: SimulatedNode) {
    for set in replica.tipSets { learn(set, from: node) }
  }

  private func learn(_ set: ValidatorSet, from node: SimulatedNode) {
    guard !byzantine.contains(node.index) else { return }
    let known = sets.list.count
    guard sets.learn(set) else {
      return checker.report(
        .agreement, [node.index],
        "its state names another set from height \(set.firstHeight) on than others' do")
    }
    guard sets.list.count > known else { return }
    let members = set.members.flatMap { places[$0.account] ?? [] }
    trace("from height \(set.firstHeight) on the set is \(members)")
    takeOff(set)
  }

  /// Sometimes those who were elected just now go down, and a quorum with them: one member more
  /// than the others can do without. Nothing is decided until one is back.
  private func takeOff(_ set: ValidatorSet) {
    guard phase == .faults, options.hasFaults, random.happens(permille: 120) else { return }
    let members = nodes.prefix(erNodes).filter { set.index(of: $0.name) != nil }.map(\.index)
    let gone = random.order(members.count).prefix(set.count - set.quorum + 1).map { members[$0] }
    trace("members of the next set go down: \(gone)")
    counts.winnersDownMax = max(counts.winnersDownMax, UInt64(gone.count))
    for node in gone {
      schedule(.crash(node: node), in: random.within(1...1_500))
      schedule(.start(node: node), in: random.within(2_000...8_000))
    }
  }

  private func wake(_ node: SimulatedNode, at time: UInt64) {
    node.wakeNumber += 1
    node.wakeAt = time
    // A clock that may be set is looked at now and then.
    let instant = node.time(ofClock: time, now: now)
    queue.add(
      .wake(node: node.index, life: node.life, number: node.wakeNumber),
      at: phase == .faults ? min(instant, now + Self.clockPollMilliseconds) : instant)
  }

  private func verify(
    _ checks: [SignatureCheck], _ token: VerificationToken, isUrgent: Bool,
    of node: SimulatedNode
  ) {
    let verdicts = checks.map { memo.verdict($0) }
    let time = node.finish(
      on: isUrgent ? .urgentVerification : .verification,
      after: random.within(0...costs.verificationMillisecondsMax), now: now)
    queue.add(
      .local(node: node.index, life: node.life, .verified(token, verdicts)), at: time)
  }

  /// The key of a name; one that a node does not have is asked for by mistake.
  private func key(_ name: PublicKey, of node: SimulatedNode) -> SigningKey? {
    if let key = node.keys[name] { return key }
    checker.report(.health, [node.index], "wants to sign with a key that is not its own")
    return nil
  }

  private func sign(_ header: BundleHeader, _ name: PublicKey, of node: SimulatedNode) {
    guard let key = key(name, of: node) else { return }
    let signature = key.sign(
      domain: .bundle, chain: genesis.initial.chain, message: header.bcs[...])
    let time = node.finish(on: .bundleSigner, after: random.within(0...1), now: now)
    queue.add(
      .local(node: node.index, life: node.life, .bundleSigned(header, signature)), at: time)
  }

  private func sign(_ report: TransactionBody, _ name: PublicKey, of node: SimulatedNode) {
    guard let key = key(name, of: node) else { return }
    let signature = key.sign(
      domain: .transaction, chain: genesis.initial.chain, message: report.bcs[...])
    let time = node.finish(on: .bundleSigner, after: random.within(0...1), now: now)
    queue.add(
      .local(node: node.index, life: node.life, .reportSigned(report, signature)), at: time)
  }

  /// A node declares itself ready, with the key of the term.
  private func declareReady(
    _ term: UInt64, _ validUntil: UInt64, _ name: PublicKey, of node: SimulatedNode
  ) {
    guard let key = key(name, of: node), let next = node.keys.key(for: term) else { return }
    let chain = genesis.initial.chain
    let body = TransactionBody.declaration(
      DeclareReady(term: term, key: .prove(next, for: node.name, chain: chain)), of: node.name,
      validUntil: validUntil, chain: chain)
    let authorization = Authorization(
      key: name, signature: key.sign(domain: .transaction, chain: chain, message: body.bcs[...]))
    guard let transaction = try? Transaction(body: body, senderAuthorizations: [authorization])
    else { return checker.report(.health, [node.index], "its declaration is no transaction") }
    let time = node.finish(on: .bundleSigner, after: random.within(0...1), now: now)
    queue.add(.local(node: node.index, life: node.life, .declared(transaction)), at: time)
  }

  // MARK: Serving from the log

  private func serve(_ message: PeerMessage, to peer: AccountID, of node: SimulatedNode) {
    for peer in places[peer] ?? [] {
      let time = node.finish(on: .logReader, after: random.within(0...5), now: now)
      queue.add(.served(node: node.index, life: node.life, message, to: peer), at: time)
    }
  }

  private func blocks(of node: SimulatedNode, from height: UInt64, count: Int) -> PeerMessage {
    var blocks: [ArraySlice<UInt8>] = []
    var byteCount = 0
    while blocks.count < count, byteCount < CatchUpLimits.answerBytesTarget,
      let block = node.disk.served(height + UInt64(blocks.count))
    {
      let bytes = block.bcs
      byteCount += bytes.count
      blocks.append(bytes[...])
    }
    return .catchUp(.blocks(from: height, blocks))
  }

  private func decided(
    of node: SimulatedNode, at height: UInt64, withBlock: Bool
  ) -> PeerMessage? {
    node.disk.served(height).map {
      .consensus(
        .decided(Decided(certificate: $0.certificate, block: withBlock ? $0.block : nil)))
    }
  }

  // MARK: Planted bugs

  /// A flush as it reaches the disk.
  private func planted(_ batch: FlushBatch) -> FlushBatch {
    guard options.plantedBug == .flipsRecordBit, batch.height > 4,
      let index = batch.changes.firstIndex(where: { $0.value != nil })
    else { return batch }
    var changes = batch.changes
    let change = changes[index]
    guard var value = change.value else { return batch }
    value[value.count - 1] ^= 1
    changes[index] = StateChange(key: change.key, value: value)
    return FlushBatch(
      height: batch.height, root: batch.root, writes: StateWrites(of: changes))
  }
}
