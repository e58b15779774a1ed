public import LedgerCore

/// Whether runs may stand in a block.
public enum RunsVerdict: Hashable, Sendable {
  /// Every bundle is held, verified and stored, and the rules of §4 hold: execute.
  case usable
  /// These are not usable yet: `.needed` fetches them. The rules hold as far as can be seen.
  case missing([Digest])
  /// A rule is broken: no honest primary proposes this.
  case refused(RunsFault)
}

/// Which rule a proposal's runs break.
public enum RunsFault: Hashable, Sendable {
  case unknownAuthor(AccountID)
  case authorTwice(AccountID)
  /// A run begins neither after the author's last committed number nor at 0 of a higher
  /// incarnation.
  case gap(AccountID)
  /// A digest is not that of a bundle of this author, incarnation and number.
  case wrongBundle(Digest)
  /// Born more than `Limits.bundleAgeHeightsMax` heights ago, or after the block.
  case wrongAge(Digest)
  case badlySigned(Digest)
  case tooManyBundles
  case tooManyBytes
}

extension Disseminator {
  /// What an honest primary proposes for the height being decided: per author, in an order that
  /// rotates with the height, what a quorum acknowledges and this node has stored. Where a block
  /// has no room for all, authors take turns, bundle by bundle. `emptyOfBundles` for fresh
  /// proposals from view 3 on.
  public func runsForProposal(height: UInt64, emptyOfBundles: Bool = false) -> [BundleRun] {
    guard !emptyOfBundles, isStarted, let set = validators(at: height) else { return [] }
    let start = Int(height % UInt64(set.count))
    let runs = (0..<set.count).compactMap {
      nameable(set.members[(start + $0) % set.count].account, height: height)
    }
    var counts = [Int](repeating: 0, count: runs.count)
    var bundles = 0
    var bytes = 0
    var isFull = false
    for round in 0..<Limits.runBundlesMax where !isFull {
      for index in runs.indices where round < runs[index].digests.count && !isFull {
        let digest = runs[index].digests[round]
        bytes += Int(shelf[digest]?.header.transactionBytes ?? 0)
        isFull = bundles == Limits.blockBundlesMax || bytes > Limits.blockBytesMax
        if !isFull {
          bundles += 1
          counts[index] += 1
        }
      }
    }
    return zip(runs, counts).compactMap { run, count in
      count == 0
        ? nil
        : BundleRun(
          author: run.author, incarnation: run.incarnation, firstNumber: run.firstNumber,
          digests: Array(run.digests.prefix(count)))
    }
  }

  /// An author's longest run that may be named: of its lowest incarnation that has any, so that a
  /// restart loses none.
  private func nameable(_ account: AccountID, height: UInt64) -> BundleRun? {
    guard let author = shelf.author(account) else { return nil }
    for lane in author.lanes {
      var digests: [Digest] = []
      var number = lane.first
      while number < min(lane.storedEnd, lane.quorumEnd), digests.count < Limits.runBundlesMax,
        let digest = lane.numbers[number], let header = shelf[digest]?.header,
        isOfAge(header, at: height)
      {
        digests.append(digest)
        number += 1
      }
      guard digests.isEmpty else {
        return BundleRun(
          author: account, incarnation: lane.incarnation, firstNumber: lane.first, digests: digests)
      }
    }
    return nil
  }

  private func isOfAge(_ header: BundleHeader, at height: UInt64) -> Bool {
    header.birthHeight <= height && height - header.birthHeight <= Limits.bundleAgeHeightsMax
  }

  /// Whether a proposal's runs may stand in the block of the height being decided, as far as can be
  /// said from what is held. Every honest node that holds all bundles says the same.
  public func judge(_ runs: [BundleRun], height: UInt64) -> RunsVerdict {
    guard runs.reduce(0, { $0 + $1.digests.count }) <= Limits.blockBundlesMax,
      runs.allSatisfy({ $0.digests.count <= Limits.runBundlesMax })
    else { return .refused(.tooManyBundles) }
    var authors: Set<AccountID> = []
    var missing: [Digest] = []
    var bytes = 0
    for run in runs {
      guard authors.insert(run.author).inserted else { return .refused(.authorTwice(run.author)) }
      if let fault = fault(of: run, height: height, bytes: &bytes, missing: &missing) {
        return .refused(fault)
      }
    }
    guard bytes <= Limits.blockBytesMax else { return .refused(.tooManyBytes) }
    return missing.isEmpty ? .usable : .missing(missing)
  }

  private func fault(
    of run: BundleRun, height: UInt64, bytes: inout Int, missing: inout [Digest]
  ) -> RunsFault? {
    guard isEverMember(run.author) else { return .unknownAuthor(run.author) }
    let first = shelf.author(run.author).map { $0.firstNumber(of: run.incarnation) } ?? 0
    guard run.firstNumber == first, !run.digests.isEmpty else { return .gap(run.author) }
    for (offset, digest) in run.digests.enumerated() {
      if shelf.isBad(digest) { return .badlySigned(digest) }
      guard let held = shelf[digest] else {
        missing.append(digest)
        continue
      }
      if !held.isStored { missing.append(digest) }
      let header = held.header
      guard header.author == run.author, header.incarnation == run.incarnation,
        header.number == run.firstNumber &+ UInt64(offset)
      else { return .wrongBundle(digest) }
      guard isOfAge(header, at: height) else { return .wrongAge(digest) }
      bytes += Int(header.transactionBytes)
    }
    return nil
  }
}
