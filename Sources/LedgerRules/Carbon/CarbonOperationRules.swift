import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Moves ECC of the sender into an ER Node's reserve; anybody may.
  mutating func apply(_ operation: TopUpReserve, _ sender: Int) throws(OperationFailure) {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    let slot: Int
    do { slot = try node(operation.node) } catch { throw .fatal(error) }
    guard nodes.entries[slot].current != nil else { throw .fault(.unknownNode) }
    try take(operation.amount, of: .ecc, from: sender)
    do { try topUp(slot, operation.amount, id: operation.node) } catch { throw .fatal(error) }
  }
}
