import LedgerCore
import NodeAnswers

/// What a node's answer means for the one who sent a transaction.
enum TransactionState: Equatable {
  case pending
  case accepted
  case final(applied: Bool, height: UInt64?)
  /// Its sequence was used before: since nothing else takes that sequence, by an earlier copy.
  case used
  case expired
  case refused(String)
  /// This node cannot take it now; another can.
  case tryElsewhere

  /// Of a refused submission. A replay is a refusal the first time; of bytes sent before, it says
  /// that they arrived.
  init(refused code: String?, isRetry: Bool) {
    switch code {
    case TransactionFault.alreadyKnown.code: self = .pending
    case TransactionFault.replayed.code where isRetry: self = .used
    case TransactionFault.expired.code: self = .expired
    case TransactionFault.notReady.code: self = .tryElsewhere
    default: self = .refused(code ?? "unknown")
    }
  }

  /// Of an answer about an id; nil when the node knows nothing that ends the waiting.
  init?(asked answer: TransactionAnswer) {
    switch answer.status {
    case .pending, .unknown: return nil
    case .accepted: self = .accepted
    case .final: self = .final(applied: answer.applied ?? false, height: answer.height)
    case .refused:
      guard answer.code == TransactionFault.expired.code else { return nil }
      self = .expired
    }
  }
}
