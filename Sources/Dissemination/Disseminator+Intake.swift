import LedgerCore

/// Transactions between their arrival and the pool.
struct Intake: Sendable {
  /// Candidates whose standing with the state is asked for, by token.
  var prechecks: [UInt64: [Candidate]] = [:]
  /// The bytes of the first candidate of each id under way: the same again is known, while others
  /// of the same id, signed otherwise, are judged for themselves.
  var bytesByID: [Digest: ArraySlice<UInt8>] = [:]
  var count = 0
  var byteCount = 0
}

extension Disseminator {
  /// Transactions of this node's own clients.
  mutating func submit(_ submissions: [ClientSubmission]) {
    var candidates: [Candidate] = []
    for submission in submissions {
      for (index, bytes) in submission.transactions.enumerated() {
        take(bytes, origin: .client(ticket: submission.ticket, index: index), into: &candidates)
      }
    }
    precheck(candidates)
  }

  /// This node's own report or declaration. One that is not taken is not told of: it is made again
  /// when its time is over.
  mutating func report(_ transaction: Transaction) {
    var candidates: [Candidate] = []
    take(transaction.bytes, origin: .own, into: &candidates)
    precheck(candidates)
  }

  /// Transactions that a peer takes this node for the home author of.
  mutating func receiveForward(_ list: [ArraySlice<UInt8>], from peer: AccountID) {
    guard isStarted else { return }
    guard !isDistrusted(peer) else { return counters.drop(.peerDistrusted) }
    var candidates: [Candidate] = []
    // Each with bytes of its own: a pending one must not keep its whole message in memory.
    for bytes in list { take(Array(bytes)[...], origin: .peer(peer), into: &candidates) }
    precheck(candidates)
  }

  /// Decodes and judges a transaction by its bytes and by what is known here; appends it to the
  /// candidates, or refuses it.
  mutating func take(
    _ bytes: ArraySlice<UInt8>, origin: Candidate.Origin, into candidates: inout [Candidate]
  ) {
    guard isStarted else { return refuse(nil, origin, .notReady) }
    guard bytes.count <= Limits.reportBytesMax else {
      counters.drop(.transactionOversized)
      return refuse(nil, origin, .oversized)
    }
    guard let transaction = try? Transaction(decoding: bytes) else {
      let isLong = bytes.count > Limits.transactionBytesMax
      counters.drop(isLong ? .transactionOversized : .transactionMalformed)
      return refuse(nil, origin, isLong ? .oversized : .malformed)
    }
    let id = transaction.id(chain)
    let candidate = Candidate(id: id, transaction: transaction, origin: origin)
    if let fault = faultOfBytes(candidate) { return refuse(id, origin, fault) }
    intake.count += 1
    intake.byteCount += bytes.count
    if intake.bytesByID[id] == nil { intake.bytesByID[id] = bytes }
    candidates.append(candidate)
  }

  private mutating func faultOfBytes(_ candidate: Candidate) -> TransactionFault? {
    let body = candidate.transaction.body
    guard body.chainTag == chain.tag else {
      counters.drop(.transactionWrongChain)
      return .wrongChain
    }
    guard body.validUntil >= nextHeight else {
      counters.drop(.transactionExpired)
      return .expired
    }
    guard body.validUntil - nextHeight <= Limits.validityHeightsMax else {
      counters.drop(.transactionRefusedByState)
      return .validityTooLong
    }
    if isKnown(candidate) {
      counters.drop(.transactionKnown)
      return .alreadyKnown
    }
    return faultOfRoom(candidate, isUnderWay: false)
  }

  /// Whether the id is pending, bundled or executed, or the very same bytes are under way. A client
  /// that submits again is told of the end all the same.
  private mutating func isKnown(_ candidate: Candidate) -> Bool {
    if let entry = known[candidate.id] {
      switch candidate.origin {
      case .client where !entry.isExecuted && !entry.isEnded: watch(candidate)
      case .relay(let follower): tell(follower, of: candidate.id, entry)
      default: break
      }
      return true
    }
    return intake.bytesByID[candidate.id] == candidate.transaction.bytes
  }

  /// Why there is no place for a transaction: in a full pool, those that offer less give way. What
  /// is not verified yet takes nobody's place, and only so much of it is verified for one.
  private mutating func faultOfRoom(_ candidate: Candidate, isUnderWay: Bool) -> TransactionFault? {
    if candidate.isProtected { return nil }
    let body = candidate.transaction.body
    guard pool.count(of: body.sender) < DisseminationLimits.poolPerSenderMax
    else { return .senderQueueFull }
    if pool.hasRoom(
      for: candidate.transaction.bytes.count,
      underWay: isUnderWay ? (0, 0) : (intake.count, intake.byteCount),
      countMax: pool.bounds.countMax(for: candidate.origin))
    {
      return nil
    }
    guard pool.mayContest(body) else { return .senderQueueFull }
    guard !isUnderWay else { return displace(for: candidate) ? nil : .poolFull }
    guard intake.count < DisseminationLimits.contestedMax,
      intake.byteCount < DisseminationLimits.contestedBytesMax, pool.givesWay(to: body)
    else { return .poolFull }
    return nil
  }

  /// Takes those that give way to a verified transaction out of the full pool, and tells who waits
  /// for them; false when none does.
  private mutating func displace(for candidate: Candidate) -> Bool {
    guard
      let displaced = pool.makeRoom(
        for: candidate.transaction, countMax: pool.bounds.countMax(for: candidate.origin))
    else { return false }
    var ended: [EndedTransaction] = []
    for entry in displaced {
      counters.drop(.transactionDisplaced)
      if known[entry.id]?.isWatched == true {
        ended.append(EndedTransaction(id: entry.id, fault: .poolFull))
      }
      relays.end(entry.id, .refused)
      known.update(entry.id) {
        $0.isPending = false
        $0.isWatched = false
      }
    }
    if !ended.isEmpty { effects.append(.ended(ended)) }
    return true
  }

  mutating func precheck(_ candidates: [Candidate]) {
    guard !candidates.isEmpty else { return }
    let token = token()
    intake.prechecks[token] = candidates
    effects.append(
      .precheck(
        token: token,
        candidates.map { PrecheckCandidate(id: $0.id, transaction: $0.transaction) }))
  }

  mutating func prechecked(_ token: UInt64, _ faults: [TransactionFault?], now: UInt64) {
    guard let candidates = intake.prechecks.removeValue(forKey: token) else { return }
    precondition(faults.count == candidates.count, "one verdict per candidate")
    var returned: [Candidate] = []
    for (candidate, fault) in zip(candidates, faults) {
      switch candidate.origin {
      case .bundle, .overdue:
        returned.append(candidate)
        continue
      case .client, .peer, .own, .relay: break
      }
      guard let fault else {
        checks.enqueue(.transaction(candidate))
        continue
      }
      leave(candidate)
      counters.drop(fault == .expired ? .transactionExpired : .transactionRefusedByState)
      refuse(candidate.id, candidate.origin, fault)
    }
    if !returned.isEmpty { readmit(returned, faults: faults, now: now) }
  }

  /// The end of a candidate's way, into the pool or not.
  private mutating func leave(_ candidate: Candidate) {
    intake.count -= 1
    intake.byteCount -= candidate.transaction.bytes.count
    if intake.bytesByID[candidate.id] == candidate.transaction.bytes {
      intake.bytesByID[candidate.id] = nil
    }
  }

  /// Takes candidates whose signatures were checked into the pool, or refuses them.
  mutating func admit(_ verdicts: [(candidate: Candidate, isValid: Bool)], now: UInt64) {
    var forwards = ForwardOutbox()
    for (candidate, isValid) in verdicts {
      leave(candidate)
      guard isValid else {
        counters.drop(.transactionBadSignature)
        refuse(candidate.id, candidate.origin, .badSignature)
        continue
      }
      if isKnown(candidate) {
        counters.drop(.transactionKnown)
        refuse(candidate.id, candidate.origin, .alreadyKnown)
      } else if let fault = faultOfRoom(candidate, isUnderWay: true) {
        refuse(candidate.id, candidate.origin, fault)
      } else {
        counters.transactionsAdmitted += 1
        enterPool(candidate, forwards: &forwards, now: now)
        if case .client(let ticket, let index) = candidate.origin {
          effects.append(
            .answer(
              SubmissionAnswer(ticket: ticket, index: index, id: candidate.id, status: .pending)))
        }
      }
    }
    send(&forwards)
  }

  private mutating func refuse(_ id: Digest?, _ origin: Candidate.Origin, _ fault: TransactionFault)
  {
    if fault == .poolFull { counters.drop(.transactionPoolFull) }
    if fault == .senderQueueFull { counters.drop(.transactionSenderQueueFull) }
    if case .relay(let follower) = origin { refuse(id, of: follower, fault) }
    if case .peer(let peer) = origin, Self.isOfBytes(fault) { distrust(peer) }
    guard case .client(let ticket, let index) = origin else { return }
    effects.append(
      .answer(SubmissionAnswer(ticket: ticket, index: index, id: id, status: .refused(fault))))
  }

  /// Whether a transaction's bytes alone show the fault: no honest node hands such a one on.
  static func isOfBytes(_ fault: TransactionFault) -> Bool {
    switch fault {
    case .malformed, .oversized, .wrongChain, .badSignature: true
    default: false
    }
  }

  /// Makes a known transaction one whose acceptance and end are told.
  mutating func watch(_ candidate: Candidate) {
    if known[candidate.id]?.isAccepted == true { effects.append(.accepted([candidate.id])) }
    if let server = known[candidate.id]?.acceptedOnWordOf {
      effects.append(.saidAccepted([candidate.id], by: server))
    }
    known.update(candidate.id) { $0.isWatched = true }
    known.watchValidity(candidate.id, until: candidate.transaction.body.validUntil)
  }
}
