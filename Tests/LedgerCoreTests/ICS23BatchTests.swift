import Testing

@testable import LedgerCore

@Suite("ICS-23 batches")
struct ICS23BatchTests {
  static let names = [
    "exist_left", "exist_middle", "exist_right", "nonexist_left", "nonexist_middle",
    "nonexist_right",
  ]

  /// The published single proofs in one batch; each stands under a root of its own.
  static func published(_ names: [String] = names) throws -> BatchProof {
    var batch = BatchProof(entries: [])
    for name in names {
      switch try CommitmentProof(protobuf: ICS23Vectors.proofCase(name).proof) {
      case .exist(let proof): batch.entries.append(.exist(proof))
      case .nonexist(let proof): batch.entries.append(.nonexist(proof))
      case .batch, .compressed: break
      }
    }
    return batch
  }

  private static func forms() throws -> [CommitmentProof] {
    let batch = CommitmentProof.batch(try published())
    return [batch, batch.compressingBatch]
  }

  @Test("every entry of a batch proves its key under its root, and nothing under another")
  func entries() throws {
    for proof in try Self.forms() {
      let received = try CommitmentProof(protobuf: proof.protobuf)
      #expect(received == proof)
      for name in Self.names {
        let (root, _, key, value) = try ICS23Vectors.proofCase(name)
        let other = [UInt8](repeating: 7, count: 32)
        if name.hasPrefix("exist") {
          try ProofSpec.smt.verifyBatchMembership(received, root: root, items: [(key, value)])
          #expect(throws: ProofError.rootMismatch) {
            try ProofSpec.smt.verifyBatchMembership(received, root: other, items: [(key, value)])
          }
          #expect(throws: ProofError.valueMismatch) {
            try ProofSpec.smt.verifyBatchMembership(received, root: root, items: [(key, [1])])
          }
        } else {
          let (_, single, _, _) = try ICS23Vectors.proofCase(name)
          guard case .nonexist(let absence) = try CommitmentProof(protobuf: single) else {
            continue
          }
          // Alone: in the whole batch another tree's gap may be the first that holds the key.
          let alone = CommitmentProof.batch(BatchProof(entries: [.nonexist(absence)]))
          try ProofSpec.smt.verifyBatchNonMembership(alone, root: root, keys: [key, key])
          #expect(throws: ProofError.rootMismatch) {
            try ProofSpec.smt.verifyBatchNonMembership(alone, root: other, keys: [key])
          }
        }
      }
    }
  }

  @Test("the first entry that is for a key decides, whatever follows it")
  func firstEntryDecides() throws {
    let (root, bytes, key, value) = try ICS23Vectors.proofCase("exist_left")
    guard case .exist(let good) = try CommitmentProof(protobuf: bytes) else {
      return #expect(Bool(false))
    }
    var bad = good
    bad.value.append(0)
    let items = [(key: key, value: value)]
    func batch(_ entries: ExistenceProof...) -> CommitmentProof {
      .batch(BatchProof(entries: entries.map { .exist($0) }))
    }
    try ProofSpec.smt.verifyBatchMembership(batch(good, bad), root: root, items: items)
    #expect(throws: ProofError.valueMismatch) {
      try ProofSpec.smt.verifyBatchMembership(batch(bad, good), root: root, items: items)
    }
  }

  @Test("a single proof serves for one key; a batch does not pass for a single proof")
  func kinds() throws {
    let (root, bytes, key, value) = try ICS23Vectors.proofCase("exist_left")
    let single = try CommitmentProof(protobuf: bytes)
    try ProofSpec.smt.verifyBatchMembership(single, root: root, items: [(key, value)])
    #expect(throws: ProofError.keyMismatch) {
      try ProofSpec.smt.verifyBatchMembership(
        single, root: root, items: [(key, value), (key + [0], value)])
    }
    #expect(throws: ProofError.keyNotBetween) {
      try ProofSpec.smt.verifyBatchNonMembership(single, root: root, keys: [key])
    }
    for proof in try Self.forms() {
      #expect(throws: ProofError.wrongKind) {
        try ProofSpec.smt.verifyMembership(proof, root: root, key: key, value: value)
      }
      #expect(throws: ProofError.wrongKind) {
        try ProofSpec.smt.verifyNonMembership(proof, root: root, key: key)
      }
      // Nothing asked, nothing to prove: as the published verifier.
      try ProofSpec.smt.verifyBatchMembership(proof, root: root, items: [])
      try ProofSpec.smt.verifyBatchNonMembership(proof, root: root, keys: [])
    }
    #expect(single.compressingBatch == single)
    #expect(try single.expandingBatch() == single)
  }

  @Test("compressing keeps each step once, and expanding gives the batch back")
  func compression() throws {
    let batch = try Self.published()
    let twice = BatchProof(entries: batch.entries + batch.entries)
    #expect(twice.compressed.steps == batch.compressed.steps)
    #expect(Set(batch.compressed.steps).count == batch.compressed.steps.count)
    #expect(try twice.compressed.expanded() == twice)
    let compressed = CommitmentProof.batch(twice).compressingBatch
    #expect(compressed.compressingBatch == compressed)
    #expect(try compressed.expandingBatch() == .batch(twice))
    #expect(compressed.protobuf.count < CommitmentProof.batch(twice).protobuf.count)
  }

  @Test("paths of compressed proofs are packed, as proto3 writes them")
  func packedPaths() throws {
    let step = InnerOp(hash: .sha256, prefix: [1], suffix: [])
    let proof = CommitmentProof.compressed(
      CompressedBatchProof(
        entries: [
          .exist(CompressedExistenceProof(key: [7], value: [8], leaf: nil, path: [0, 1, 300]))
        ],
        steps: [step]))
    let bytes: [UInt8] = [
      0x22, 23, 0x0A, 14, 0x0A, 12, 0x0A, 1, 7, 0x12, 1, 8, 0x22, 4, 0, 1, 0xAC, 2,
      0x12, 5, 0x08, 1, 0x12, 1, 1,
    ]
    #expect(proof.protobuf == bytes)
    #expect(try CommitmentProof(protobuf: bytes) == proof)
    #expect(throws: ProofError.unknownStep(index: 1, count: 1)) { _ = try proof.expandingBatch() }
    #expect(throws: ProofError.unknownStep(index: 1, count: 1)) {
      try ProofSpec.smt.verifyBatchMembership(proof, root: [], items: [([7], [8])])
    }
  }
}

@Suite("ICS-23 hostile batches")
struct ICS23HostileBatchTests {
  /// What decoding a compressed batch of one existence proof with these fields throws.
  private func refusal(_ fields: [UInt8]) -> ProofError? {
    refusal(
      message: [0x22, UInt8(fields.count + 4), 0x0A, UInt8(fields.count + 2), 0x0A]
        + [UInt8(fields.count)] + fields)
  }

  private func refusal(message: [UInt8]) -> ProofError? {
    do throws(ProofError) {
      _ = try CommitmentProof(protobuf: message)
      return nil
    } catch { return error }
  }

  @Test("what no batch looks like is refused where it starts")
  func malformed() {
    #expect(refusal([0x22, 2, 0, 1]) == nil)
    // Not packed; negative; longer than it needs; twice; cut short; a kind of field unknown here.
    #expect(refusal([0x20, 1]) == .malformed(offset: 6))
    let negative = [UInt8](repeating: 0xFF, count: 9) + [1]
    #expect(refusal([0x22, 10] + negative) == .malformed(offset: 6))
    #expect(refusal([0x22, 5, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) == .malformed(offset: 6))
    #expect(refusal([0x22, 2, 0x81, 0]) == .malformed(offset: 6))
    #expect(refusal([0x22, 1, 0, 0x22, 1, 0]) == .malformed(offset: 9))
    #expect(refusal([0x22, 1, 0x80]) == .malformed(offset: 6))
    #expect(refusal([0x2A, 0]) == .malformed(offset: 6))
    // No batch; entries without a proof, with two, with another field; a third field of a batch.
    #expect(refusal(message: [0x1A, 0]) == nil)
    #expect(refusal(message: [0x22, 0]) == nil)
    for kind in [UInt8(0x1A), 0x22] {
      #expect(refusal(message: [kind, 2, 0x0A, 0]) == .malformed(offset: 4))
      #expect(
        refusal(message: [kind, 6, 0x0A, 4, 0x0A, 0, 0x12, 0]) == .malformed(offset: 6))
      #expect(refusal(message: [kind, 4, 0x0A, 2, 0x1A, 0]) == .malformed(offset: 4))
      #expect(refusal(message: [kind, 2, 0x1A, 0]) == .malformed(offset: 2))
      #expect(refusal(message: [kind, 0, kind, 0]) == .malformed(offset: 2))
    }
    #expect(refusal(message: [0x1A, 2, 0x12, 0]) == .malformed(offset: 2))
  }

  @Test("batches and paths beyond their bounds are refused before they cost anything")
  func bounds() throws {
    let most = ProofLimits.batchEntriesMax
    let entry = ExistenceProof(key: [1], value: [1], leaf: nil, path: [])
    let batch = BatchProof(entries: Array(repeating: .exist(entry), count: most + 1))
    for proof in [CommitmentProof.batch(batch), .compressed(batch.compressed)] {
      #expect(refusal(message: proof.protobuf) == .tooMany(count: most + 1, max: most))
    }
    let long = CompressedExistenceProof(
      key: [1], value: [1], leaf: nil, path: Array(repeating: 0, count: 257))
    let deep = CompressedBatchProof(entries: [.exist(long)], steps: [])
    #expect(
      refusal(message: CommitmentProof.compressed(deep).protobuf)
        == .tooDeep(steps: 257, max: 256))
    let size = ProofLimits.batchBytesMax + 1
    for kind in [UInt8(0x1A), 0x22] {
      #expect(
        refusal(message: [kind] + [UInt8](repeating: 0, count: size - 1))
          == .tooLarge(bytes: size, max: size - 1))
    }
    let steps = ProofLimits.batchStepsMax
    let table = [UInt8]([0x12, 0]).cycled(steps + 1)
    let head: [UInt8] = [0x22] + varint(table.count)
    #expect(refusal(message: head + table) == .tooMany(count: steps + 1, max: steps))
  }

  private func varint(_ number: Int) -> [UInt8] {
    number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F) | 0x80] + varint(number >> 7)
  }

  @Test("every truncation is refused, and every byte too many")
  func truncations() throws {
    let batch = CommitmentProof.batch(
      try ICS23BatchTests.published(["exist_left", "nonexist_left"]))
    for proof in [batch, batch.compressingBatch] {
      let bytes = proof.protobuf
      for count in 0..<bytes.count {
        #expect(refusal(message: Array(bytes[..<count])) != nil)
      }
      for extra in [[0], [8, 1], bytes] { #expect(refusal(message: bytes + extra) != nil) }
    }
  }

  @Test("no changed byte traps, and what is still read is written as it was read")
  func flips() throws {
    let batch = CommitmentProof.batch(
      try ICS23BatchTests.published(["exist_left", "nonexist_left"]))
    var refused = 0
    for proof in [batch, batch.compressingBatch] {
      let bytes = proof.protobuf
      for index in bytes.indices {
        for bit in 0..<8 {
          var changed = bytes
          changed[index] ^= 1 << UInt8(bit)
          guard let read = try? CommitmentProof(protobuf: changed) else {
            refused += 1
            continue
          }
          _ = try? read.expandingBatch()
          // One message has one encoding, but for the order of its fields and defaults written out.
          #expect(read != proof)
          #expect(try CommitmentProof(protobuf: read.protobuf) == read)
        }
      }
    }
    #expect(refused > 0)
  }
}

extension [UInt8] {
  fileprivate func cycled(_ times: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * times)
    for _ in 0..<times { bytes += self }
    return bytes
  }
}
