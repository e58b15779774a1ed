import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("Leaves are found in the pages of the state file")
struct SearchedPagesTests {
  private let temporary = TemporaryFolder()

  /// Around a page's half, above which LMDB gives values pages of their own; and of many of them.
  private static let sizes = [1, 90, 700, 1_900, 1_950, 2_000, 2_040, 4_000, 4_096, 70_000]

  @Test("they are the model's in trees of any depth, whatever was put over, removed and grown")
  func leaves() throws {
    var model: [StateKey: [UInt8]] = [:]
    let all = changes(0..<1_500, 0)
    for change in all { model[change.key] = change.value }
    try NodeStore.create(
      home: temporary.home, genesis: chain, changes: all,
      root: try AuthenticatedState.root(of: all), options: smallOptions())
    let records = try openLedger(temporary.home, options: smallOptions()).records
    for height in 1...UInt64(12) {
      // Some grow, some shrink, some go; every third height most of them.
      let step = height.isMultiple(of: 3) ? 2 : 17
      var written: [StateChange] = []
      for number in stride(from: Int(height), to: 2_000, by: step) {
        let size = Self.sizes[(number / step + Int(height)) % Self.sizes.count]
        // Large ones are few: the file is small.
        let value = size > 4_096 && number % 5 > 0 ? nil : bytes(size, UInt8(height))
        written.append(StateChange(key: key(number), value: value))
      }
      for change in written { model[change.key] = change.value }
      let root = try AuthenticatedState.root(of: model.map { StateChange(key: $0, value: $1) })
      try records.flush(writes: StateWrites(of: written), height: height, root: root)
      let expected = model.map { StateLeaf(key: $0, value: $1) }.sorted { $0.path < $1.path }
      for depth in [0, 1, 5, 13] {
        let buckets = (0..<UInt32(1 << depth)).map { $0 }
        let found = try records.leaves(inBuckets: buckets, depth: depth)
        #expect(found.leaves == expected)
        // Every seventh: no run of neighbours.
        let some = buckets.filter { $0 % 7 == 3 }
        #expect(
          try records.leaves(inBuckets: some, depth: depth).leaves
            == expected.filter { some.contains(UInt32($0.path.prefix(depth))) })
      }
      #expect(try AuthenticatedState(reader: records).root == root)
      // One by one, and many at once; the next height finds no reader in the way of its growth.
      try expectValues(model, of: try records.snapshot())
      try expectValues(model, ofAll: records)
    }
  }

  private func expectValues(_ model: [StateKey: [UInt8]], of snapshot: RecordSnapshot) throws {
    for number in stride(from: 0, to: 2_100, by: 3) {
      #expect(try snapshot.value(of: key(number)) == model[key(number)])
    }
  }

  /// Many at once, as an execution reads them.
  private func expectValues(_ model: [StateKey: [UInt8]], ofAll records: RecordStore) throws {
    let keys = (0..<2_100).map { key($0) }
    let reads = try #require(try records.reads(depth: 5))
    let values = try reads.values(of: keys, paths: keys.map(\.hash))
    #expect(values == keys.map { model[$0] })
  }
}
