import Dissemination
import LedgerCore
import LedgerMetrics
import NodeAPI
import NodeAnswers
import Replica
import Synchronization

/// Keeps what clients wait for: from a submission to pending, accepted or final.
///
/// Bounded: by the requests that are open, and by the number of ends it remembers.
final class SubmissionDesk: Sendable {
  /// Ends of transactions remembered, for those who ask later.
  static let endsMax = 200_000

  private struct Submission {
    let wait: SubmissionWait
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<NodeAnswers.SubmissionAnswer, Never>
    var answers: [TransactionAnswer?]
    var open: Int
  }

  private struct Place {
    let ticket: UInt64
    let index: Int
  }

  private struct State {
    var nextTicket: UInt64 = 0
    var submissions: [UInt64: Submission] = [:]
    /// Who waits for a transaction.
    var waiting: [Digest: [Place]] = [:]
    var acceptedIDs: Set<Digest> = []
    var ends: [Digest: TransactionAnswer] = [:]
    /// Ids of `ends` in the order they came, a ring once full.
    var endOrder: [Digest] = []
    var endNext = 0
  }

  private let state = Mutex(State())
  private let metrics: NodeMetrics

  init(metrics: NodeMetrics) { self.metrics = metrics }

  /// Hands transactions to the replica through `offer`, which says whether it took them, and waits.
  func submit(
    _ transactions: [ArraySlice<UInt8>], wait: SubmissionWait,
    offer: @Sendable (_ ticket: UInt64) -> Bool
  ) async -> NodeAnswers.SubmissionAnswer {
    metrics.transactionsSubmitted.add(UInt64(transactions.count))
    return await withCheckedContinuation { continuation in
      let ticket = state.withLock { state in
        state.nextTicket += 1
        state.submissions[state.nextTicket] = Submission(
          wait: wait,
          deadline: .now + .milliseconds(SubmissionFormat.waitMillisecondsMax),
          continuation: continuation,
          answers: Array(repeating: nil, count: transactions.count), open: transactions.count)
        return state.nextTicket
      }
      if !offer(ticket) { refuseAll(ticket) }
    }
  }

  /// What is known of transactions by their ids, in order.
  func known(_ ids: [Digest]) -> [TransactionAnswer?] {
    state.withLock { state in
      ids.map { id in
        state.ends[id]
          ?? (state.acceptedIDs.contains(id)
            ? TransactionAnswer(id: id.hex, status: .accepted) : nil)
      }
    }
  }

  private func refuseAll(_ ticket: UInt64) {
    finish { state in
      guard let count = state.submissions[ticket]?.answers.count else { return }
      for index in 0..<count {
        Self.settle(
          Place(ticket: ticket, index: index),
          Self.refused(nil, TransactionFault.notReady), in: &state)
      }
    }
  }

  /// The replica's first answer to a submitted transaction.
  func answered(_ answer: Dissemination.SubmissionAnswer) {
    finish { [metrics] state in
      let place = Place(ticket: answer.ticket, index: answer.index)
      guard let submission = state.submissions[answer.ticket] else { return }
      switch answer.status {
      case .refused(let fault):
        if fault == .alreadyKnown, submission.wait != .pending, let id = answer.id {
          return Self.await(id, place, submission.wait, in: &state)
        }
        metrics.transactionsRefused.add()
        Self.settle(place, Self.refused(answer.id, fault), in: &state)
      case .pending:
        guard submission.wait != .pending, let id = answer.id else {
          let pending = TransactionAnswer(id: answer.id?.hex, status: .pending)
          return Self.settle(place, pending, in: &state)
        }
        Self.await(id, place, submission.wait, in: &state)
      }
    }
  }

  private static func await(
    _ id: Digest, _ place: Place, _ wait: SubmissionWait, in state: inout State
  ) {
    if let end = state.ends[id] { return settle(place, end, in: &state) }
    if wait == .accepted, state.acceptedIDs.contains(id) {
      return settle(place, TransactionAnswer(id: id.hex, status: .accepted), in: &state)
    }
    state.waiting[id, default: []].append(place)
  }

  /// These transactions are in bundles that f + 1 ER Nodes hold.
  func accepted(_ ids: [Digest]) {
    finish { state in
      for id in ids where state.ends[id] == nil {
        state.acceptedIDs.insert(id)
        guard let places = state.waiting[id] else { continue }
        var kept: [Place] = []
        var settled: [Place] = []
        for place in places {
          if state.submissions[place.ticket]?.wait == .final {
            kept.append(place)
          } else {
            settled.append(place)
          }
        }
        state.waiting[id] = kept.isEmpty ? nil : kept
        for place in settled {
          Self.settle(place, TransactionAnswer(id: id.hex, status: .accepted), in: &state)
        }
      }
    }
  }

  /// These transactions end without a block.
  func ended(_ ended: [EndedTransaction]) {
    finish { state in
      for end in ended { conclude(end.id, Self.refused(end.id, end.fault), in: &state) }
    }
  }

  /// A block is final.
  func finalised(_ block: FinalBlock) {
    finish { state in
      for receipt in block.receipts {
        conclude(
          receipt.transaction, Self.final(receipt, height: block.decided.height), in: &state)
      }
    }
  }

  /// Answers submissions whose time is over with what is known so far.
  func sweep() {
    let now = ContinuousClock.now
    finish { state in
      let overdue = state.submissions.filter { $0.value.deadline <= now }.map(\.key)
      guard !overdue.isEmpty else { return }
      for (id, places) in state.waiting {
        let status: TransactionAnswer.Status =
          state.acceptedIDs.contains(id) ? .accepted : .pending
        for place in places where overdue.contains(place.ticket) {
          Self.settle(place, TransactionAnswer(id: id.hex, status: status), in: &state)
        }
        let kept = places.filter { !overdue.contains($0.ticket) }
        state.waiting[id] = kept.isEmpty ? nil : kept
      }
      for ticket in overdue {
        guard let count = state.submissions[ticket]?.answers.count else { continue }
        for index in 0..<count {
          Self.settle(
            Place(ticket: ticket, index: index), Self.refused(nil, .notReady), in: &state)
        }
      }
    }
  }

  /// Answers everything that is open: the node stops.
  func close() {
    finish { state in
      for (ticket, submission) in state.submissions {
        for index in submission.answers.indices {
          Self.settle(
            Place(ticket: ticket, index: index), Self.refused(nil, .notReady), in: &state)
        }
      }
      state.waiting = [:]
    }
  }

  private func conclude(_ id: Digest, _ answer: TransactionAnswer, in state: inout State) {
    state.acceptedIDs.remove(id)
    remember(id, answer, in: &state)
    for place in state.waiting.removeValue(forKey: id) ?? [] {
      Self.settle(place, answer, in: &state)
    }
  }

  private func remember(_ id: Digest, _ answer: TransactionAnswer, in state: inout State) {
    if let known = state.ends[id] {
      // A transaction sent again through another node may stand in a second bundle: there it is
      // skipped as replayed, which says nothing of its first execution.
      if known.status != .final { state.ends[id] = answer }
      return
    }
    state.ends[id] = answer
    if state.endOrder.count < Self.endsMax {
      state.endOrder.append(id)
    } else {
      state.ends[state.endOrder[state.endNext]] = nil
      state.endOrder[state.endNext] = id
      state.endNext = (state.endNext + 1) % Self.endsMax
    }
  }

  /// Runs a change and then answers the submissions it completed, outside the lock.
  private func finish(_ change: (inout State) -> Void) {
    let complete = state.withLock { state in
      change(&state)
      let done = state.submissions.filter { $0.value.open == 0 }
      for ticket in done.keys { state.submissions[ticket] = nil }
      return Array(done.values)
    }
    for submission in complete {
      submission.continuation.resume(
        returning: NodeAnswers.SubmissionAnswer(transactions: submission.answers.compactMap(\.self))
      )
    }
  }

  private static func settle(_ place: Place, _ answer: TransactionAnswer, in state: inout State) {
    guard state.submissions[place.ticket]?.answers[place.index] == nil,
      state.submissions[place.ticket] != nil
    else { return }
    state.submissions[place.ticket]?.answers[place.index] = answer
    state.submissions[place.ticket]?.open -= 1
  }

  private static func refused(_ id: Digest?, _ fault: TransactionFault) -> TransactionAnswer {
    TransactionAnswer(
      id: id?.hex, status: .refused, code: fault.code, message: fault.sentence)
  }

  private static func final(_ receipt: Receipt, height: UInt64) -> TransactionAnswer {
    let id = receipt.transaction.hex
    switch receipt.outcome {
    case .applied:
      return TransactionAnswer(id: id, status: .final, applied: true, height: height)
    case .failed(_, let fault), .skipped(let fault):
      return TransactionAnswer(
        id: id, status: .final, applied: false, height: height, code: fault.code,
        message: fault.sentence)
    }
  }
}
