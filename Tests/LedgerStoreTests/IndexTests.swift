import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("Derived indexes")
struct IndexTests {
  let temporary = TemporaryFolder()

  private func lot(_ number: Int) -> IndexChange {
    IndexChange(index: "lots", key: [UInt8(number >> 8), UInt8(number & 0xFF)], value: [1, 2])
  }

  private func entry(_ number: Int) -> IndexEntry {
    IndexEntry(key: [UInt8(number >> 8), UInt8(number & 0xFF)], value: [1, 2])
  }

  private func openWithLots(_ count: Int) throws -> NodeStore {
    let neighbours = [
      IndexChange(index: "lot", key: [0xFF], value: [9]),
      IndexChange(index: "lotss", key: [0], value: [9]),
    ]
    try createLedger(
      temporary.home, indexes: (0..<count).reversed().map(lot) + neighbours)
    return try openLedger(temporary.home)
  }

  @Test("entries come in the order of their keys, within bounds, of their index only")
  func ranges() throws {
    let index = try openWithLots(600).records.index("lots")
    #expect(try index.first(10_000) == (0..<600).map(entry))
    #expect(try index.first(3) == (0..<3).map(entry))
    #expect(try index.range(from: [1, 0], below: [1, 5], limit: 100) == (256..<261).map(entry))
    #expect(try index.range(from: [1, 0], below: nil, limit: 2) == (256..<258).map(entry))
    #expect(try index.range(from: [3], below: nil, limit: 2).isEmpty)
    #expect(try index.first(0).isEmpty)
  }

  @Test("a flush changes records and entries together; a snapshot keeps both")
  func flushedTogether() throws {
    let records = try openWithLots(5).records
    let snapshot = try records.snapshot()
    let gone = IndexChange(index: "lots", key: [0, 1], value: nil)
    try records.flush(
      changes: changes(0..<1, 9), indexes: [gone, lot(7), gone], height: 1, root: root(1))
    #expect(try records.index("lots").first(9) == [0, 2, 3, 4, 7].map(entry))
    #expect(try snapshot.index("lots").first(9) == (0..<5).map(entry))
  }

  @Test("an index is built anew without touching the others")
  func rebuild() throws {
    let records = try openWithLots(50).records
    try records.rebuildIndex("lots", (10..<20).map(entry))
    #expect(try records.index("lots").first(99) == (10..<20).map(entry))
    #expect(try records.index("lot").first(9) == [IndexEntry(key: [0xFF], value: [9])])
    #expect(try records.index("lotss").first(9) == [IndexEntry(key: [0], value: [9])])
    #expect(records.height == 0)
  }

  @Test("names, keys and values have bounds")
  func bounds() throws {
    let records = try openWithLots(1).records
    let refused: [IndexChange] = [
      IndexChange(index: "", key: [1], value: []),
      IndexChange(index: "a b", key: [1], value: []),
      IndexChange(index: String(repeating: "a", count: 33), key: [1], value: []),
      IndexChange(index: "a", key: [], value: []),
      IndexChange(index: "a", key: bytes(401, 0), value: []),
      IndexChange(index: "a", key: [1], value: bytes(65_537, 0)),
    ]
    for change in refused {
      #expect(throws: StoreError.self) {
        try records.flush(changes: [], indexes: [change], height: 1, root: root(1))
      }
    }
    let largest = IndexChange(
      index: String(repeating: "a", count: 32), key: bytes(400, 0), value: bytes(65_536, 0))
    try records.flush(changes: [], indexes: [largest], height: 1, root: root(1))
    #expect(try records.index(largest.index).first(2).map(\.key) == [bytes(400, 0)])
  }
}
