import LedgerCore
import Testing

@testable import LedgerState

@Suite("Batch proofs of state")
struct BatchProofTests {
  private func key(_ number: Int) -> StateKey {
    StateKey([3, UInt8(number & 255), UInt8(number >> 8)])
  }

  /// Even numbers are there, odd ones are not.
  private func state(_ count: Int, seed: UInt64) throws -> (
    AuthenticatedState, [StateKey: [UInt8]]
  ) {
    var random = SplitMix64(seed: seed)
    var model: [StateKey: [UInt8]] = [:]
    for number in 0..<count { model[key(2 * number)] = random.bytes(1 + random.next(below: 9)) }
    return (try AuthenticatedState(reader: MemoryReader(model), leavesPerBucket: 2), model)
  }

  /// Whether a batch proves exactly what a model says of these keys.
  private func verify(
    _ proof: CommitmentProof, _ keys: [StateKey], _ model: [StateKey: [UInt8]], root: [UInt8]
  ) throws(ProofError) {
    var items: [(key: [UInt8], value: [UInt8])] = []
    var absent: [[UInt8]] = []
    for key in keys {
      if let value = model[key] {
        items.append((key.bytes, value))
      } else {
        absent.append(key.bytes)
      }
    }
    try ProofSpec.smt.verifyBatchMembership(proof, root: root, items: items)
    try ProofSpec.smt.verifyBatchNonMembership(proof, root: root, keys: absent)
  }

  @Test(
    "one batch proves keys that are there and keys that are not, plain and compressed",
    arguments: [1, 2, 3, 40, 300])
  func provesAll(count: Int) throws {
    let (state, model) = try state(count, seed: UInt64(count))
    let root = state.root.bytes.array
    var random = SplitMix64(seed: 5)
    for size in [1, 2, 5, 60] {
      let keys = (0..<size).map { _ in key(random.next(below: 2 * count + 4)) }
      let proof = try state.batchProof(keys)
      try verify(CommitmentProof(protobuf: proof.protobuf), keys, model, root: root)
      let short = try CommitmentProof(protobuf: proof.compressingBatch.protobuf)
      try verify(short, keys, model, root: root)
      #expect(try short.expandingBatch() == proof)
      #expect(try state.batchProof(keys.reversed() + keys) == proof)
      for other in keys where model[other] != nil {
        #expect(throws: ProofError.keyNotBetween) {
          try ProofSpec.smt.verifyBatchNonMembership(short, root: root, keys: [other.bytes])
        }
      }
    }
  }

  @Test("a gap between records is proven once, however many keys lie in it")
  func oneEntryForAGap() throws {
    let (state, model) = try state(3, seed: 1)
    let keys = (0..<200).map { key(2 * $0 + 1) }
    let proof = try state.batchProof(keys)
    guard case .batch(let batch) = proof else { return #expect(Bool(false)) }
    #expect(batch.entries.count == 4)
    try verify(proof, keys, model, root: state.root.bytes.array)
  }

  @Test("no keys, too many keys, and a state without records")
  func edges() throws {
    let (state, _) = try state(2, seed: 1)
    #expect(try state.batchProof([]) == .batch(BatchProof(entries: [])))
    let most = ProofLimits.batchEntriesMax
    #expect(throws: BatchProofError.tooManyKeys(count: most + 1, max: most)) {
      _ = try state.batchProof(Array(repeating: key(1), count: most + 1))
    }
    let empty = try AuthenticatedState(reader: MemoryReader())
    #expect(throws: BatchProofError.state(.emptyState)) { _ = try empty.batchProof([key(1)]) }
    let broken = try AuthenticatedState(reader: MemoryReader([key(0): [1]]))
    try broken.flushed(through: 0, reader: MemoryReader([key(0): [1]], isBroken: true))
    #expect(throws: BatchProofError.state(.read(.storeFailed("broken for this test")))) {
      _ = try broken.batchProof([key(0)])
    }
  }

  /// The proofs to be changed, and the keys they are for.
  enum Kind: CaseIterable { case existence, absence, batch, compressedBatch }

  @Test(
    "of all proofs with one byte changed, only those prove that differ in what is not read",
    arguments: Kind.allCases)
  func everyMutation(kind: Kind) throws {
    let (state, model) = try state(4, seed: 3)
    let root = state.root.bytes.array
    let (present, absent) = (key(4), key(7))
    let (proof, keys) =
      switch kind {
      case .existence: (try state.existenceProof(present), [present])
      case .absence: (try state.absenceProof(absent), [absent])
      case .batch: (try state.batchProof([present, absent]), [present, absent])
      case .compressedBatch:
        (try state.batchProof([present, absent]).compressingBatch, [present, absent])
      }
    // Every other value of a byte; in batches, which hold the same messages, every other bit.
    let isSingle = kind == .existence || kind == .absence
    let changes = isSingle ? Array(UInt8(1)...255) : (0..<8).map { UInt8(1) << $0 }
    let bytes = proof.protobuf
    try verify(proof, keys, model, root: root)
    var accepted = 0
    for index in bytes.indices {
      for change in changes {
        var mutated = bytes
        mutated[index] ^= change
        guard let read = try? CommitmentProof(protobuf: mutated),
          (try? verify(read, keys, model, root: root)) != nil
        else { continue }
        accepted += 1
        #expect(try unread(read) == unread(proof))
      }
    }
    // The absent key's own three bytes, which verifiers do not read, and nothing else.
    #expect(accepted == (kind == .existence ? 0 : 3 * changes.count))
  }

  @Test("proofs put together at random of parts of true ones prove nothing that is not so")
  func recombined() throws {
    let (state, model) = try state(6, seed: 4)
    let root = state.root.bytes.array
    let parts = try model.keys.sorted().compactMap { key -> ExistenceProof? in
      guard case .exist(let proof) = try state.existenceProof(key) else { return nil }
      return proof
    }
    let steps = parts.flatMap(\.path)
    var random = SplitMix64(seed: 6)
    func existence() -> ExistenceProof {
      var proof = parts[random.next(below: parts.count)]
      let other = parts[random.next(below: parts.count)]
      switch random.next(below: 7) {
      case 0: proof.value = other.value
      case 1: proof.key = other.key
      case 2: proof.path = other.path
      case 3:
        proof.path[random.next(below: proof.path.count)] = steps[random.next(below: steps.count)]
      case 4: proof.path.removeFirst()
      case 5: proof.path.insert(steps[random.next(below: steps.count)], at: 0)
      default: break
      }
      return proof
    }
    var held = 0
    for _ in 0..<500 {
      let absence = NonExistenceProof(
        key: key(7).bytes, left: random.next(below: 4) == 0 ? nil : existence(),
        right: random.next(below: 4) == 0 ? nil : existence())
      let batch = CommitmentProof.batch(
        BatchProof(entries: [.exist(existence()), .nonexist(absence), .exist(existence())]))
      let bytes = (random.next(below: 2) == 0 ? batch : batch.compressingBatch).protobuf
      let proof = try CommitmentProof(protobuf: bytes)
      for number in 0..<14 {
        let key = key(number).bytes
        let value = model[StateKey(key)]
        let isAbsent = proves(proof, [], [key], root)
        #expect(!isAbsent || value == nil)
        for part in parts where proves(proof, [(key, part.value)], [], root) {
          #expect(part.value == value)
          held += 1
        }
        if isAbsent { held += 1 }
      }
    }
    #expect(held > 100)
  }

  private func proves(
    _ proof: CommitmentProof, _ items: [(key: [UInt8], value: [UInt8])], _ absent: [[UInt8]],
    _ root: [UInt8]
  ) -> Bool {
    do throws(ProofError) {
      try ProofSpec.smt.verifyBatchMembership(proof, root: root, items: items)
      try ProofSpec.smt.verifyBatchNonMembership(proof, root: root, keys: absent)
      return true
    } catch { return false }
  }

  /// The entries of a proof without what verifiers do not read.
  private func unread(_ proof: CommitmentProof) throws -> [BatchEntry] {
    let entries: [BatchEntry] =
      switch try proof.expandingBatch() {
      case .exist(let proof): [.exist(proof)]
      case .nonexist(let proof): [.nonexist(proof)]
      case .batch(let batch): batch.entries
      case .compressed: []
      }
    return entries.map { entry in
      guard case .nonexist(var absence) = entry else { return entry }
      absence.key = []
      return .nonexist(absence)
    }
  }
}

@Suite("Root of a fixed state")
struct FixedRootTests {
  @Test("a thousand fixed records have the root that the specification gives, and always had")
  func fixedRoot() throws {
    var model: [StateKey: [UInt8]] = [:]
    for number in 0..<1_000 {
      let key = SHA256.hash(Array("key \(number)".utf8)).bytes.array
      let value = SHA256.hash(Array("value \(number)".utf8)).bytes.array
      model[
        StateKey(Array(key.prefix(1 + number % 32)) + [UInt8(number >> 8), UInt8(number & 255)])] =
        Array((value + value + value).prefix(1 + number % 96))
    }
    #expect(model.count == 1_000)
    let root = "dd4fce9af6ac90ea6cce4b596ee2530bf4609a17cb2bbae94fa8be7b8867bfa2"
    #expect(Hex.encode(modelRoot(model)) == root)
    #expect(try AuthenticatedState(reader: MemoryReader(model)).root.hex == root)
    let changes = model.map { StateChange(key: $0.key, value: $0.value) }
    #expect(try AuthenticatedState.root(of: changes).hex == root)
    let grown = try AuthenticatedState(reader: MemoryReader())
    #expect(try grown.stage(changes).root.hex == root)
  }
}
