import Testing

@testable import LedgerCore

@Suite("ICS-23 published vectors")
struct ICS23VectorTests {
  @Test("TestDoHashData: every named hash gives the published digest")
  func hashes() throws {
    let cases = try ICS23Vectors.cases("TestDoHashData.json")
    #expect(cases.count == 7)
    for (name, fields) in cases {
      let message = fields["Preimage"] as? String ?? fields["PreImage"] as? String ?? ""
      let digest = try ICS23Vectors.hash(fields["HashOp"]).hash(Array(message.utf8))
      #expect(Hex.encode(digest) == fields["ExpectedHash"] as? String, "\(name)")
    }
  }

  @Test("hashes that are not offered are refused by name")
  func refusedHashes() {
    #expect(throws: ProofError.unsupportedHash(.none)) { _ = try HashOp.none.hash([1]) }
    #expect(throws: ProofError.unsupportedHash(.blake3)) { _ = try HashOp.blake3.hash([1]) }
    #expect(throws: ProofError.unsupportedLength(.varRLP)) { _ = try LengthOp.varRLP.mark([1]) }
    #expect(throws: ProofError.wrongLength(.require32Bytes)) {
      _ = try LengthOp.require32Bytes.mark([1])
    }
  }

  @Test("TestLeafOpData: leaves hash as published")
  func leafOps() throws {
    let cases = try ICS23Vectors.cases("TestLeafOpData.json")
    #expect(cases.count == 11)
    for (name, fields) in cases {
      let leaf = try #require(ICS23Vectors.leaf(fields["Op"]))
      let result = try? leaf.apply(
        key: ICS23Vectors.bytes(fields["Key"]), value: ICS23Vectors.bytes(fields["Value"]))
      #expect((result == nil) == ICS23Vectors.isError(fields), "\(name)")
      #expect(result ?? [] == ICS23Vectors.bytes(fields["Expected"]), "\(name)")
    }
  }

  @Test("TestInnerOpData: inner steps hash as published")
  func innerOps() throws {
    let cases = try ICS23Vectors.cases("TestInnerOpData.json")
    #expect(cases.count == 4)
    for (name, fields) in cases {
      let result = try? ICS23Vectors.inner(fields["Op"]).apply(
        child: ICS23Vectors.bytes(fields["Child"]))
      #expect((result == nil) == ICS23Vectors.isError(fields), "\(name)")
      #expect(result ?? [] == ICS23Vectors.bytes(fields["Expected"]), "\(name)")
    }
  }

  @Test("TestCheckLeafData: a leaf step is held to its specification")
  func checkLeaf() throws {
    let cases = try ICS23Vectors.cases("TestCheckLeafData.json")
    #expect(cases.count == 10)
    for (name, fields) in cases {
      var spec = ProofSpec.smt
      spec.leaf = try #require(ICS23Vectors.leaf(fields["Spec"]))
      let leaf = try #require(ICS23Vectors.leaf(fields["Leaf"]))
      let isRefused = (try? spec.check(leaf)) == nil
      #expect(isRefused == ICS23Vectors.isError(fields), "\(name)")
    }
  }

  @Test("TestExistenceProofData: the root follows from leaf and steps")
  func existenceRoots() throws {
    let cases = try ICS23Vectors.cases("TestExistenceProofData.json")
    #expect(cases.count == 6)
    for (name, fields) in cases {
      let root = try? ICS23Vectors.existence(fields["Proof"]).root()
      #expect((root == nil) == ICS23Vectors.isError(fields), "\(name)")
      #expect(root ?? [] == ICS23Vectors.bytes(fields["Expected"]), "\(name)")
    }
  }

  @Test("TestCheckAgainstSpecData: whole proofs are held to their specification")
  func checkAgainstSpec() throws {
    let cases = try ICS23Vectors.cases("TestCheckAgainstSpecData.json")
    #expect(cases.count == 11)
    for (name, fields) in cases {
      let spec = ICS23Vectors.spec(fields["Spec"])
      let isRefused = (try? spec.check(ICS23Vectors.existence(fields["Proof"]))) == nil
      #expect(isRefused == (fields["Err"] as? String != ""), "\(name)")
    }
  }

  @Test("TestEmptyBranchData: empty children are told from others, on either side")
  func emptyBranches() throws {
    let cases = try ICS23Vectors.list("TestEmptyBranchData.json")
    #expect(cases.count == 8)
    for (index, fields) in cases.enumerated() {
      let spec = ICS23Vectors.spec(fields["Spec"])
      let step = ICS23Vectors.inner(fields["Op"])
      #expect(spec.inner.leftBranchesAreEmpty(step) == fields["IsLeft"] as? Bool, "\(index)")
      #expect(spec.inner.rightBranchesAreEmpty(step) == fields["IsRight"] as? Bool, "\(index)")
    }
  }

  @Test(
    "smt: existence is proven, and encoded again gives the same bytes",
    arguments: ["exist_left", "exist_middle", "exist_right"])
  func smtExistence(name: String) throws {
    let (root, bytes, key, value) = try ICS23Vectors.proofCase(name)
    let proof = try CommitmentProof(protobuf: bytes)
    try ProofSpec.smt.verifyMembership(proof, root: root, key: key, value: value)
    #expect(proof.protobuf == bytes)
    #expect(throws: ProofError.keyMismatch) {
      try ProofSpec.smt.verifyMembership(proof, root: root, key: key + [0], value: value)
    }
    #expect(throws: ProofError.wrongKind) {
      try ProofSpec.smt.verifyNonMembership(proof, root: root, key: key)
    }
  }

  @Test(
    "smt: absence is proven, and encoded again gives the same bytes",
    arguments: ["nonexist_left", "nonexist_middle", "nonexist_right"])
  func smtAbsence(name: String) throws {
    let (root, bytes, key, _) = try ICS23Vectors.proofCase(name)
    let proof = try CommitmentProof(protobuf: bytes)
    try ProofSpec.smt.verifyNonMembership(proof, root: root, key: key)
    #expect(proof.protobuf == bytes)
    #expect(throws: ProofError.wrongKind) {
      try ProofSpec.smt.verifyMembership(proof, root: root, key: key, value: [1])
    }
    #expect(throws: ProofError.rootMismatch) {
      try ProofSpec.smt.verifyNonMembership(
        proof, root: Array(repeating: 7, count: 32), key: key)
    }
  }
}

@Suite("ICS-23 hostile bytes")
struct ICS23HostileTests {
  private static let names = [
    "exist_left", "exist_middle", "exist_right", "nonexist_left", "nonexist_middle",
    "nonexist_right",
  ]

  @Test("every truncation is refused, and every byte too many", arguments: names)
  func truncations(name: String) throws {
    let bytes = try ICS23Vectors.proofCase(name).proof
    for count in 0..<bytes.count {
      let isRead = (try? CommitmentProof(protobuf: Array(bytes[..<count]))) != nil
      #expect(!isRead)
    }
    for extra in [[0], [8, 1], bytes] {
      let isRead = (try? CommitmentProof(protobuf: bytes + extra)) != nil
      #expect(!isRead)
    }
  }

  @Test("no changed byte makes a proof prove another thing, or traps", arguments: names)
  func flips(name: String) throws {
    let (root, bytes, key, value) = try ICS23Vectors.proofCase(name)
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        guard let proof = try? CommitmentProof(protobuf: changed) else { continue }
        let isMember =
          (try? ProofSpec.smt.verifyMembership(proof, root: root, key: key, value: value)) != nil
        #expect(!isMember)
        let isAbsent = (try? ProofSpec.smt.verifyNonMembership(proof, root: root, key: key)) != nil
        guard isAbsent, case .nonexist(let parts) = proof,
          case .nonexist(let original) = try CommitmentProof(protobuf: bytes)
        else { continue }
        #expect(parts.left == original.left && parts.right == original.right)
      }
    }
  }

  @Test("unknown fields, fields twice, long numbers and wrong types are refused where they start")
  func malformed() {
    let leaf: [UInt8] = [0x1A, 2, 8, 1]
    func offset(_ body: [UInt8]) -> ProofError? {
      do {
        _ = try CommitmentProof(protobuf: [0x0A, UInt8(body.count)] + body)
        return nil
      } catch { return error }
    }
    #expect(offset([0x0A, 1, 5] + leaf) == nil)
    #expect(offset([0x0A, 1, 5, 0x0A, 1, 5]) == .malformed(offset: 5))
    #expect(offset(leaf + leaf) == .malformed(offset: 6))
    #expect(offset([0x2A, 0]) == .malformed(offset: 2))
    #expect(offset([0x08, 1]) == .malformed(offset: 2))
    #expect(offset([0x0B]) == .malformed(offset: 2))
    #expect(offset([0x0A, 0x81, 0x00, 5]) == .malformed(offset: 2))
    #expect(offset([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]) == .malformed(offset: 2))
    #expect(offset([0x1A, 2, 8, 10]) == .malformed(offset: 4))
    #expect(offset([0x1A, 3, 8, 0x80, 2]) == .malformed(offset: 4))
    #expect(offset([0x00]) == .malformed(offset: 2))
    #expect(throws: ProofError.malformed(offset: 0)) { _ = try CommitmentProof(protobuf: []) }
  }

  @Test("proofs and paths beyond their bounds are refused before they cost anything")
  func bounds() throws {
    let size = ProofLimits.proofBytesMax + 1
    #expect(throws: ProofError.tooLarge(bytes: size, max: size - 1)) {
      _ = try CommitmentProof(protobuf: Array(repeating: 0, count: size))
    }
    let step = ProofSpec.smtStep(sibling: .zero, isRightChild: false)
    let long = ExistenceProof(
      key: [1], value: [1], leaf: ProofSpec.smt.leaf, path: Array(repeating: step, count: 257))
    #expect(throws: ProofError.tooDeep(steps: 257, max: 256)) {
      _ = try CommitmentProof(protobuf: CommitmentProof.exist(long).protobuf)
    }
    #expect(throws: ProofError.tooDeep(steps: 257, max: 256)) {
      try ProofSpec.smt.verifyMembership(.exist(long), root: [], key: [1], value: [1])
    }
  }

  @Test("a specification that makes no sense is refused, and never traps")
  func senselessSpecs() throws {
    let (root, bytes, key, value) = try ICS23Vectors.proofCase("exist_left")
    let proof = try CommitmentProof(protobuf: bytes)
    var specs = [ProofSpec.smt, .smt, .smt, .smt]
    specs[0].inner.childBytes = 0
    specs[1].inner.childBytes = .max
    specs[1].inner.childOrder = [0, 1, 2]
    specs[2].inner.childOrder = []
    specs[3].inner.prefixBytesMax = .max
    for spec in specs {
      #expect(throws: ProofError.invalidSpec) {
        try spec.verifyMembership(proof, root: root, key: key, value: value)
      }
    }
  }
}
