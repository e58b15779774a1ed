public import LedgerCore

/// Proofs at the tip, as ICS-23 `SmtSpec` proofs: `ProofSpec.smt` and stock verifiers accept them.
extension AuthenticatedState {
  /// That the tip holds a record. Throws `noSuchRecord` when it does not.
  public func existenceProof(_ key: StateKey) throws(StateError) -> CommitmentProof {
    guard let bytes = try existenceProofs([key])[0] else { throw .noSuchRecord }
    return try Self.decoded(bytes)
  }

  /// That the tip holds each of many records, as the bytes of a proof for each, in the order of the
  /// keys; nil for those it does not hold. The tree below their buckets is read and hashed for all
  /// of them together.
  public func existenceProofs(_ keys: [StateKey]) throws(StateError) -> [[UInt8]?] {
    var proofs = [[UInt8]?](repeating: nil, count: keys.count)
    let paths = SHA256.hashes(of: keys.map(\.bytes))
    let order = WriteHash.order(of: paths.map { WriteHash(path: $0, leaf: .zero) })
    for first in stride(from: 0, to: keys.count, by: Self.provenTogether) {
      let part = order[first..<min(first + Self.provenTogether, keys.count)].map { Int($0) }
      do { try prove(part, of: keys, paths, &proofs) } catch { throw .read(error) }
    }
    return proofs
  }

  /// Proves those keys whose places are given, ascending by path.
  private func prove(
    _ places: [Int], of keys: [StateKey], _ paths: [Digest], _ proofs: inout [[UInt8]?]
  ) throws(StateReadError) {
    // Reading the values first leaves the leaves beside them for the tree.
    let reads = try reader.reads(depth: tree.depth)
    var values: [[UInt8]?] = []
    values.reserveCapacity(places.count)
    let provenPaths = places.map { paths[$0] }
    for (index, place) in places.enumerated() {
      if index.isMultiple(of: Self.readTogether) {
        reads?.expect(Array(provenPaths[index...].prefix(Self.readTogether)))
      }
      values.append(try value(of: keys[place], path: paths[place], reads))
    }
    let steps = try tree.prove(
      provenPaths, of: reader, reads: reads, under: layers.map(\.layer))
    for (index, place) in places.enumerated() {
      guard steps.isFound(index) == (values[index] != nil) else {
        throw .corruptRecord(path: paths[place])
      }
      if let value = values[index] { proofs[place] = steps.proof(index, of: keys[place], value) }
    }
  }

  /// Records that are fetched from memory together: few enough to stay in the cache.
  private static let readTogether = 32

  /// Paths whose steps lie in memory at a time: a megabyte or two each thousand.
  private static let provenTogether = 8192

  /// That the tip does not hold a record. Throws `recordExists` when it does, and `emptyState` when
  /// there is nothing to prove it with.
  public func absenceProof(_ key: StateKey) throws(StateError) -> CommitmentProof {
    let path = key.hash
    guard recordCount > 0 else { throw .emptyState }
    let (left, right) = try neighbours(of: path)
    return .nonexist(
      NonExistenceProof(
        key: key.bytes, left: try existence(at: left?.path), right: try existence(at: right?.path)))
  }

  private func existence(at path: Digest?) throws(StateError) -> ExistenceProof? {
    guard let path else { return nil }
    let record: StateRecord?
    do { record = try self.record(at: path) } catch { throw .read(error) }
    guard let record else { throw .read(.corruptRecord(path: path)) }
    guard case .exist(let proof) = try existenceProof(record.key) else { return nil }
    return proof
  }

  static func decoded(_ bytes: [UInt8]) throws(StateError) -> CommitmentProof {
    do { return try CommitmentProof(protobuf: bytes) } catch {
      throw .read(.storeFailed("a proof of the tree cannot be read: \(error)"))
    }
  }

  /// The nearest leaves below and above a path that has none; throws `recordExists`.
  private func neighbours(
    of path: Digest
  ) throws(StateError) -> (left: StateLeaf?, right: StateLeaf?) {
    let bucket = tree.bucket(of: path)
    let own = try provenLeaves(inBucket: bucket)
    let place = own.firstIndex { !($0.path < path) } ?? own.count
    guard place == own.count || own[place].path != path else { throw .recordExists }
    let left = try place > 0 ? own[place - 1] : edge(beside: bucket, onLeft: true)
    let right = try place < own.count ? own[place] : edge(beside: bucket, onLeft: false)
    return (left, right)
  }

  /// The leaf nearest to a bucket on one side of it.
  private func edge(beside bucket: Int, onLeft: Bool) throws(StateError) -> StateLeaf? {
    guard let beside = tree.nonEmptyBucket(beside: bucket, onLeft: onLeft) else { return nil }
    let leaves = try provenLeaves(inBucket: beside)
    return onLeft ? leaves.last : leaves.first
  }

  private func provenLeaves(inBucket bucket: Int) throws(StateError) -> [StateLeaf] {
    do { return try leaves(inBucket: bucket) } catch { throw .read(error) }
  }
}

extension StateTree {
  /// The nearest bucket on one side that holds leaves.
  func nonEmptyBucket(beside bucket: Int, onLeft: Bool) -> Int? {
    var index = bucketCount | bucket
    let ownSide = onLeft ? 1 : 0
    while index > 1 {
      if index & 1 == ownSide, !self[index ^ 1].isEmpty { break }
      index >>= 1
    }
    guard index > 1 else { return nil }
    index ^= 1
    while index < bucketCount {
      let nearer = 2 * index + ownSide
      index = self[nearer].isEmpty ? nearer ^ 1 : nearer
    }
    return index - bucketCount
  }
}
