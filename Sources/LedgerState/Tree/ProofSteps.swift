import CLedgerCore
import LedgerCore

/// What leads from some leaves up to the root, as the engine encoded it.
@safe struct ProofSteps: ~Copyable {
  fileprivate var steps = unsafe cl_state_steps()
  fileprivate var ends: [Int]
  fileprivate var found: [UInt8]

  fileprivate init(count: Int) {
    ends = [Int](repeating: 0, count: count)
    found = [UInt8](repeating: 0, count: count)
  }

  deinit {
    var steps = unsafe steps
    unsafe cl_state_steps_free(&steps)
  }

  /// Whether a path has a leaf.
  func isFound(_ place: Int) -> Bool { found[place] == 1 }

  /// The bytes of a proof that the record at a path exists.
  func proof(_ place: Int, of key: StateKey, _ value: [UInt8]) -> [UInt8] {
    let start = place == 0 ? 0 : ends[place - 1]
    let own = unsafe UnsafeRawBufferPointer(
      start: steps.bytes.map { unsafe $0 + start }, count: ends[place] - start)
    return unsafe CommitmentProof.smtExistence(key: key.bytes, value: value, steps: own)
  }
}

extension StateTree {
  /// The steps from the leaves at paths, which ascend, up to the root. The reader's leaves (or
  /// what its own `reads` has read of them) with the layers over them are the tree's.
  func prove(
    _ paths: [Digest], of reader: any StateReader, reads: (any StateReads)?,
    under layers: [StateLayer]
  ) throws(StateReadError) -> ProofSteps {
    var found = ProofSteps(count: paths.count)
    var code = CL_STATE_NO_MEMORY
    try unsafe withLeafSource(
      of: reader, reads, buckets: buckets(of: paths), depth: depth
    ) { source in
      unsafe StateLayer.withPointers(layers[...], []) { layers in
        unsafe paths.withUnsafeBytes { paths in
          unsafe code = cl_state_prove(
            handle, source, layers.baseAddress, layers.count,
            paths.baseAddress?.assumingMemoryBound(to: UInt8.self), paths.count / 32, &found.steps,
            &found.ends, &found.found)
        }
      }
    }
    try Self.check(code)
    return found
  }
}
