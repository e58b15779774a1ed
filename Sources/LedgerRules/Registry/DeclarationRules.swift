import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Changes labels and adjustment of serials that a custodian holds, in whatever state: a
  /// certificate shows the adjustment then and now.
  mutating func declare(_ declaration: CreditRequest.Declaration, by filer: AccountID)
    throws(OperationFailure)
  {
    try check(declaration.adjustment)
    let parts = try parts(of: declaration.range)
    try use(lots: parts.count)
    for part in parts {
      guard try record(ofLot: part.lot).custodian == filer else {
        throw .fault(.notCustodian, subject: .lot(part.lot))
      }
      let number = try cut(part)
      var record = try record(ofLot: number)
      record.labels = declaration.labels
      record.adjustment = declaration.adjustment
      try put(record, number)
    }
  }

  /// Changes what is known of a project. Its cap never falls below what was brought.
  mutating func amend(_ project: CreditProject) throws(OperationFailure) {
    try check(project)
    let slot = try slot(of: project)
    guard var entry = projects.entries[slot].current else { throw .fault(.unknownProject) }
    guard entry.serials <= project.cap ?? .max else { throw .fault(.capExceeded) }
    entry.project = project
    projects.set(slot, entry)
  }

  /// Takes another registry's credits from now on.
  mutating func add(_ registry: CreditRegistry) throws(OperationFailure) {
    guard !registry.name.isEmpty, !registry.name.utf8.contains(0) else {
      throw .fault(.invalidCredit)
    }
    let found: CreditRegistry?
    do { found = try view.find(CreditRegistry.key(registry.name)) } catch {
      throw OperationFailure(error)
    }
    guard found == nil else { throw .fault(.alreadyKnown) }
    view.set(CreditRegistry.key(registry.name), registry.bcs)
  }
}
