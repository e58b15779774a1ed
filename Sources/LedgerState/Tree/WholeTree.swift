package import LedgerCore

/// The tree over all leaves that a reader shows, in one pass.
package enum WholeTree {
  /// Parts of the pass after which its progress is told.
  private static let parts = 64

  /// The root of what a reader shows, and its number of records.
  ///
  /// - Parameter progress: told the records seen so far, now and then.
  package static func root(
    of reader: any StateReader, workers: WorkerPool?, progress: (Int) -> Void = { _ in }
  ) throws(StateReadError) -> (root: Digest, records: Int) {
    let tree = try StateTree(
      depth: StateTree.depth(
        forLeaves: try reader.recordCountEstimate(),
        leavesPerBucket: StateLimits.leavesPerBucket))
    let records = try load(
      tree, of: reader, under: [], parts: Self.parts, workers: workers, progress: progress)
    return (tree.root.hash, records)
  }

  /// Fills a tree from a reader's leaves with layers laid over them; how many there are.
  static func load(
    _ tree: StateTree, of reader: any StateReader, under layers: [StateLayer], parts: Int = 1,
    workers: WorkerPool?, progress: (Int) -> Void = { _ in }
  ) throws(StateReadError) -> Int {
    var records = 0
    for part in 0..<parts {
      let first = tree.bucketCount * part / parts
      let last = tree.bucketCount * (part + 1) / parts
      guard first < last else { continue }
      records += try tree.load(first..<last, of: reader, under: layers, workers: workers)
      progress(records)
    }
    tree.build(workers: workers)
    return records
  }
}
