import Dissemination
import LedgerCore
import LedgerMetrics
import NodeAPI
import NodeAnswers
import Synchronization
import Testing

@testable import NodeRuntime

@Suite("Clients are told what became of their transactions, once and always")
struct SubmissionDeskTests {
  private let desk = SubmissionDesk(metrics: NodeMetrics())
  private let id = Digest(bytes(7))

  /// Submits, runs `meanwhile` with the ticket once the replica has it, and gives the answers.
  private func submit(
    _ count: Int = 1, wait: SubmissionWait, meanwhile: @escaping @Sendable (UInt64) -> Void
  ) async -> [TransactionAnswer] {
    let transactions = Array(repeating: [UInt8(1)][...], count: count)
    return await desk.submit(transactions, wait: wait) { ticket in
      meanwhile(ticket)
      return true
    }.transactions
  }

  private func pending(_ ticket: UInt64, _ index: Int, _ id: Digest) {
    desk.answered([
      Dissemination.SubmissionAnswer(ticket: ticket, index: index, id: id, status: .pending)
    ])
  }

  private func receipt(_ id: Digest, _ outcome: Receipt.Outcome) -> Receipt {
    Receipt(transaction: id, outcome: outcome, charge: .zero, fee: .zero)
  }

  @Test("acceptance by another node's word is told with that node's name, also to who asks later")
  func hearsay() async {
    let answers = await submit(wait: .accepted) { [self] ticket in
      pending(ticket, 0, id)
      desk.accepted([id], accordingTo: "eco2t1teller")
    }
    let expected = TransactionAnswer(
      id: id.hex, status: .accepted, accordingTo: "eco2t1teller")
    #expect(answers == [expected])
    #expect(desk.known([id]) == [expected])
  }

  @Test("who waits for pending is answered by the replica's first word")
  func pendingOnly() async {
    let answers = await submit(wait: .pending) { pending($0, 0, id) }
    #expect(answers == [TransactionAnswer(id: id.hex, status: .pending)])
  }

  @Test("who waits for final hears of acceptance only with the block")
  func final() async {
    let answers = await submit(wait: .final) {
      pending($0, 0, id)
      desk.accepted([id])
      desk.finalised(height: 3, [receipt(id, .applied)])
    }
    let end = TransactionAnswer(
      id: id.hex, status: .final, applied: true, height: 3, index: 0)
    #expect(answers == [end])
  }

  @Test("what a full block crowds out has not ended")
  func crowdedOut() async {
    let answers = await submit(wait: .final) {
      pending($0, 0, id)
      desk.accepted([id])
      desk.finalised(height: 3, [receipt(id, .skipped(.blockFull))])
      desk.finalised(height: 4, [receipt(id, .applied)])
    }
    #expect(answers.first?.height == 4)
    #expect(answers.first?.applied == true)
  }

  @Test("an execution is not forgotten for a copy that is skipped, nor hidden by one before it")
  func copies() {
    desk.finalised(height: 3, [receipt(id, .applied)])
    desk.finalised(height: 4, [receipt(id, .skipped(.replayed))])
    #expect(desk.known([id]).first??.height == 3)
    let late = Digest(bytes(8))
    desk.finalised(height: 3, [receipt(late, .skipped(.feeUnpayable))])
    desk.finalised(height: 4, [receipt(late, .applied)])
    #expect(desk.known([late]).first??.applied == true)
  }

  @Test("a list is answered whole, in its order, when its last transaction is")
  func list() async {
    let other = Digest(bytes(9))
    let answers = await submit(3, wait: .accepted) { ticket in
      pending(ticket, 2, other)
      pending(ticket, 0, id)
      desk.accepted([other])
      desk.answered([
        Dissemination.SubmissionAnswer(
          ticket: ticket, index: 1, id: nil, status: .refused(.malformed))
      ])
      desk.ended([EndedTransaction(id: id, fault: .expired)])
    }
    #expect(answers.map(\.status) == [.refused, .refused, .accepted])
    #expect(answers.map(\.code) == ["expired", "malformed", nil])
  }

  @Test("a wait that is over is answered with what is known, and forgotten")
  func overdue() async {
    let answers = await submit(2, wait: .final) {
      pending($0, 0, id)
      desk.accepted([id])
      desk.sweep()
      desk.sweep(now: .now + .seconds(3_600))
    }
    #expect(answers.map(\.status) == [.accepted, .refused])
    // The end that comes later finds nobody who waits.
    desk.finalised(height: 5, [receipt(id, .applied)])
    #expect(desk.known([id]).first??.height == 5)
  }

  @Test("a stopping node answers what is open and refuses what comes")
  func closing() async {
    let open = await submit(wait: .final) {
      pending($0, 0, id)
      desk.close()
    }
    #expect(open.map(\.status) == [.pending])
    let asked = Mutex(false)
    let late = await submit(wait: .final) { _ in asked.withLock { $0 = true } }
    #expect(late.map(\.code) == ["not_ready"])
    #expect(!asked.withLock { $0 })
  }

  @Test("transactions beyond the bound are refused at once, and places become free again")
  func bounded() async {
    let desk = desk
    let most = Array(repeating: [UInt8(1)][...], count: NodeLimits.waitingTransactionsMax)
    let (tickets, opened) = AsyncStream<UInt64>.makeStream()
    async let first = desk.submit(most, wait: .final) { ticket in
      opened.yield(ticket)
      return true
    }
    for await _ in tickets { break }
    let refused = await submit(wait: .pending) { _ in }
    #expect(refused.map(\.code) == ["not_ready"])
    desk.sweep(now: .now + .seconds(3_600))
    let count = await first.transactions.count
    #expect(count == most.count)
    let taken = await submit(wait: .pending) { pending($0, 0, id) }
    #expect(taken.map(\.status) == [.pending])
  }

  @Test("a queue that is full refuses the submission")
  func full() async {
    let answer = await desk.submit([[1][...]], wait: .final) { _ in false }
    #expect(answer.transactions.map(\.code) == ["not_ready"])
  }

  @Test("the oldest ends are forgotten first")
  func ring() {
    var ends = TransactionEnds(countMax: 2)
    for value in 1...3 {
      ends.remember(Digest(bytes(UInt8(value))), .final(height: UInt64(value), index: 0, .applied))
    }
    let left = (1...3).map { ends[Digest(bytes(UInt8($0)))] != nil }
    #expect(left == [false, true, true])
  }
}
