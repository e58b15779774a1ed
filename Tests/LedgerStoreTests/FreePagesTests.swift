import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("LMDB takes free pages in the order of their numbers")
struct FreePagesTests {
  private let temporary = TemporaryFolder()

  /// Transactions that write more and fewer values of one page each in turn: whether each of them
  /// took its pages in ascending order.
  private func rounds(gathers: Bool) throws -> [Bool] {
    let folder = try temporary.folder("\(gathers)")
    let file = try StateFile(folder, mapBytes: 64 << 20, readOnly: false)
    let values = try #require(try file.database("values"))
    let notes = try #require(try file.database("notes"))
    var random = Numbers(state: 3)
    return try [5_000, 1_500, 1_500, 3_000, 1_500, 2_250, 1_500, 2_250, 1_500, 2_250].map { count in
      let numbers = (0..<5_000).shuffled(using: &random).prefix(count).sorted()
      let pages = try write(numbers, file, values, gathersFor: gathers ? notes : nil)
      return zip(pages, pages.dropFirst()).allSatisfy { $0 < $1 }
    }
  }

  /// Puts a value of one page for each number; the pages' own numbers.
  private func write(
    _ numbers: [Int], _ file: StateFile, _ values: UInt32, gathersFor notes: UInt32?
  ) throws(WriteFault) -> [UInt64] {
    let transaction = try file.beginWrite()
    if let notes { try transaction.gatherFreePages(notes, count: numbers.count) }
    var pages: [UInt64] = []
    for number in numbers {
      let key = key(number).bytes
      try unsafe key.withUnsafeBufferPointer { key throws(WriteFault) in
        let key = UnsafeRawBufferPointer(key)
        try unsafe transaction.put(values, key, count: 3_000) { room in
          unsafe room.initializeMemory(as: UInt8.self, repeating: UInt8(number % 251))
          // A page that holds one value begins with its number, 16 bytes before it.
          guard let start = room.baseAddress else { return }
          pages.append(unsafe (start - 16).loadUnaligned(as: UInt64.self))
        }
      }
    }
    try transaction.commit()
    return pages
  }

  @Test("after smaller and larger transactions, when it was told how many are to come")
  func ascending() throws {
    let inOrder = try rounds(gathers: true)
    #expect(!inOrder.contains(false), "\(inOrder)")
  }

  @Test("and not of itself: from what was left over it goes back to the lowest")
  func fromItself() throws { #expect(try rounds(gathers: false).contains(false)) }

  @Test("a state flushed so has its records and no damage, and its file does not grow")
  func flushed() throws {
    var options = smallOptions()
    options.stateMapBytes = 64 << 20
    var model: [StateKey: [UInt8]] = [:]
    for number in 0..<20_000 { model[key(number)] = bytes(40, 0) }
    try createLedger(temporary.home, count: 20_000, options: options)
    try flushTwelve(&model, options)
    let expected = model.sorted { $0.key.hash < $1.key.hash }.map {
      StateRecord(key: $0, value: $1)
    }
    let found = try audited(temporary.home)
    #expect((found == expected) == true)
  }

  private func flushTwelve(
    _ model: inout [StateKey: [UInt8]], _ options: StoreOptions
  ) throws {
    let records = try openLedger(temporary.home, options: options).records
    var random = Numbers(state: 7)
    for height in 1...UInt64(12) {
      let count = height.isMultiple(of: 3) ? 1_100 : 4_000
      let written = (0..<20_000).shuffled(using: &random).prefix(count).map {
        StateChange(key: key($0), value: bytes(40, UInt8(height)))
      }
      for change in written { model[change.key] = change.value }
      try records.flush(
        writes: StateWrites(of: written), height: height, root: root(UInt8(height)))
    }
    // Those that two flushes freed wait beside what is in use.
    #expect(try records.size().used < 20_000 * 400)
  }
}
