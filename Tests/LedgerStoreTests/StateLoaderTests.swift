import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("Loading a whole state")
struct StateLoaderTests {
  let temporary = TemporaryFolder()

  private func ordered(_ count: Int) -> [StateChange] {
    StateWrites(of: changes(0..<count, 4)).changes
  }

  @Test("what was loaded has the root of its records, whatever the workers and the parts")
  func loaded() throws {
    let all = ordered(20_000)
    let expected = try AuthenticatedState.root(of: all)
    for (number, workers) in [nil, try WorkerPool(workers: 2)].enumerated() {
      let home = temporary.home + "/\(number)"
      do {
        let loader = try StateLoader(
          home: home, chain: chain, workers: workers, options: smallOptions())
        for start in stride(from: 0, to: all.count, by: 7_001) {
          try loader.add(Array(all[start..<min(start + 7_001, all.count)]))
        }
        let entry = IndexChange(index: "owners", key: [1], value: [2])
        #expect(try loader.finish(indexes: [entry], height: 12) == expected)
        #expect(loader.recordCount == all.count)
      }
      let store = try RecordStore(
        folder: Folder(path: home + "/data/state"), options: smallOptions())
      let records = try #require(store)
      #expect(records.height == 12 && records.root == expected && records.chain == chain)
      #expect(try records.value(of: key(19_999)) == bytes(40, 4))
      #expect(try records.index("owners").first(9) == [IndexEntry(key: [1], value: [2])])
      let state = try AuthenticatedState(reader: records, workers: workers)
      #expect(state.root == expected && state.recordCount == all.count)
    }
  }

  @Test("a load that was cut short can be made again, and shows no ledger before")
  func cutShort() throws {
    let all = ordered(3_000)
    do {
      var options = smallOptions()
      options.loadRecords = 1_000
      let loader = try StateLoader(home: temporary.home, chain: chain, options: options)
      try loader.add(all)
      #expect(loader.recordCount >= 1_000)
    }
    #expect(throws: StoreError.notCreated(path: temporary.home)) {
      try openLedger(temporary.home)
    }
    let loader = try StateLoader(home: temporary.home, chain: chain, options: smallOptions())
    try loader.add(all)
    #expect(try loader.finish() == AuthenticatedState.root(of: all))
  }

  @Test("records out of order, or given twice, are refused; so is a home that has a ledger")
  func refused() throws {
    let all = ordered(10)
    // From one transaction to the next; twice within one.
    for (number, (records, perTransaction)) in [
      ([all[1], all[0]], 1), ([all[3], all[3]], 1), ([all[4], all[4]], 2),
    ].enumerated() {
      var options = smallOptions()
      options.loadRecords = perTransaction
      let loader = try StateLoader(
        home: temporary.home + "/\(number)", chain: chain, options: options)
      let failure = #expect(throws: StoreError.self) {
        try loader.add(records)
        _ = try loader.finish()
      }
      guard case .recordsOutOfOrder = failure else {
        Issue.record("refused otherwise: \(failure.map { "\($0)" } ?? "not at all")")
        continue
      }
    }
    try createLedger(temporary.home)
    let path = temporary.home + "/data/state"
    #expect(throws: StoreError.alreadyCreated(path: path)) {
      _ = try StateLoader(home: temporary.home, chain: chain, options: smallOptions())
    }
  }
}
