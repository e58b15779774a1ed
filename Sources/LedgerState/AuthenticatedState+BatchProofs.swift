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
    let sorted = keys.map { (key: $0, path: $0.hash) }.sorted { $0.path < $1.path }
    var batch = BatchProof(entries: [])
    /// The last key proven, and where the gap ends that an absence proof has just shown.
    var last: Digest?
    var gapEnd: Digest?
    for (key, path) in sorted where path != last {
      last = path
      if let gapEnd, path < gapEnd { continue }
      let proof = try proof(key)
      if case .exist(let existence) = proof { batch.entries.append(.exist(existence)) }
      if case .nonexist(let absence) = proof {
        batch.entries.append(.nonexist(absence))
        // The last gap: what follows lies in it.
        guard let right = absence.right else { break }
        gapEnd = StateKey(right.key).hash
      }
    }
    return .batch(batch)
  }

  private func proof(_ key: StateKey) throws(BatchProofError) -> CommitmentProof {
    do throws(StateError) { return try existenceProof(key) } catch {
      guard error == .noSuchRecord else { throw .state(error) }
    }
    do throws(StateError) { return try absenceProof(key) } catch { throw .state(error) }
  }
}
