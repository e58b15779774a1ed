import Foundation
import LedgerCore
import LedgerState
import Synchronization
import Testing

@testable import LedgerStore

@Suite("The tree over records on disk")
struct StateOnDiskTests {
  let temporary = TemporaryFolder()

  /// A map that need not grow: reads that are held would keep it from that.
  private var options: StoreOptions {
    var options = smallOptions()
    options.stateMapBytes = 64 << 20
    return options
  }

  @Test("blocks staged on warm reads, on cold ones and with workers have the model's root")
  func blocks() throws {
    var random = Numbers(state: 5)
    var model: [StateKey: [UInt8]] = [:]
    for number in 0..<3_000 { model[key(number)] = bytes(40, 0) }
    let all = changes(0..<3_000, 0)
    try NodeStore.create(
      home: temporary.home, genesis: chain, changes: all,
      root: try AuthenticatedState.root(of: all), options: options)
    let records = try openLedger(temporary.home, options: options).records
    let pool = try WorkerPool(workers: 2)
    let state = try AuthenticatedState(reader: records, workers: pool)
    for height in 1...UInt64(24) {
      let reads = try state.executionReads()
      var view = try state.view(reads: reads)
      for _ in 0..<Int.random(in: 1...300, using: &random) {
        let key = key(Int.random(in: 0..<4_000, using: &random))
        let before = try view.value(of: key)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: view.remove(key)
        case 1: _ = before
        default: view.set(key, bytes(Int.random(in: 1...90, using: &random), UInt8(height)))
        }
      }
      let changes = view.changes()
      for change in changes { model[change.key] = change.value }
      let warm = try state.stage(changes, reads: reads)
      let cold = try state.stage(changes)
      let expected = try AuthenticatedState.root(of: model.map { StateChange(key: $0, value: $1) })
      #expect(warm.root == expected && cold.root == expected)
      #expect(warm.recordCount == model.count)
      try state.adopt(warm, height: height)
      // Flushed now and then, so that layers lie over what is read.
      if Int.random(in: 0..<3, using: &random) == 0 || state.isOverlayFull {
        try records.flush(
          writes: state.writes(through: height), height: height, root: warm.root)
        // Reads of before this flush are too old, and not used.
        try state.flushed(through: height)
        #expect(try state.stage(changes, reads: reads).root == expected)
      }
    }
    try records.flush(
      writes: state.writes(through: state.height), height: 25, root: state.root)
    let reopened = try AuthenticatedState(reader: records)
    #expect(reopened.root == state.root && reopened.recordCount == model.count)
  }

  @Test("a flush between reading and staging changes no root")
  func flushBetween() throws {
    let all = changes(0..<500, 0)
    try NodeStore.create(
      home: temporary.home, genesis: chain, changes: all,
      root: try AuthenticatedState.root(of: all), options: options)
    let records = try openLedger(temporary.home, options: options).records
    let state = try AuthenticatedState(reader: records)
    let first = try state.stage(changes(100..<200, 1))
    try state.adopt(first, height: 1)
    let reads = try state.executionReads()
    var view = try state.view(reads: reads)
    for number in 0..<300 { _ = try view.value(of: key(number)) }
    // The store moves on while the block is executed; the overlay still holds its layer.
    try records.flush(writes: state.writes(through: 1), height: 1, root: first.root)
    let second = try state.stage(changes(150..<250, 2), reads: reads)
    let expected =
      changes(0..<100, 0) + changes(100..<150, 1) + changes(150..<250, 2)
      + changes(250..<500, 0)
    #expect(second.root == (try AuthenticatedState.root(of: expected)))
  }

  @Test(
    "an execution that is staged while the map waits to grow does not wait for it",
    .timeLimit(.minutes(2)))
  func growthMeanwhile() throws {
    var options = smallOptions()
    options.growWaitMilliseconds = 100_000
    let all = changes(0..<600, 0)
    try NodeStore.create(
      home: temporary.home, genesis: chain, changes: all,
      root: try AuthenticatedState.root(of: all), options: options)
    let records = try openLedger(temporary.home, options: options).records
    let state = try AuthenticatedState(reader: records)
    let large = StateWrites(of: changes(600..<2_100, 5, size: 4_000))
    let failure = Mutex<StoreError?>(nil)
    let flusher = Thread {
      do throws(StoreError) { try records.flush(writes: large, height: 1, root: root(1)) } catch {
        failure.withLock { $0 = error }
      }
    }
    do {
      let reads = try state.executionReads()
      var view = try state.view(reads: reads)
      #expect(try view.value(of: key(1)) == bytes(40, 0))
      flusher.start()
      // The map comes to wait in one of these; what they write was not read before.
      for round in 0..<200 {
        _ = try state.stage(changes(300..<600, UInt8(round)), reads: reads)
      }
    }
    while !flusher.isFinished {}
    #expect(failure.withLock { $0 } == nil)
    #expect(records.height == 1)
  }
}
