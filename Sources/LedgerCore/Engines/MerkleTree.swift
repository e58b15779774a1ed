import CLedgerCore

/// The Merkle tree of RFC 6962 §2.1: leaf `SHA256(0x00 ‖ data)`, node `SHA256(0x01 ‖ left ‖
/// right)`, empty tree `SHA256("")`.
public enum MerkleTree {
  /// The hash of a leaf's data.
  public static func leafHash(_ data: ArraySlice<UInt8>) -> Digest {
    SHA256.hash(prefix: [0x00], data)
  }

  /// The hash of an inner node.
  public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
    var pair = (left.bytes, right.bytes)
    return unsafe SHA256.digest { out in
      unsafe withUnsafeBytes(of: &pair) { unsafe cl_sha256_inner_level($0.bytePointer, 1, out) }
    }
  }

  /// The hashes of leaves' data, in their order.
  public static func leafHashes(_ leaves: [ArraySlice<UInt8>]) -> [Digest] {
    SHA256.hashes(prefix: [0x00], of: leaves)
  }

  /// The root over leaves of data; O(n) hashes.
  public static func root(leaves: [ArraySlice<UInt8>]) -> Digest {
    root(leafHashes: leafHashes(leaves))
  }

  /// The root over leaves that lie in one buffer, at ranges of its indices; nil when one reaches
  /// outside it or beyond 4 GiB from its start.
  public static func root(of buffer: ArraySlice<UInt8>, leaves: [Range<Int>]) -> Digest? {
    var ranges: [cl_sha256_range] = []
    ranges.reserveCapacity(leaves.count)
    for leaf in leaves {
      let (start, overflow) = leaf.lowerBound.subtractingReportingOverflow(buffer.startIndex)
      guard !overflow, let offset = UInt32(exactly: start),
        let length = UInt32(exactly: leaf.count)
      else { return nil }
      ranges.append(cl_sha256_range(offset: offset, length: length))
    }
    var code: Int32 = 0
    let root = unsafe SHA256.digest { out in
      code = unsafe buffer.withUnsafeBytes { base in
        unsafe cl_merkle_root(base.bytePointer, base.count, ranges, ranges.count, out)
      }
    }
    if code == CL_MERKLE_BAD_RANGE { return nil }
    precondition(code == CL_MERKLE_OK, "no memory for a tree's hashes")
    return root
  }

  /// The root over leaf hashes.
  public static func root(leafHashes: [Digest]) -> Digest {
    var code: Int32 = 0
    let root = unsafe SHA256.digest { out in
      code = unsafe leafHashes.withUnsafeBytes { hashes in
        unsafe cl_merkle_root_of_hashes(hashes.bytePointer, leafHashes.count, out)
      }
    }
    precondition(code == CL_MERKLE_OK, "no memory for a tree's hashes")
    return root
  }

  /// The proof that leaf `index` is in the tree over these leaf hashes; nil when there is no such
  /// leaf.
  public static func inclusionProof(leafHashes: [Digest], index: Int) -> InclusionProof? {
    guard leafHashes.indices.contains(index) else { return nil }
    var path = [Digest](repeating: .zero, count: Int(CL_MERKLE_PATH_MAX))
    var count = 0
    let code = unsafe path.withUnsafeMutableBytes { out in
      unsafe leafHashes.withUnsafeBytes { hashes in
        unsafe cl_merkle_path(
          hashes.bytePointer, leafHashes.count, index, out.bytePointer, &count, nil)
      }
    }
    precondition(code == CL_MERKLE_OK, "no memory for a tree's hashes")
    return InclusionProof(
      leafIndex: UInt64(index), treeSize: UInt64(leafHashes.count),
      siblings: Array(path.prefix(count)))
  }
}
