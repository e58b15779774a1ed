public import LedgerCore
public import NodeAnswers
import Synchronization

/// From a draft to a final block: what it costs, which sequence, signing, submitting.
extension Ledger {
  /// What a draft would be charged in the next block, fees for first records included.
  public func estimate(_ draft: TransactionBuilder, signatureCount: Int = 1)
    async throws(ClientError) -> EstimateAnswer
  {
    let body = try draft.provisional(chain: facts.chain)
    return try await ask { node throws(ClientError) in
      try await node.estimate(body, signatureCount: signatureCount)
    }
  }

  /// A draft with all that was left out filled in: ready to be signed, here or elsewhere. The
  /// sequence it takes is not handed out again by this client.
  ///
  /// - Parameter signatureCount: how many keys will sign; the charge depends on it.
  public func prepare(
    _ draft: TransactionBuilder, signatureCount: Int = 1,
    timeout: Duration = Ledger.submitTimeoutDefault
  ) async throws(ClientError) -> TransactionBody {
    let estimate = try await neededEstimate(draft, signatureCount)
    let height = try await status().height
    let sequence = try await sequence(
      of: draft, deadline: now + timeout.wholeMilliseconds, timeout)
    return try draft.body(
      chain: facts.chain, sequence: sequence, height: height, estimate: estimate)
  }

  /// Fills in, signs and submits a draft, and waits until it is `pending`, `accepted` or `final`.
  ///
  /// Many can be under way at a time, also of one account. When somebody else has taken the
  /// sequence meanwhile, the next one is signed: nothing was executed then.
  ///
  /// Throws as `submit` does; of a draft, `draft` and `tooManyUnderWay` too.
  @discardableResult
  public func send(
    _ draft: TransactionBuilder, signedBy signers: Signers, wait: NodeClient.Wait = .final,
    timeout: Duration = Ledger.submitTimeoutDefault
  ) async throws(ClientError) -> TransactionOutcome {
    let deadline = now + timeout.wholeMilliseconds
    let estimate = try await neededEstimate(draft, signers.count)
    let collisionsMax = 8
    for attempt in 0... {
      let height = max(heightSeen, try await draft.validUntil == nil ? status().height : 0)
      let sequence = try await sequence(of: draft, deadline: deadline, timeout)
      let outcome: TransactionOutcome
      let transaction: Transaction
      do throws(ClientError) {
        transaction = try signers.sign(
          draft.body(
            chain: facts.chain, sequence: sequence, height: height, estimate: estimate),
          chain: facts.chain)
        let left = Duration.milliseconds(max(0, deadline - now))
        let outcomes = try await submit([transaction], wait: wait, timeout: left)
        guard let first = outcomes.first else { throw .malformedAnswer("it is empty") }
        outcome = first
      } catch {
        end(draft, sequence, isUsed: error.mayHaveArrived, isFinal: false)
        throw error
      }
      if case .refused(let reason) = outcome.state, reason.fault == .replayed,
        draft.sequence == nil, attempt < collisionsMax
      {
        sequences.withLock { $0.collided(draft.sender, sequence) }
        continue
      }
      end(draft, sequence, after: outcome)
      return try outcome.sound(wait, validUntil: transaction.body.validUntil)
    }
    throw .tooManyUnderWay(draft.sender)
  }

  private func neededEstimate(_ draft: TransactionBuilder, _ signatureCount: Int)
    async throws(ClientError) -> EstimateAnswer?
  {
    guard draft.needsEstimate else {
      _ = try draft.provisional(chain: facts.chain)
      return nil
    }
    return try await estimate(draft, signatureCount: signatureCount)
  }

  /// The draft's own sequence, or the sender's next.
  private func sequence(of draft: TransactionBuilder, deadline: Int64, _ timeout: Duration)
    async throws(ClientError) -> UInt64
  {
    if let sequence = draft.sequence { return sequence }
    let sender = draft.sender
    var isFull = false
    while now < deadline {
      switch sequences.withLock({ $0.take(sender, now: now) }) {
      case .sequence(let sequence): return sequence
      case .ask:
        let account = try await account(sender)
        let standing = SequenceAllocator.Standing(
          final: account.sequence, pending: account.pendingSequence)
        sequences.withLock { $0.note(sender, standing, now: now) }
      case .full:
        isFull = true
        try await pause(200)
      }
    }
    throw isFull ? .tooManyUnderWay(sender) : .timedOut(milliseconds: timeout.wholeMilliseconds)
  }

  private func end(
    _ draft: TransactionBuilder, _ sequence: UInt64, after outcome: TransactionOutcome
  ) {
    switch outcome.state {
    case .applied: end(draft, sequence, isUsed: true, isFinal: true)
    case .notApplied: end(draft, sequence, isUsed: true, isFinal: false)
    // It never left, and never will: the sequence is free. What is refused for its bytes alone
    // would be refused again, but other bytes may take the sequence.
    case .refused: end(draft, sequence, isUsed: false, isFinal: false)
    case .pending, .accepted, .unknown: end(draft, sequence, isUsed: true, isFinal: false)
    }
  }

  private func end(
    _ draft: TransactionBuilder, _ sequence: UInt64, isUsed: Bool, isFinal: Bool
  ) {
    guard draft.sequence == nil else { return }
    sequences.withLock { $0.end(draft.sender, sequence, isUsed: isUsed, isFinal: isFinal) }
  }
}

extension ClientError {
  /// Whether a node may have the transaction all the same.
  fileprivate var mayHaveArrived: Bool {
    switch self {
    case .draft, .noNode, .unreachable, .tooManyUnderWay: false
    default: true
    }
  }
}
