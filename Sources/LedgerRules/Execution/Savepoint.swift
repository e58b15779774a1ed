import LedgerState

extension ExecutionContext {
  /// A point to which everything that a transaction changes can be taken back.
  struct Savepoint {
    let accounts: Int
    let nodes: Int
    let custodians: Int
    let issuances: Int
    let lots: Int
    let projects: Int
    let serialBlocks: Int
    let requests: Int
    let obligations: Int
    let retirements: Int
    let candidates: Int
    let voters: Int
    let stakes: Int
    let ordered: OrderedIndexes.Mark
    let view: StateView.Savepoint
    let now: Singles
    let findings: OffenceFindings
  }

  /// Now.
  var savepoint: Savepoint {
    Savepoint(
      accounts: accounts.mark, nodes: nodes.mark, custodians: custodians.mark,
      issuances: issuances.mark, lots: lots.mark, projects: projects.mark,
      serialBlocks: serialBlocks.mark, requests: requests.mark, obligations: obligations.mark,
      retirements: retirements.mark, candidates: candidates.mark, voters: voters.mark,
      stakes: stakes.mark, ordered: ordered.mark, view: view.mark(), now: now, findings: findings)
  }

  /// Takes back every change since a savepoint.
  mutating func rollback(to savepoint: Savepoint) {
    accounts.rollback(to: savepoint.accounts)
    nodes.rollback(to: savepoint.nodes)
    custodians.rollback(to: savepoint.custodians)
    issuances.rollback(to: savepoint.issuances)
    lots.rollback(to: savepoint.lots)
    projects.rollback(to: savepoint.projects)
    serialBlocks.rollback(to: savepoint.serialBlocks)
    requests.rollback(to: savepoint.requests)
    obligations.rollback(to: savepoint.obligations)
    retirements.rollback(to: savepoint.retirements)
    candidates.rollback(to: savepoint.candidates)
    voters.rollback(to: savepoint.voters)
    stakes.rollback(to: savepoint.stakes)
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
    projects.settle()
    serialBlocks.settle()
    requests.settle()
    obligations.settle()
    retirements.settle()
    candidates.settle()
    voters.settle()
    stakes.settle()
    ordered.settle()
    view.settle()
  }
}
