import LedgerCore
import Testing

@testable import LoadTest

@Suite("What became of each transaction")
struct LoadBookTests {
  private static let second: UInt64 = 1_000_000_000

  /// A chunk of a second: one transaction every tenth of it.
  private func chunk(
    _ index: Int, kinds: [TransactionKind] = Array(repeating: .transfer, count: 10)
  ) throws -> SignedChunk {
    let ids = try kinds.indices.map { place in
      try Digest(bcs: SHA256.hash([UInt8(index), UInt8(place)]).bytes.array)
    }
    return SignedChunk(
      index: index, first: index * 10, bytes: [UInt8](0..<10), starts: (0...10).map { UInt32($0) },
      ids: ids, kinds: kinds,
      due: (0..<10).map { UInt64(index) * Self.second + UInt64($0) * Self.second / 10 },
      batches: [])
  }

  private func receipt(_ id: Digest, _ outcome: Receipt.Outcome = .applied) -> Receipt {
    Receipt(transaction: id, outcome: outcome, charge: .zero, fee: .zero)
  }

  private func book(_ chunk: SignedChunk) -> LoadBook {
    let book = LoadBook(window: .init(start: 0, end: .max))
    book.take(chunk)
    book.send(chunk, 0..<10, late: 0)
    return book
  }

  @Test("latency counts from the intended send, however late it was sent or answered")
  func omission() throws {
    let chunk = try chunk(0)
    let book = LoadBook(window: .init(start: 0, end: .max))
    book.take(chunk)
    // All leave 20 s late, and are final in the same block 5 s after that.
    book.send(chunk, 0..<10, late: 20 * Self.second)
    let all = Array(0..<10)
    #expect(book.book(all.map { _ in .accepted }, of: all, at: 21 * Self.second).isEmpty)
    #expect(book.book(chunk.ids.map { receipt($0) }, certified: 25 * Self.second) == 10)
    let counts = book.close()
    #expect(counts.final == 10 && counts.accepted == 10 && counts.lost == 0 && counts.open == 0)
    #expect(counts.latency.maximum == 25_000_000)
    #expect(counts.latency.quantile(0.01) >= 24_100_000)
    #expect(counts.acceptance.maximum == 21_000_000)
    #expect(counts.lateness.maximum == 20_000_000)
  }

  @Test("each ends in exactly one way, and what has no end is lost or open")
  func ends() throws {
    let chunk = try chunk(0)
    let book = book(chunk)
    let again = book.book(
      [
        .accepted, .accepted, .accepted, .refused("pool_full"), .expired, .pending, .tryElsewhere,
        .used, .accepted, .accepted,
      ], of: Array(0..<10), at: 1)
    #expect(again == [5, 6])
    #expect(book.unsettled(among: again).numbers == [5, 6])
    #expect(book.unsettled(among: again).listed == [5, 6])
    _ = book.book(
      [
        receipt(chunk.ids[0]),
        receipt(
          chunk.ids[1], .failed(operation: 0, .insufficientBalance, subject: nil)),
        receipt(chunk.ids[2], .skipped(.expired)),
        // Neither is an end.
        receipt(chunk.ids[8], .skipped(.blockFull)), receipt(chunk.ids[0], .skipped(.replayed)),
      ], certified: 2)
    let counts = book.close()
    #expect(counts.offered == 10)
    #expect(counts.final == 2 && counts.applied == 1)
    #expect(counts.rejected == ["pool_full": 1] && counts.expired == 1)
    #expect(counts.skipped == [TransactionFault.expired.code: 1])
    // 7, 8 and 9 were taken by a node and never seen again; of 5 and 6 nothing is known.
    #expect(counts.lost == 3 && counts.open == 2 && counts.executedTwice == 0)
    #expect(book.openCount == 0)
  }

  @Test("a second execution, and one of something invalid, are seen")
  func violations() throws {
    var kinds = [TransactionKind](repeating: .transfer, count: 10)
    kinds[4] = .badSignature
    kinds[5] = .oversized
    let chunk = try chunk(0, kinds: kinds)
    let book = book(chunk)
    _ = book.book(
      [.refused("bad_signature"), .refused("oversized")], of: [4, 5], at: 1)
    _ = book.book([receipt(chunk.ids[0]), receipt(chunk.ids[4])], certified: 2)
    _ = book.book([receipt(chunk.ids[0])], certified: 3)
    let counts = book.close()
    #expect(counts.offered == 8 && counts.final == 1)
    #expect(counts.executedTwice == 1)
    #expect(counts.invalidSent == ["badly_signed": 1, "oversized": 1])
    #expect(counts.invalidRejected == ["bad_signature": 1, "oversized": 1])
    #expect(counts.invalidExecuted == ["badly_signed": 1])
  }

  @Test("only what was due in the steady phase is measured")
  func window() throws {
    let book = LoadBook(window: .init(start: Self.second / 2, end: 3 * Self.second / 2))
    for index in 0..<2 {
      let chunk = try chunk(index)
      book.take(chunk)
      book.send(chunk, 0..<10, late: 0)
      _ = book.book(chunk.ids.map { receipt($0) }, certified: 3 * Self.second)
    }
    let counts = book.close()
    #expect(counts.offered == 20 && counts.final == 20)
    #expect(counts.steadyOffered == 10 && counts.steadyFinal == 10)
    #expect(counts.latency.count == 10)
  }

  @Test("ids are found among a hundred thousand, and none that is not there")
  func table() {
    var table = IDTable()
    var draw = Draw(seed: 1)
    let keys = (0..<100_000).map { _ in draw.next() }
    for (number, key) in keys.enumerated() { table.insert(key, number) }
    #expect(keys.indices.allSatisfy { table.number(keys[$0]) == $0 })
    #expect((0..<1_000).allSatisfy { _ in table.number(draw.next()) == nil })
    table.drop(below: 60_000)
    #expect(table.number(keys[59_999]) == nil && table.number(keys[60_000]) == 60_000)
  }
}
