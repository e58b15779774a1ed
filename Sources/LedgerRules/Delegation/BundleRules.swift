public import LedgerCore
public import LedgerState

/// Which bundles a block may name (protocol §4): per author a gap-free run of numbers after the
/// last one committed, or from 0 of a higher incarnation, born within the last 8 heights.
public enum BundleRules {
  /// Checks every run of a proposal against the parent's state.
  ///
  /// - Parameter headers: the headers of all bundles, in the order the runs name them.
  /// - Returns: how far each author's bundles are committed with this block, in the order of runs.
  static func check(
    _ runs: [BundleRun], headers: [BundleHeader], chain: ChainID, height: UInt64,
    in view: inout StateView
  ) throws(ExecutionError) -> [(author: AccountID, progress: BundleProgress)] {
    guard headers.count == runs.reduce(0, { $0 + $1.digests.count }) else {
      throw .bundle(.missing)
    }
    var progress: [(author: AccountID, progress: BundleProgress)] = []
    var position = 0
    for run in runs {
      for (index, digest) in run.digests.enumerated() {
        try check(headers[position], digest, run, index, chain: chain, height: height)
        position += 1
      }
      progress.append((run.author, try advance(over: run, in: &view)))
    }
    return progress
  }

  /// Checks a proposal's runs before its bundles are executed; the same rule as in execution.
  public static func check(
    _ block: Block, headers: [BundleHeader], chain: ChainID, on view: inout StateView
  ) throws(ExecutionError) {
    guard block.isConsistent else { throw .bundle(.inconsistent) }
    _ = try check(
      block.runs, headers: headers, chain: chain, height: block.header.height, in: &view)
  }

  private static func check(
    _ header: BundleHeader, _ digest: Digest, _ run: BundleRun, _ index: Int, chain: ChainID,
    height: UInt64
  ) throws(ExecutionError) {
    let (number, overflow) = run.firstNumber.addingReportingOverflow(UInt64(index))
    guard !overflow, header.author == run.author, header.incarnation == run.incarnation,
      header.number == number, header.digest(chain) == digest
    else { throw .bundle(.notNamed(digest)) }
    guard header.birthHeight <= height,
      height - header.birthHeight <= Limits.bundleAgeHeightsMax
    else { throw .bundle(.tooOld(digest, birthHeight: header.birthHeight)) }
  }

  private static func advance(over run: BundleRun, in view: inout StateView)
    throws(ExecutionError) -> BundleProgress
  {
    let found: BundleProgress?
    do { found = try view.find(BundleProgress.key(run.author)) } catch { throw .record(error) }
    guard let committed = found else { throw .bundle(.unknownAuthor(run.author)) }
    let expected: UInt64? =
      if run.incarnation == committed.incarnation {
        committed.next
      } else if run.incarnation > committed.incarnation {
        0
      } else {
        nil
      }
    guard let expected, run.firstNumber == expected else {
      throw .bundle(
        .gap(author: run.author, incarnation: run.incarnation, first: run.firstNumber))
    }
    let (next, overflow) = expected.addingReportingOverflow(UInt64(run.digests.count))
    guard !overflow else { throw .bundle(.inconsistent) }
    return BundleProgress(incarnation: run.incarnation, next: next)
  }
}
