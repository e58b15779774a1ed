public import LedgerCore
import NodeAnswers
import Synchronization

/// From bytes to a final block.
///
/// A submission goes to one node and waits there. When that node dies, hangs or has no room, the
/// same bytes go to the next one, until they are as far as asked or the time is over. A transaction
/// is known by its id: sent twice it is executed once.
extension Ledger {
  /// How long a submission waits that does not say so itself.
  public static let submitTimeoutDefault = Duration.seconds(120)

  /// Submits a transaction and waits until it is `pending`, `accepted` or `final`.
  ///
  /// Throws `transactionRefused` when no node takes it or it expires, `transactionFailed` when it
  /// is in a block without its operations being applied, and `outcomeUnknown` when the time is over
  /// first: then it may still come into a block, and the same bytes can be submitted again.
  @discardableResult
  public func submit(
    _ transaction: Transaction, wait: NodeClient.Wait = .final,
    timeout: Duration = Ledger.submitTimeoutDefault
  ) async throws(ClientError) -> TransactionOutcome {
    let outcomes = try await submit([transaction], wait: wait, timeout: timeout)
    guard let outcome = outcomes.first else { throw .malformedAnswer("it is empty") }
    return try outcome.sound(wait, validUntil: transaction.body.validUntil)
  }

  /// Submits many transactions at once and answers how far each has come, in order: those that are
  /// refused or fail included. Throws when no node took any of them.
  public func submit(
    _ transactions: [Transaction], wait: NodeClient.Wait = .final,
    timeout: Duration = Ledger.submitTimeoutDefault
  ) async throws(ClientError) -> [TransactionOutcome] {
    let flights = transactions.map { Flight(id: $0.id(facts.chain), bytes: $0.bytes) }
    let deadline = now + timeout.wholeMilliseconds
    let results = await withTaskGroup(
      of: (Int, Result<[TransactionOutcome], ClientError>).self
    ) { group in
      for (number, part) in Self.parts(flights).enumerated() {
        group.addTask {
          do throws(ClientError) {
            return (number, .success(try await self.bring(part, wait, deadline: deadline)))
          } catch {
            return (number, .failure(error))
          }
        }
      }
      var results: [(Int, Result<[TransactionOutcome], ClientError>)] = []
      for await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
    var outcomes: [TransactionOutcome] = []
    for result in results { outcomes += try result.get() }
    return outcomes
  }

  /// Waits until a transaction submitted before, by anybody, is as far as asked; its bytes are not
  /// needed, and so it is not brought to another node.
  public func outcome(
    of id: Digest, wait: NodeClient.Wait = .final, timeout: Duration = Ledger.submitTimeoutDefault
  ) async throws(ClientError) -> TransactionOutcome {
    let deadline = now + timeout.wholeMilliseconds
    let interval = Int64(clamping: min(facts.intervalMilliseconds / 4, 1_000))
    var outcome = TransactionOutcome(id: id, state: .unknown)
    repeat {
      if let answer = try await transaction(id) {
        outcome = try TransactionOutcome(answer, of: id)
        if outcome.hasReached(wait) { return outcome }
      }
      try await pause(max(50, interval))
    } while now < deadline
    return outcome
  }

  /// A transaction under way.
  private struct Flight: Sendable {
    let id: Digest
    let bytes: ArraySlice<UInt8>
    var outcome: TransactionOutcome

    init(id: Digest, bytes: ArraySlice<UInt8>) {
      self.id = id
      self.bytes = bytes
      outcome = TransactionOutcome(id: id, state: .unknown)
    }
  }

  /// Lists that fit into one request each.
  private static func parts(_ flights: [Flight]) -> [[Flight]] {
    var parts: [[Flight]] = []
    var size = Int.max / 2
    for flight in flights {
      size += flight.bytes.count + 3
      let isFull = (parts.last?.count ?? 0) >= SubmissionFormat.transactionsMax
      if isFull || size > SubmissionFormat.bodyBytesMax - 8 {
        parts.append([])
        size = flight.bytes.count + 3
      }
      parts[parts.count - 1].append(flight)
    }
    return parts
  }

  /// Brings transactions as far as asked.
  private func bring(_ flights: [Flight], _ wait: NodeClient.Wait, deadline: Int64)
    async throws(ClientError) -> [TransactionOutcome]
  {
    var flights = flights
    // Bytes may have arrived at a node that never said so: what is then called a replay may be
    // they.
    var mayHaveArrived = false
    var pauseMilliseconds = ClientLimits.backoffMillisecondsMin
    for round in 0... {
      try await waitUntilOneOpens(deadline: deadline)
      if now >= deadline { return flights.map(\.outcome) }
      var failures: [NodeFailure] = []
      for index in order() {
        let open = flights.indices.filter { !flights[$0].outcome.hasReached(wait) }
        let left = deadline - now
        if open.isEmpty || left <= 0 { return flights.map(\.outcome) }
        let attempt = await attempt(index) { [flights] node throws(ClientError) in
          try await node.submit(
            open.map { flights[$0].bytes }, wait: wait,
            timeoutMilliseconds: min(left, self.attemptMilliseconds))
        }
        guard !Task.isCancelled else { throw .cancelled }
        switch attempt {
        case .answer(let answer):
          try await book(answer, open, &flights, isRetry: mayHaveArrived)
          mayHaveArrived = true
        case .failed(let error), .elsewhere(let error):
          if case .unreachable = error {} else { mayHaveArrived = true }
          failures.append(NodeFailure(nodes[index].node, error))
        }
      }
      if !mayHaveArrived, round == 1 { throw noNode(failures) }
      try await pause(max(1, min(pauseMilliseconds, deadline - now)))
      pauseMilliseconds = min(2 * pauseMilliseconds, 2_000)
    }
    return flights.map(\.outcome)
  }

  /// How long one node may take before the same bytes go to another as well.
  private var attemptMilliseconds: Int64 {
    let slots = 3 * Int64(clamping: min(facts.intervalMilliseconds, 60_000))
    return min(max(15_000, slots), ClientLimits.waitTimeoutMilliseconds)
  }

  private func noNode(_ failures: [NodeFailure]) -> ClientError {
    if nodes.count == 1, let first = failures.first {
      return .unreachable(first.node, reason: first.reason)
    }
    return .noNode(failures)
  }

  /// Notes what a node says of each transaction that was open.
  private func book(
    _ answer: SubmissionAnswer, _ open: [Int], _ flights: inout [Flight], isRetry: Bool
  ) async throws(ClientError) {
    for (index, said) in zip(open, answer.transactions) {
      let outcome = try TransactionOutcome(said, of: flights[index].id)
      guard case .refused(let reason) = outcome.state else {
        flights[index].outcome = outcome
        continue
      }
      switch reason.fault {
      case .alreadyKnown:
        flights[index].outcome = TransactionOutcome(id: flights[index].id, state: .pending)
      case .notReady, .poolFull, .senderQueueFull:
        // This node, now: another may take it, or this one later.
        flights[index].outcome = TransactionOutcome(id: flights[index].id, state: .unknown)
      case .replayed where isRetry:
        flights[index].outcome = try await fate(of: flights[index].id, otherwise: outcome)
      default: flights[index].outcome = outcome
      }
    }
  }

  /// What became of a transaction whose sequence is used, and which was sent before: it may have
  /// been it that used the sequence.
  private func fate(of id: Digest, otherwise: TransactionOutcome)
    async throws(ClientError) -> TransactionOutcome
  {
    guard let answer = try await transaction(id) else { return otherwise }
    let outcome = try TransactionOutcome(answer, of: id)
    return outcome.state == .unknown ? otherwise : outcome
  }
}

extension TransactionOutcome {
  /// The outcome, where it is what was waited for; otherwise the error that says why not.
  func sound(_ wait: NodeClient.Wait, validUntil: UInt64) throws(ClientError) -> Self {
    switch state {
    case .refused(let reason):
      throw .transactionRefused(id: id, code: reason.code, sentence: reason.sentence)
    case .notApplied(let height, let reason):
      throw .transactionFailed(
        id: id, height: height, code: reason.code, sentence: reason.sentence)
    case .applied: return self
    case .pending, .accepted, .unknown:
      guard hasReached(wait) else { throw .outcomeUnknown(id: id, validUntil: validUntil) }
      return self
    }
  }
}
