import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Changes labels and adjustment of serials that a custodian holds, in whatever state: a
  /// certificate shows the adjustment then and now.
  mutating func declare(_ declaration: CreditRequest.Declaration, by filer: AccountID)
    throws(OperationFailure)
  {
    try check(declaration.adjustment)
    for part in try parts(of: declaration.range) {
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
    let key = ProjectEntry.key(registry: project.registry, id: project.id)
    let found: ProjectEntry?
    do { found = try view.find(key) } catch { throw OperationFailure(error) }
    guard var entry = found else { throw .fault(.unknownProject) }
    guard entry.serials <= project.cap ?? .max else { throw .fault(.capExceeded) }
    entry.project = project
    view.set(key, entry.bcs)
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
