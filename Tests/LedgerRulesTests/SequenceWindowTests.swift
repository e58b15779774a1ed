import LedgerCore
import Testing

@testable import LedgerRules

@Suite("The replay window")
struct SequenceWindowTests {
  private func verdict(_ window: SequenceWindow, _ sequence: UInt64) -> TransactionFault? {
    do {
      try window.check(sequence)
      return nil
    } catch { return error }
  }

  @Test("a new account starts at 1 and may lead by 512")
  func fresh() {
    let window = SequenceWindow()
    #expect(verdict(window, 0) == .replayed)
    #expect(verdict(window, 1) == nil)
    #expect(verdict(window, 512) == nil)
    #expect(verdict(window, 513) == .sequenceTooFarAhead)
    #expect(verdict(window, .max) == .sequenceTooFarAhead)
  }

  @Test("a sequence is accepted once")
  func once() throws {
    var window = SequenceWindow()
    try window.use(5)
    #expect(verdict(window, 5) == .replayed)
    try window.use(3)
    #expect(verdict(window, 3) == .replayed)
    #expect(verdict(window, 4) == nil)
  }

  @Test("an unused sequence is accepted 1,024 below the highest and no further")
  func edge() throws {
    var window = SequenceWindow()
    try window.use(500)
    try window.use(1_000)
    try window.use(1_500)
    #expect(verdict(window, 1_500 - 1_024) == nil)
    #expect(verdict(window, 1_500 - 1_025) == .replayed)
    try window.use(1_501)
    #expect(verdict(window, 476) == .replayed)
    #expect(verdict(window, 477) == nil)
  }

  @Test("the highest sequence there is can be used, and ends the account's sequences")
  func last() throws {
    var writer = BCSWriter()
    writer.u64(.max - 1)
    writer.length(0)
    var window = try SequenceWindow(bcs: writer.bytes)
    try window.use(.max)
    #expect(verdict(window, .max) == .replayed)
    #expect(verdict(window, 0) == .replayed)
  }

  @Test("an account that counts up keeps nothing beside its highest")
  func trimmed() throws {
    var window = SequenceWindow()
    for sequence in 1...3_000 as ClosedRange<UInt64> { try window.use(sequence) }
    #expect(window.bcs.count == 9)
    #expect(window.highest == 3_000)
  }

  @Test("random use agrees with a plain set of used sequences, and survives encoding")
  func model() throws {
    var generator = SplitMix64(state: 42)
    for _ in 0..<20 {
      var window = SequenceWindow()
      var used: Set<UInt64> = [0]
      var highest: UInt64 = 0
      for _ in 0..<3_000 {
        let span = [4, 70, 600, 1_100, 1_700].randomElement(using: &generator) ?? 4
        let low = highest > 1_100 ? highest - 1_100 : 0
        let sequence =
          Bool.random(using: &generator)
          ? highest + UInt64.random(in: 0...UInt64(span), using: &generator)
          : UInt64.random(in: low...highest, using: &generator)
        let expected: TransactionFault? =
          if sequence > highest + 512 {
            .sequenceTooFarAhead
          } else if used.contains(sequence) || (sequence < highest && highest - sequence > 1_024) {
            .replayed
          } else {
            nil
          }
        #expect(verdict(window, sequence) == expected)
        guard expected == nil else { continue }
        try window.use(sequence)
        used.insert(sequence)
        highest = max(highest, sequence)
        #expect(window.highest == highest)
      }
      #expect(try SequenceWindow(bcs: window.bcs) == window)
    }
  }

  @Test("a window with a trailing zero word is refused")
  func canonical() {
    var writer = BCSWriter()
    writer.u64(900)
    writer.length(2)
    writer.u64(1)
    writer.u64(0)
    let bytes = writer.bytes
    #expect(throws: BCSError(.invalidValue, field: "unused sequences", offset: 8)) {
      try SequenceWindow(bcs: bytes)
    }
  }
}
