import LedgerCore
import Testing

@testable import LedgerClient

@Suite("Handing out sequences")
struct SequenceAllocatorTests {
  private let account = AccountID(.zero)

  /// Takes so many, as far as they are given at once.
  private func take(_ count: Int, from allocator: inout SequenceAllocator, now: Int64) -> [UInt64] {
    var taken: [UInt64] = []
    for _ in 0..<count {
      if case .sequence(let sequence) = allocator.take(account, now: now) { taken.append(sequence) }
    }
    return taken
  }

  private func turn(_ allocator: inout SequenceAllocator, now: Int64) -> SequenceAllocator.Turn {
    allocator.take(account, now: now)
  }

  @Test("a node is asked first, then each sequence is handed out once, above what waits")
  func upwards() {
    var allocator = SequenceAllocator()
    #expect(turn(&allocator, now: 0) == .ask)
    allocator.note(account, .init(final: 7, pending: 9), now: 0)
    #expect(take(4, from: &allocator, now: 5) == [10, 11, 12, 13])
    allocator.note(account, .init(final: 8, pending: 8), now: 6)
    #expect(take(1, from: &allocator, now: 6) == [14])
  }

  @Test("what was refused is handed out again, the lowest first; what may be used is not")
  func again() {
    var allocator = SequenceAllocator()
    allocator.note(account, .init(final: 0, pending: 0), now: 0)
    for _ in 1...5 { _ = allocator.take(account, now: 0) }
    allocator.end(account, 4, isUsed: false, isFinal: false)
    allocator.end(account, 2, isUsed: false, isFinal: false)
    allocator.end(account, 1, isUsed: true, isFinal: true)
    allocator.end(account, 3, isUsed: true, isFinal: false)
    #expect(take(3, from: &allocator, now: 0) == [2, 4, 6])
  }

  @Test("the highest sequences there are, said by a node, stop nothing but the sequences")
  func end() {
    var allocator = SequenceAllocator()
    allocator.note(account, .init(final: .max - 600, pending: 0), now: 0)
    #expect(take(1, from: &allocator, now: 0) == [.max - 599])
    allocator.end(account, .max - 599, isUsed: false, isFinal: false)
    allocator.note(account, .init(final: .max - 600, pending: .max), now: 0)
    #expect(take(1, from: &allocator, now: 0) == [.max - 599])
    #expect(turn(&allocator, now: 0) == .full)
    allocator.note(account, .init(final: .max, pending: .max), now: 0)
    #expect(turn(&allocator, now: 0) == .full)
  }

  @Test("no more are handed out than the window takes, until some are final")
  func window() {
    var allocator = SequenceAllocator()
    allocator.note(account, .init(final: 0, pending: 0), now: 0)
    for expected in 1...Limits.sequenceLeadMax {
      #expect(take(1, from: &allocator, now: 0) == [expected])
    }
    #expect(turn(&allocator, now: 0) == .full)
    #expect(turn(&allocator, now: 1) == .ask)
    allocator.note(account, .init(final: 2, pending: 2), now: 1)
    #expect(take(1, from: &allocator, now: 1) == [Limits.sequenceLeadMax + 1])
    #expect(take(1, from: &allocator, now: 1) == [Limits.sequenceLeadMax + 2])
    #expect(turn(&allocator, now: 1) == .full)
  }

  @Test("between two of ours a node is asked again: others may use the account")
  func others() {
    var allocator = SequenceAllocator()
    allocator.note(account, .init(final: 3, pending: 3), now: 0)
    #expect(take(1, from: &allocator, now: 0) == [4])
    allocator.end(account, 4, isUsed: true, isFinal: true)
    #expect(turn(&allocator, now: 5_000) == .ask)
    allocator.note(account, .init(final: 6, pending: 8), now: 5_000)
    #expect(take(1, from: &allocator, now: 5_000) == [9])
  }

  @Test("a sequence somebody else took is not handed out again, and a node is asked")
  func collisions() {
    var allocator = SequenceAllocator()
    allocator.note(account, .init(final: 3, pending: 3), now: 0)
    #expect(take(1, from: &allocator, now: 0) == [4])
    allocator.collided(account, 4)
    #expect(turn(&allocator, now: 0) == .ask)
    allocator.note(account, .init(final: 4, pending: 4), now: 0)
    #expect(take(1, from: &allocator, now: 0) == [5])
  }

  @Test("an answer of a node that lags behind takes nothing back; long silence does")
  func lagging() {
    var allocator = SequenceAllocator()
    allocator.note(account, .init(final: 3, pending: 3), now: 0)
    #expect(take(1, from: &allocator, now: 0) == [4])
    allocator.end(account, 4, isUsed: true, isFinal: false)
    allocator.note(account, .init(final: 2, pending: 2), now: 2_000)
    #expect(take(1, from: &allocator, now: 2_000) == [5])
    allocator.end(account, 5, isUsed: true, isFinal: false)
    let late = SequenceAllocator.quietMilliseconds + 3_000
    allocator.note(account, .init(final: 3, pending: 3), now: late)
    #expect(take(1, from: &allocator, now: late) == [4])
  }
}
