import LedgerCore
import LedgerState

// Readiness (protocol §5): shortly before a term's end a candidate's node says with its consensus
// key that it is there, and which key it will sign with. Who says nothing is not elected, so no set
// begins with nodes that are off.

extension ExecutionContext {
  /// Why a node's declaration is skipped (first pass); nil for one that will be recorded. It costs
  /// its sender nothing: each candidate has one in a term.
  mutating func fault(ofDeclaration transaction: Transaction, _ ready: DeclareReady)
    throws(ExecutionError) -> TransactionFault?
  {
    let sender = transaction.body.sender
    do throws(OperationFailure) {
      do throws(TransactionFault) { try checkValidity(of: transaction.body) } catch {
        throw .fault(error)
      }
      try checkConsensusKey(of: sender, transaction.senderAuthorizations)
      try checkDeclaration(ready, of: sender)
      // It is free, so nothing of it is left to fail later.
      try checkClaim(ready.key, for: sender)
      guard declaring.accounts.insert(sender).inserted else { throw .fault(.alreadyReady) }
      guard declaring.keys.insert(ready.key.key).inserted else { throw .fault(.keyTaken) }
      return nil
    } catch { return try error.transactionFault().0 }
  }

  /// Whether the transaction is authorised by the candidate's consensus key alone.
  private mutating func checkConsensusKey(
    of account: AccountID, _ authorizations: [Authorization]
  ) throws(OperationFailure) {
    let node: ERNode?
    do { node = try view.find(ERNode.key(account)) } catch { throw OperationFailure(error) }
    guard let node else { throw .fault(.unknownCandidate) }
    guard authorizations.count == 1, authorizations[0].key == node.consensusKey else {
      throw .fault(.unauthorised)
    }
  }

  private mutating func checkDeclaration(_ ready: DeclareReady, of account: AccountID)
    throws(OperationFailure)
  {
    let record = try candidate(account)
    guard record.standing == .standing else { throw .fault(.candidateNotStanding) }
    guard record.jailedAt == 0 else { throw .fault(.candidateJailed) }
    // Its account has replaced the key that declares.
    guard !now.delegation.keyChanges.contains(where: { $0.account == account }) else {
      throw .fault(.keyChangePending)
    }
    guard ready.term == terms.term(at: header.timestamp) &+ 1,
      terms.isDeclaring(at: header.timestamp)
    else { throw .fault(.notDeclaring) }
    guard record.readyFor != ready.term else { throw .fault(.alreadyReady) }
  }

  /// Records that a candidate's node is ready for the next term.
  mutating func apply(_ operation: DeclareReady, of sender: AccountID, isDeclaration: Bool)
    throws(OperationFailure)
  {
    // Only a node's own message carries it: a candidate's account key does not show that the node
    // is there.
    guard isDeclaration else { throw .fault(.unauthorised) }
    try checkDeclaration(operation, of: sender)
    view.set(KeyOwner.key(operation.key.key), KeyOwner(account: sender).bcs)
    do throws(ExecutionError) {
      try change(sender) { record in
        record.readyFor = operation.term
        record.nextKey = operation.key.key
      }
    } catch { throw .fatal(error) }
  }
}
