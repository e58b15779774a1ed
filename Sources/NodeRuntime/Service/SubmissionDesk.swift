import Dissemination
import LedgerCore
import LedgerMetrics
import NodeAPI
import NodeAnswers
import Replica
import Synchronization

/// Keeps what clients wait for: from a submission to pending, accepted or final.
///
/// Bounded: by the requests that may be open, and by the number of ends it remembers. Each event
/// costs what it changes, however many requests are open: it runs on the replica's thread.
final class SubmissionDesk: Sendable {
  /// Ends of transactions remembered, for those who ask later.
  static let endsMax = 200_000

  private struct Submission {
    let wait: SubmissionWait
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<NodeAnswers.SubmissionAnswer, Never>
    var answers: [TransactionAnswer?]
    /// Of those that wait for more than the first answer: what they wait for.
    var ids: [Int: Digest] = [:]
    var open: Int
  }

  private struct Place: Equatable {
    let ticket: UInt64
    let index: Int
  }

  private struct State {
    var nextTicket: UInt64 = 0
    var isClosed = false
    var submissions: [UInt64: Submission] = [:]
    /// Transactions of all submissions.
    var transactionCount = 0
    /// Submissions with all their answers, to be told.
    var complete: [Submission] = []
    /// Who waits for a transaction.
    var waiting: [Digest: [Place]] = [:]
    /// With the node whose word it is, on a full node.
    var acceptedIDs: [Digest: String?] = [:]
    var ends = TransactionEnds(countMax: SubmissionDesk.endsMax)
  }

  private let state = Mutex(State())
  private let metrics: NodeMetrics

  init(metrics: NodeMetrics) { self.metrics = metrics }

  /// Hands transactions to the replica through `offer`, which says whether it took them, and waits.
  /// When too many requests wait already, or the node stops, all are refused as `notReady`.
  func submit(
    _ transactions: [ArraySlice<UInt8>], wait: SubmissionWait,
    offer: @Sendable (_ ticket: UInt64) -> Bool
  ) async -> NodeAnswers.SubmissionAnswer {
    metrics.chain.transactionsSubmitted.add(UInt64(transactions.count))
    guard !transactions.isEmpty else { return NodeAnswers.SubmissionAnswer(transactions: []) }
    return await withCheckedContinuation { continuation in
      let submission = Submission(
        wait: wait, deadline: .now + .milliseconds(SubmissionFormat.waitMillisecondsMax),
        continuation: continuation, answers: Array(repeating: nil, count: transactions.count),
        open: transactions.count)
      guard let ticket = open(submission) else { return refuse(submission) }
      if !offer(ticket) { finish { Self.conclude(ticket, in: &$0) } }
    }
  }

  /// Nil when there is no room for another one.
  private func open(_ submission: Submission) -> UInt64? {
    state.withLock { state in
      let count = state.transactionCount + submission.answers.count
      guard !state.isClosed, state.submissions.count < NodeLimits.waitsMax,
        count <= NodeLimits.waitingTransactionsMax
      else { return nil }
      state.transactionCount = count
      state.nextTicket += 1
      state.submissions[state.nextTicket] = submission
      return state.nextTicket
    }
  }

  private func refuse(_ submission: Submission) {
    metrics.chain.transactionsRefused.add(UInt64(submission.answers.count))
    submission.continuation.resume(
      returning: NodeAnswers.SubmissionAnswer(
        transactions: submission.answers.map { _ in Self.refused(nil, .notReady) }))
  }

  /// What is known of transactions by their ids, in order.
  func known(_ ids: [Digest]) -> [TransactionAnswer?] {
    state.withLock { state in
      ids.map { id in
        if let end = state.ends[id] { return end.answer(id) }
        return state.acceptedIDs[id].map { Self.accepted(id, accordingTo: $0) }
      }
    }
  }

  /// How a transaction ended, as far as it is remembered.
  func end(of id: Digest) -> TransactionEnd? { state.withLock { $0.ends[id] } }

  /// The replica's first answers to submitted transactions.
  func answered(_ answers: [Dissemination.SubmissionAnswer]) {
    finish { state in
      for answer in answers { take(answer, in: &state) }
    }
  }

  private func take(_ answer: Dissemination.SubmissionAnswer, in state: inout State) {
    let place = Place(ticket: answer.ticket, index: answer.index)
    guard let wait = state.submissions[answer.ticket]?.wait else { return }
    switch answer.status {
    case .refused(let fault):
      if fault == .alreadyKnown, wait != .pending, let id = answer.id {
        return Self.await(id, place, wait, in: &state)
      }
      metrics.chain.transactionsRefused.add()
      Self.settle(place, Self.refused(answer.id, fault), in: &state)
    case .pending:
      guard wait != .pending, let id = answer.id else {
        let pending = TransactionAnswer(id: answer.id?.hex, status: .pending)
        return Self.settle(place, pending, in: &state)
      }
      Self.await(id, place, wait, in: &state)
    }
  }

  private static func await(
    _ id: Digest, _ place: Place, _ wait: SubmissionWait, in state: inout State
  ) {
    if let end = state.ends[id] { return settle(place, end.answer(id), in: &state) }
    if wait == .accepted, let teller = state.acceptedIDs[id] {
      return settle(place, accepted(id, accordingTo: teller), in: &state)
    }
    state.waiting[id, default: []].append(place)
    state.submissions[place.ticket]?.ids[place.index] = id
  }

  /// These transactions are in bundles that f + 1 ER Nodes hold; on a full node, so says the node
  /// at this address.
  func accepted(_ ids: [Digest], accordingTo teller: String? = nil) {
    finish { state in
      for id in ids where state.ends[id] == nil {
        state.acceptedIDs.updateValue(teller, forKey: id)
        guard let places = state.waiting[id] else { continue }
        let kept = places.filter { state.submissions[$0.ticket]?.wait == .final }
        state.waiting[id] = kept.isEmpty ? nil : kept
        for place in places where !kept.contains(place) {
          Self.settle(place, Self.accepted(id, accordingTo: teller), in: &state)
        }
      }
    }
  }

  /// These transactions end without a block.
  func ended(_ ended: [EndedTransaction]) {
    finish { state in
      for end in ended { Self.conclude(end.id, .refused(end.fault), in: &state) }
    }
  }

  /// A block is final. What it had no room for is bundled anew: that is no end.
  func finalised(_ block: FinalBlock) {
    finalised(height: block.decided.height, block.receipts)
  }

  func finalised(height: UInt64, _ receipts: [Receipt]) {
    finish { state in
      for (index, receipt) in receipts.enumerated()
      where receipt.outcome != .skipped(.blockFull) {
        let end = TransactionEnd.final(
          height: height, index: UInt32(clamping: index), receipt.outcome)
        Self.conclude(receipt.transaction, end, in: &state)
      }
    }
  }

  /// Answers submissions whose time is over with what is known so far.
  func sweep(now: ContinuousClock.Instant = .now) {
    finish { state in
      let overdue = state.submissions.filter { $0.value.deadline <= now }.map(\.key)
      for ticket in overdue { Self.conclude(ticket, in: &state) }
    }
  }

  /// Answers everything that is open and refuses what comes: the node stops.
  func close() {
    finish { state in
      state.isClosed = true
      for ticket in Array(state.submissions.keys) { Self.conclude(ticket, in: &state) }
    }
  }

  /// A transaction has ended.
  private static func conclude(_ id: Digest, _ end: TransactionEnd, in state: inout State) {
    state.acceptedIDs.removeValue(forKey: id)
    state.ends.remember(id, end)
    for place in state.waiting.removeValue(forKey: id) ?? [] {
      settle(place, end.answer(id), in: &state)
    }
  }

  /// Answers a submission with what is known so far: what the replica has not answered is refused.
  private static func conclude(_ ticket: UInt64, in state: inout State) {
    guard let submission = state.submissions[ticket] else { return }
    for index in submission.answers.indices where submission.answers[index] == nil {
      guard let id = submission.ids[index] else {
        settle(Place(ticket: ticket, index: index), refused(nil, .notReady), in: &state)
        continue
      }
      let kept = state.waiting[id]?.filter { $0.ticket != ticket } ?? []
      state.waiting[id] = kept.isEmpty ? nil : kept
      let answer =
        state.acceptedIDs[id].map { accepted(id, accordingTo: $0) }
        ?? TransactionAnswer(id: id.hex, status: .pending)
      settle(Place(ticket: ticket, index: index), answer, in: &state)
    }
  }

  /// Runs a change and then answers the submissions it completed, outside the lock.
  private func finish(_ change: (inout State) -> Void) {
    let complete = state.withLock { state in
      change(&state)
      guard !state.complete.isEmpty else { return [Submission]() }
      defer { state.complete = [] }
      return state.complete
    }
    for submission in complete {
      submission.continuation.resume(
        returning: NodeAnswers.SubmissionAnswer(transactions: submission.answers.compactMap(\.self))
      )
    }
  }

  private static func settle(_ place: Place, _ answer: TransactionAnswer, in state: inout State) {
    let isOpen = state.submissions[place.ticket].map {
      $0.answers.indices.contains(place.index) && $0.answers[place.index] == nil
    }
    guard isOpen == true else { return }
    state.submissions[place.ticket]?.answers[place.index] = answer
    state.submissions[place.ticket]?.open -= 1
    guard state.submissions[place.ticket]?.open == 0,
      let whole = state.submissions.removeValue(forKey: place.ticket)
    else { return }
    state.transactionCount -= whole.answers.count
    state.complete.append(whole)
  }

  private static func accepted(_ id: Digest, accordingTo teller: String?) -> TransactionAnswer {
    TransactionAnswer(id: id.hex, status: .accepted, accordingTo: teller)
  }

  private static func refused(_ id: Digest?, _ fault: TransactionFault) -> TransactionAnswer {
    TransactionAnswer(
      id: id?.hex, status: .refused, code: fault.code, message: fault.sentence)
  }
}
