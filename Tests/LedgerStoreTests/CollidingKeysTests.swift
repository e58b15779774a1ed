import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

/// Two keys whose SHA-256 begin with the same 8 bytes, 44dca08e7b03e3b6: found by search, as
/// anybody can with some 2^32 hashes. In LMDB they stand at one place.
@Suite("Keys that hash alike")
struct CollidingKeysTests {
  let temporary = TemporaryFolder()
  let first = StateKey([0x85, 0xE1, 0x8E, 0x88, 0x7E, 0x38, 0xE7, 0xF3])
  let second = StateKey([0xB5, 0xD2, 0x1A, 0xED, 0x8B, 0x2F, 0x51, 0x8E])

  private func create(_ changes: [StateChange]) throws -> RecordStore {
    try NodeStore.create(
      home: temporary.home, genesis: chain, changes: changes,
      root: try AuthenticatedState.root(of: changes), options: smallOptions())
    return try openLedger(temporary.home).records
  }

  /// The store shows these records, has their tree, proves them, and an audit finds nothing.
  private func expect(_ model: [StateKey: [UInt8]], in records: RecordStore) throws {
    for key in [first, second] {
      #expect(try records.value(of: key) == model[key])
      #expect(try records.record(at: key.hash)?.value == model[key])
      let reads = try #require(try records.reads(depth: 3))
      #expect(try reads.value(of: key, path: key.hash) == model[key])
    }
    let state = try AuthenticatedState(reader: records)
    let expected = try AuthenticatedState.root(of: model.map { StateChange(key: $0, value: $1) })
    #expect(state.root == expected && state.recordCount == model.count)
    let leaves = try records.leaves(inBuckets: [0], depth: 0).leaves
    #expect(
      leaves == model.map { StateLeaf(key: $0, value: $1) }.sorted { $0.path < $1.path })
    for (key, value) in model {
      try ProofSpec.smt.verifyMembership(
        state.existenceProof(key), root: state.root.bytes.array, key: key.bytes, value: value)
    }
    for key in [first, second] where model[key] == nil && !model.isEmpty {
      try ProofSpec.smt.verifyNonMembership(
        state.absenceProof(key), root: state.root.bytes.array, key: key.bytes)
    }
  }

  @Test("they share a place, and are records of their own: written, changed, removed and proved")
  func together() throws {
    #expect(first.hash.bytes.array.prefix(8) == second.hash.bytes.array.prefix(8))
    #expect(first.hash != second.hash)
    var model = [first: bytes(30, 1), key(1): bytes(40, 1)]
    let records = try create(model.map { StateChange(key: $0, value: $1) })
    try expect(model, in: records)
    let steps: [[StateChange]] = [
      [StateChange(key: second, value: bytes(50, 2))],
      [StateChange(key: first, value: bytes(31, 3))],
      [StateChange(key: second, value: bytes(50, 4)), StateChange(key: first, value: [5])],
      [StateChange(key: first, value: nil)],
      [StateChange(key: first, value: bytes(9, 6))],
      [StateChange(key: second, value: nil)],
      [StateChange(key: first, value: nil)],
      [StateChange(key: first, value: [7]), StateChange(key: second, value: [8])],
    ]
    for (index, changes) in steps.enumerated() {
      for change in changes { model[change.key] = change.value }
      let height = UInt64(index + 1)
      try records.flush(changes: changes, height: height, root: root(UInt8(height)))
      try expect(model, in: records)
    }
  }

  @Test("a block that writes one of them beside the other has the right root, read before or not")
  func staged() throws {
    let base = [StateChange(key: first, value: bytes(30, 1)), StateChange(key: key(1), value: [1])]
    let state = try AuthenticatedState(reader: try create(base))
    let blocks: [[StateChange]] = [
      [StateChange(key: second, value: [2])], [StateChange(key: first, value: [3])],
      [StateChange(key: first, value: nil), StateChange(key: second, value: [4])],
    ]
    for changes in blocks {
      let reads = try state.executionReads()
      var view = try state.view(reads: reads)
      #expect(try view.value(of: second) == nil)
      #expect(try view.value(of: first) == bytes(30, 1))
      let expected = try AuthenticatedState.root(of: base + changes)
      #expect(try state.stage(changes, reads: reads).root == expected)
      #expect(try state.stage(changes).root == expected)
    }
  }

  @Test("they are loaded together, and damage to one of them is found")
  func loaded() throws {
    let changes = [
      StateChange(key: first, value: bytes(30, 1)), StateChange(key: second, value: bytes(40, 2)),
    ]
    try expect(
      Dictionary(uniqueKeysWithValues: changes.map { ($0.key, $0.value ?? []) }),
      in: try create(changes))
    let file = temporary.home + "/data/state/data.mdb"
    let whole = try fileBytes(file)
    for change in changes {
      let leaf = StateLeaf(key: change.key, value: change.value ?? [])
      let start = try #require(offset(of: leaf.hash.bytes.array, in: whole))
      for position in start..<start + 34 {
        try alter(file) { $0[position] ^= 0x40 }
        #expect(throws: StateReadError.self) {
          let records = try openLedger(temporary.home).records
          _ = (try records.value(of: first), try records.value(of: second))
        }
        try alter(file) { $0[position] ^= 0x40 }
      }
    }
  }

  /// A record as the first or the last of two in a chain (`cl_records.h`).
  private func encoded(_ key: StateKey, _ value: [UInt8], isFollowed: Bool) -> [UInt8] {
    StateLeaf(key: key, value: value).hash.bytes.array
      + [UInt8(key.bytes.count), isFollowed ? 0x80 : 0]
      + (isFollowed ? [UInt8(value.count), 0, 0, 0] : []) + key.bytes + value
  }

  @Test("records that stand in the wrong order at their place are damage, also to who writes there")
  func disordered() throws {
    let value = bytes(30, 1)
    let keys = [first, second].sorted { $0.hash < $1.hash }
    let records = try create(keys.map { StateChange(key: $0, value: value) })
    let file = temporary.home + "/data/state/data.mdb"
    let right =
      encoded(keys[0], value, isFollowed: true) + encoded(keys[1], value, isFollowed: false)
    let wrong =
      encoded(keys[1], value, isFollowed: true) + encoded(keys[0], value, isFollowed: false)
    let start = try #require(offset(of: right, in: try fileBytes(file)))
    try alter(file) { $0.replaceSubrange(start..<start + wrong.count, with: wrong) }
    for (number, key) in keys.enumerated() {
      for written in [[2], nil] as [[UInt8]?] {
        #expect(throws: StoreError.self, "\(number)") {
          try records.flush(
            changes: [StateChange(key: key, value: written)], height: 1, root: root(1))
        }
      }
    }
  }
}
