import LedgerState

extension ExecutionContext {
  /// A point to which everything that a transaction changes can be taken back.
  struct Savepoint {
    let accounts: Int
    let nodes: Int
    let custodians: Int
    let issuances: Int
    let lots: Int
    let ordered: OrderedIndexes.Mark
    let view: StateView.Savepoint
    let now: Singles
    let findings: OffenceFindings
  }

  /// Now.
  var savepoint: Savepoint {
    Savepoint(
      accounts: accounts.mark, nodes: nodes.mark, custodians: custodians.mark,
      issuances: issuances.mark, lots: lots.mark, ordered: ordered.mark, view: view.mark(),
      now: now, findings: findings)
  }

  /// Takes back every change since a savepoint.
  mutating func rollback(to savepoint: Savepoint) {
    accounts.rollback(to: savepoint.accounts)
    nodes.rollback(to: savepoint.nodes)
    custodians.rollback(to: savepoint.custodians)
    issuances.rollback(to: savepoint.issuances)
    lots.rollback(to: savepoint.lots)
    ordered.rollback(to: savepoint.ordered)
    view.rollback(to: savepoint.view)
    now = savepoint.now
    findings = savepoint.findings
  }

  /// Makes every change so far stay.
  mutating func settle() {
    accounts.settle()
    nodes.settle()
    custodians.settle()
    issuances.settle()
    lots.settle()
    ordered.settle()
    view.settle()
  }
}
