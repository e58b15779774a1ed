public import LedgerCore

/// Why several keys cannot be proven at once.
public enum BatchProofError: Error, Equatable, Sendable {
  /// More keys than a verifier reads.
  case tooManyKeys(count: Int, max: Int)
  case state(StateError)
}

extension AuthenticatedState {
  /// That the tip holds, or does not hold, each of the keys: one ICS-23 `BatchProof` for all of
  /// them, at most `ProofLimits.batchEntriesMax`. Sent compressed (`compressingBatch`) it carries
  /// the tree's upper levels once.
  ///
  /// Entries are in the order of the keys' paths, one for each key that is there and one for each
  /// gap between records that keys lie in, whatever the order and repetition of the keys: the same
  /// keys and state give the same bytes. Of records with very long values it may be longer than the
  /// `ProofLimits.batchBytesMax` that are read: then ask for fewer keys.
  ///
  /// Throws `tooManyKeys`; `state(.emptyState)` when there is nothing to prove absence with; and
  /// `state(.read)`.
  public func batchProof(_ keys: [StateKey]) throws(BatchProofError) -> CommitmentProof {
    guard keys.count <= ProofLimits.batchEntriesMax else {
      throw .tooManyKeys(count: keys.count, max: ProofLimits.batchEntriesMax)
    }
    let sorted = keys.map { (key: $0, path: $0.hash) }.sorted { $0.path < $1.path }.map(\.key)
    var wanted: [StateKey] = []
    for key in sorted where key != wanted.last { wanted.append(key) }
    do throws(StateError) { return .batch(try batch(of: wanted)) } catch { throw .state(error) }
  }

  /// The keys ascend by path.
  private func batch(of keys: [StateKey]) throws(StateError) -> BatchProof {
    var batch = BatchProof(entries: [])
    /// Where the gap ends that an absence proof has just shown.
    var gapEnd: Digest?
    for (key, bytes) in zip(keys, try existenceProofs(keys)) {
      if let bytes {
        if case .exist(let proof) = try Self.decoded(bytes) { batch.entries.append(.exist(proof)) }
        continue
      }
      if let gapEnd, key.hash < gapEnd { continue }
      guard case .nonexist(let proof) = try absenceProof(key) else { continue }
      batch.entries.append(.nonexist(proof))
      // The last gap: what follows lies in it.
      guard let right = proof.right else { break }
      gapEnd = StateKey(right.key).hash
    }
    return batch
  }
}
