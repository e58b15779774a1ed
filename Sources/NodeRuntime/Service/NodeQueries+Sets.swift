import LedgerCore
import LedgerRules
import LedgerStore
import NodeAPI
import NodeAnswers
import Replica

/// How the validator set came to be what it is.
extension NodeQueries {
  func setChanges(after height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [SetChangeAnswer]
  {
    guard let view = board.chain else { throw .unavailable }
    let sets = opened.store.sets
    // First: what is written after this is read from the state below.
    let next = sets.nextNumber
    var changes = try await reads.quick { try sets.read(after: height, limit: limit) }
    let reached = changes.last?.lastHeight ?? height
    if changes.count < limit, Self.lies(view.validators.firstHeight, beyond: reached) {
      changes += try await unwritten(from: next, after: reached, limit: limit - changes.count)
    }
    return try Self.steps(changes, after: height, to: view.validators).map {
      SetChangeAnswer($0.change, chain: opened.chain)
    }
  }

  /// The steps that follow each other without a gap from the set that decides the height after
  /// `height`.
  ///
  /// - Throws: `changesNotKept` when the first is missing that leads to the current set.
  static func steps(
    _ changes: [StoredSetChange], after height: UInt64, to current: ValidatorSet
  ) throws(NodeServiceError) -> [StoredSetChange] {
    var steps: [StoredSetChange] = []
    for change in changes {
      guard !lies(change.set.firstHeight, beyond: steps.last?.lastHeight ?? height) else { break }
      steps.append(change)
    }
    if steps.isEmpty, lies(current.firstHeight, beyond: height) {
      throw .changesNotKept(after: height)
    }
    return steps
  }

  /// Whether a set begins above the height after a height: another one decides in between.
  private static func lies(_ firstHeight: UInt64, beyond height: UInt64) -> Bool {
    firstHeight > height && firstHeight - height > 1
  }

  /// Changes of the last few blocks, whose state is not on the disk yet.
  private func unwritten(from number: UInt64, after height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [StoredSetChange]
  {
    let ends = try await read { replica in
      var queries = replica.queries()
      let numbers = try queries.pastSetNumbers()
      var ends: [SetEnd] = []
      for number in max(number, numbers.lowerBound)..<max(number, numbers.upperBound)
      where ends.count < limit {
        if let end = try queries.setEnd(number), end.lastHeight > height { ends.append(end) }
      }
      return ends
    }
    var changes: [StoredSetChange] = []
    for end in ends {
      guard let head = try await head(end.lastHeight) else { break }
      changes.append(
        StoredSetChange(
          number: end.number, set: end.set,
          change: SetChange(
            header: head.block.header, certificate: head.certificate, next: end.next)))
    }
    return changes
  }

  /// The set of this hash, of those the node knows.
  func validators(of header: BlockHeader) async throws(NodeServiceError) -> ValidatorSet? {
    let view = board.chain
    let present = [view?.validators, view?.nextValidators, opened.document.validators]
      .compactMap(\.self)
      .first { $0.hash(opened.chain) == header.validatorsHash }
    if let present { return present }
    let below = header.height > 0 ? header.height - 1 : 0
    let past = try await reads.quick { [sets = opened.store.sets] in
      try sets.read(after: below, limit: 1).first?.set
    }
    return past?.hash(opened.chain) == header.validatorsHash ? past : nil
  }
}
