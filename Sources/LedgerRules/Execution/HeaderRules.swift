import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Checks every field of the header that follows from the parent's state.
  mutating func checkHeader() throws(ExecutionError) {
    let expected = tip.height &+ 1
    guard header.height == expected else {
      throw .header(.height(expected: expected, stated: header.height))
    }
    guard header.parent == tip.headerHash else {
      throw .header(.parent(expected: tip.headerHash, stated: header.parent))
    }
    guard header.timestamp > tip.timestamp,
      (header.timestamp - facts.genesisTime).isMultiple(of: facts.interval)
    else { throw .header(.timestamp(header.timestamp)) }
    guard sets.current.index(of: header.author) != nil else {
      throw .header(.author(header.author))
    }
    guard header.validatorsHash == sets.current.hash(chain) else { throw .header(.validators) }
    guard header.nextValidatorsHash == sets.following.hash(chain) else {
      throw .header(.nextValidators)
    }
    let block: BlockRecord
    let parentStatement: CarbonStatement
    do {
      block = try view.required(BlockRecord.key(tip.height))
      parentStatement = try view.required(CarbonStatement.key(tip.height))
    } catch { throw .record(error) }
    guard header.parentRoots.transactions == block.transactionsRoot,
      header.parentRoots.receipts == block.receiptsRoot
    else { throw .header(.parentRoots) }
    guard header.parentStatement == parentStatement else { throw .header(.parentStatement) }
  }
}
