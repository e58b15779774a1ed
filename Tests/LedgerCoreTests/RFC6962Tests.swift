import CLedgerCore
import Foundation
import LedgerCore
import Testing

@Suite("RFC 6962 trees")
struct RFC6962Tests {
  struct Roots: Decodable {
    let leafInputs: [String]
    let rootBySize: [String]
  }

  /// One probe of an inclusion proof, as transparency-dev/merkle publishes them.
  struct Probe: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: Data
    let leafHash: Data
    let proof: [Data]?
    let desc: String
    let wantErr: Bool

    /// Whether every part parses and the proof verifies.
    var verifies: Bool {
      guard let root = Digest(root), let leafHash = Digest(leafHash) else { return false }
      let siblings = (proof ?? []).compactMap { Digest($0) }
      guard siblings.count == (proof ?? []).count else { return false }
      let proof = InclusionProof(leafIndex: leafIdx, treeSize: treeSize, siblings: siblings)
      do {
        try proof.verify(leafHash: leafHash, root: root)
        return true
      } catch {
        return false
      }
    }
  }

  @Test("published roots come out for every size, from data, offsets and leaf hashes")
  func publishedRoots() throws {
    let file = try Ed25519Case.decode(Roots.self, "merkle/rfc6962_roots.json")
    let leaves = file.leafInputs.map { Hex.decode($0) ?? [] }
    #expect(file.rootBySize.count == leaves.count + 1)
    for (size, root) in file.rootBySize.enumerated() {
      let part = leaves.prefix(size)
      #expect(MerkleTree.root(leaves: part.map { $0[...] }).hex == root)
      let hashes = part.map { MerkleTree.leafHash($0[...]) }
      #expect(MerkleTree.root(leafHashes: hashes).hex == root)
      var buffer: [UInt8] = [0xEE]
      var ranges: [Range<Int>] = []
      for leaf in part {
        ranges.append(buffer.count..<buffer.count + leaf.count)
        buffer += leaf
      }
      #expect(MerkleTree.root(of: buffer[...], leaves: ranges)?.hex == root)
      if size > 0 {
        #expect(MerkleTree.root(of: buffer[1...], leaves: ranges)?.hex == root)
      }
    }
  }

  @Test("every published probe of an inclusion proof gets its verdict")
  func publishedProbes() throws {
    let folder = Ed25519Case.vectors.appending(path: "merkle/rfc6962/inclusion")
    let files = try #require(FileManager.default.enumerator(atPath: folder.path()))
    var count = 0
    for case let path as String in files where path.hasSuffix(".json") {
      let data = try Data(contentsOf: folder.appending(path: path))
      let probe = try JSONDecoder().decode(Probe.self, from: data)
      let verdict = probe.verifies
      #expect(verdict != probe.wantErr, "\(path): \(probe.desc)")
      count += 1
    }
    #expect(count == 98)
  }

  @Test("the root equals RFC 6962's recursive definition, in every size to 130")
  func recursiveDefinition() {
    let hashes = (0..<130).map { SHA256.hash([UInt8($0)]) }
    for size in 1...130 {
      let part = Array(hashes.prefix(size))
      #expect(MerkleTree.root(leafHashes: part) == recursiveRoot(part[...]))
    }
  }

  @Test("every leaf of every size to 70 has a proof, and no proof serves another leaf or size")
  func proofs() throws {
    let hashes = (0..<70).map { SHA256.hash([UInt8($0)]) }
    for size in 1...70 {
      let part = Array(hashes.prefix(size))
      let root = MerkleTree.root(leafHashes: part)
      for index in part.indices {
        let proof = try #require(MerkleTree.inclusionProof(leafHashes: part, index: index))
        let found = try proof.root(leafHash: part[index])
        #expect(found == root)
        let again = try InclusionProof(bcs: proof.bcs)
        #expect(again == proof)
        let moved = InclusionProof(
          leafIndex: UInt64(index ^ 1), treeSize: UInt64(size), siblings: proof.siblings)
        #expect((try? moved.root(leafHash: part[index])) != root || size == 1)
        let surplus = InclusionProof(
          leafIndex: UInt64(index), treeSize: UInt64(size), siblings: proof.siblings + [root])
        #expect(
          throws: InclusionProofError.wrongSiblingCount(
            expected: proof.siblings.count, found: proof.siblings.count + 1)
        ) { try surplus.root(leafHash: part[index]) }
      }
      #expect(MerkleTree.inclusionProof(leafHashes: part, index: size) == nil)
      #expect(MerkleTree.inclusionProof(leafHashes: part, index: -1) == nil)
    }
  }

  @Test("an error says what is wrong with a proof")
  func errors() throws {
    let leaf: ArraySlice<UInt8> = [1]
    let root = MerkleTree.root(leaves: [leaf])
    let proof = InclusionProof(leafIndex: 0, treeSize: 1, siblings: [])
    try proof.verify(leaf: leaf, root: root)
    #expect(throws: InclusionProofError.rootMismatch(expected: .zero, found: root)) {
      try proof.verify(leaf: leaf, root: .zero)
    }
    #expect(throws: InclusionProofError.indexOutsideTree(index: 1, size: 1)) {
      try InclusionProof(leafIndex: 1, treeSize: 1, siblings: []).verify(leaf: leaf, root: root)
    }
    let huge = InclusionProof(leafIndex: .max - 1, treeSize: .max, siblings: [])
    #expect(throws: InclusionProofError.self) { try huge.verify(leaf: leaf, root: root) }
  }

  @Test("leaves outside the buffer have no root")
  func rangesOutside() {
    let buffer: [UInt8] = [1, 2, 3, 4]
    #expect(MerkleTree.root(of: buffer[...], leaves: [0..<5]) == nil)
    #expect(MerkleTree.root(of: buffer[...], leaves: [5..<5]) == nil)
    #expect(MerkleTree.root(of: buffer[1...], leaves: [0..<1]) == nil)
    #expect(MerkleTree.root(of: buffer[...], leaves: [.min..<0]) == nil)
    #expect(MerkleTree.root(of: buffer[...], leaves: [0..<Int.max]) == nil)
    #expect(MerkleTree.root(of: buffer[...], leaves: [4..<4]) != nil)
    #expect(MerkleTree.root(of: [], leaves: []) == SHA256.hash([]))
  }

  @Test("a level of inner nodes or leaves is hashed in place as node by node")
  func levels() {
    let pairs = (0..<32).map { SHA256.hash([UInt8($0)]) }
    var inner = pairs
    unsafe inner.withUnsafeMutableBytes { bytes in
      let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      unsafe cl_sha256_inner_level(start, 16, start)
    }
    var leaves = pairs
    unsafe leaves.withUnsafeMutableBytes { bytes in
      let start = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      unsafe cl_sha256_leaf_level(start, 16, start)
    }
    for index in 0..<16 {
      let joined = pairs[2 * index].bytes.array + pairs[2 * index + 1].bytes.array
      #expect(inner[index] == SHA256.hash([0x01] + joined))
      #expect(leaves[index] == SHA256.hash([0x00] + joined))
      #expect(inner[index] == MerkleTree.nodeHash(pairs[2 * index], pairs[2 * index + 1]))
    }
  }

  private func recursiveRoot(_ hashes: ArraySlice<Digest>) -> Digest {
    guard hashes.count > 1 else { return hashes[hashes.startIndex] }
    var split = 1
    while split * 2 < hashes.count { split *= 2 }
    return MerkleTree.nodeHash(
      recursiveRoot(hashes.prefix(split)), recursiveRoot(hashes.dropFirst(split)))
  }
}
