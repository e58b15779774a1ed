import LedgerCore
import Testing

@testable import LedgerState

@Suite("State proofs")
struct StateProofTests {
  private func key(_ number: Int) -> StateKey {
    StateKey([3, UInt8(number & 255), UInt8(number >> 8)])
  }

  /// A state whose records lie partly in the reader, partly in the overlay.
  private func state(_ count: Int, seed: UInt64) throws -> (
    AuthenticatedState, [StateKey: [UInt8]]
  ) {
    var random = SplitMix64(seed: seed)
    var model: [StateKey: [UInt8]] = [:]
    for number in 0..<count { model[key(2 * number)] = random.bytes(1 + random.next(below: 30)) }
    let state = try AuthenticatedState(reader: MemoryReader(model), leavesPerBucket: 2)
    for height in 1...UInt64(3) {
      var changes: [StateChange] = []
      for _ in 0..<count / 4 {
        let key = key(2 * random.next(below: count))
        let value = random.next(below: 3) == 0 ? nil : random.bytes(5)
        changes.append(StateChange(key: key, value: value))
        model[key] = value
      }
      try state.adopt(state.stage(changes), height: height)
    }
    return (state, model)
  }

  @Test(
    "every record is proven, and every absent key, from its bytes on the wire",
    arguments: [1, 2, 3, 10, 150])
  func provesAll(count: Int) throws {
    let (state, model) = try state(count, seed: UInt64(count))
    let root = state.root.bytes.array
    for number in 0..<2 * count + 3 {
      let key = key(number)
      if let value = model[key] {
        let proof = try state.existenceProof(key)
        let received = try CommitmentProof(protobuf: proof.protobuf)
        #expect(received == proof)
        try ProofSpec.smt.verifyMembership(received, root: root, key: key.bytes, value: value)
        #expect(throws: StateError.recordExists) { _ = try state.absenceProof(key) }
        #expect(throws: ProofError.valueMismatch) {
          try ProofSpec.smt.verifyMembership(
            received, root: root, key: key.bytes, value: value + [0])
        }
      } else if !model.isEmpty {
        let proof = try state.absenceProof(key)
        let received = try CommitmentProof(protobuf: proof.protobuf)
        #expect(received == proof)
        try ProofSpec.smt.verifyNonMembership(received, root: root, key: key.bytes)
        #expect(throws: StateError.noSuchRecord) { _ = try state.existenceProof(key) }
      }
    }
  }

  @Test("an absence proof proves nothing about a key that is there, or one further off")
  func absenceIsOfOneGap() throws {
    let (state, model) = try state(60, seed: 4)
    let root = state.root.bytes.array
    let absent = (0..<200).map { key(2 * $0 + 1) }
    let proof = try state.absenceProof(absent[0])
    guard case .nonexist(let parts) = proof else { return #expect(Bool(false)) }
    let low = parts.left.map { StateKey($0.key).hash }
    let high = parts.right.map { StateKey($0.key).hash }
    for other in absent + Array(model.keys) {
      let isInGap = low.map { $0 < other.hash } ?? true && high.map { other.hash < $0 } ?? true
      let isProven =
        (try? ProofSpec.smt.verifyNonMembership(proof, root: root, key: other.bytes)) != nil
      #expect(isProven == isInGap)
    }
  }

  @Test("neighbours that are not beside each other are refused")
  func skippedNeighbour() throws {
    let (state, model) = try state(40, seed: 9)
    let root = state.root.bytes.array
    let sorted = model.keys.sorted { $0.hash < $1.hash }
    func exist(_ key: StateKey) throws -> ExistenceProof? {
      guard case .exist(let proof) = try state.existenceProof(key) else { return nil }
      return proof
    }
    for index in 1..<sorted.count - 1 {
      let hidden = sorted[index]
      let cheats = [
        NonExistenceProof(
          key: hidden.bytes, left: try exist(sorted[index - 1]),
          right: try exist(sorted[index + 1])),
        NonExistenceProof(key: hidden.bytes, left: try exist(sorted[index - 1]), right: nil),
        NonExistenceProof(key: hidden.bytes, left: nil, right: try exist(sorted[index + 1])),
      ]
      for cheat in cheats {
        #expect(throws: ProofError.notNeighbours) {
          try ProofSpec.smt.verifyNonMembership(.nonexist(cheat), root: root, key: hidden.bytes)
        }
      }
    }
  }

  @Test("a proof with any byte changed never proves anything else")
  func mutatedProofs() throws {
    let (state, model) = try state(50, seed: 2)
    let root = state.root.bytes.array
    let present = try #require(model.keys.min())
    let value = try #require(model[present])
    let absent = key(1)
    let bytes = try state.existenceProof(present).protobuf
    let absence = try state.absenceProof(absent).protobuf
    var random = SplitMix64(seed: 8)
    for index in bytes.indices {
      var mutated = bytes
      mutated[index] ^= UInt8(1 << random.next(below: 8))
      let isProven =
        (try? ProofSpec.smt.verifyMembership(
          CommitmentProof(protobuf: mutated), root: root, key: present.bytes, value: value)) != nil
      #expect(!isProven)
    }
    for index in absence.indices {
      var mutated = absence
      mutated[index] ^= UInt8(1 << random.next(below: 8))
      guard let proof = try? CommitmentProof(protobuf: mutated), case .nonexist(let parts) = proof
      else { continue }
      let isProven =
        (try? ProofSpec.smt.verifyNonMembership(proof, root: root, key: absent.bytes)) != nil
      // Only the key that verifiers do not read may differ.
      #expect(!isProven || parts.key != absent.bytes)
    }
  }

  @Test("nothing can be proven absent from an empty state, and no other root is accepted")
  func edges() throws {
    let empty = try AuthenticatedState(reader: MemoryReader())
    #expect(throws: StateError.emptyState) { _ = try empty.absenceProof(key(1)) }
    #expect(throws: StateError.noSuchRecord) { _ = try empty.existenceProof(key(1)) }
    let (state, model) = try state(20, seed: 6)
    let present = try #require(model.keys.min())
    let value = try #require(model[present])
    #expect(throws: ProofError.rootMismatch) {
      try ProofSpec.smt.verifyMembership(
        state.existenceProof(present), root: Array(repeating: 1, count: 32), key: present.bytes,
        value: value)
    }
  }
}
