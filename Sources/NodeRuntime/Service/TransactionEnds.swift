import LedgerCore
import NodeAnswers

/// How a transaction ended, in few bytes: a busy node remembers many.
enum TransactionEnd: Hashable, Sendable {
  /// In a final block, at a place from 0.
  case final(height: UInt64, index: UInt32, Receipt.Outcome)
  /// Without a block.
  case refused(TransactionFault)

  /// Whether it was executed: nothing that comes later says more.
  var isExecution: Bool {
    switch self {
    case .final(_, _, .applied), .final(_, _, .failed): true
    case .final(_, _, .skipped), .refused: false
    }
  }

  /// The answer clients get.
  func answer(_ id: Digest) -> TransactionAnswer {
    switch self {
    case .final(let height, let index, .applied):
      TransactionAnswer(
        id: id.hex, status: .final, applied: true, height: height, index: Int(index))
    case .final(let height, let index, .failed(_, let fault, _)),
      .final(let height, let index, .skipped(let fault)):
      TransactionAnswer(
        id: id.hex, status: .final, applied: false, height: height, code: fault.code,
        message: fault.sentence, index: Int(index))
    case .refused(let fault):
      TransactionAnswer(
        id: id.hex, status: .refused, code: fault.code, message: fault.sentence)
    }
  }
}

/// The latest ends of transactions, for those who ask later: a bounded number, the oldest go first.
struct TransactionEnds: Sendable {
  private let countMax: Int
  private var ends: [Digest: TransactionEnd] = [:]
  /// Ids of `ends` in the order they came, a ring once full.
  private var order: [Digest] = []
  private var next = 0

  init(countMax: Int) { self.countMax = countMax }

  subscript(id: Digest) -> TransactionEnd? { ends[id] }

  /// A transaction sent again through another node may stand in a second bundle: there it is
  /// skipped as replayed, which says nothing of its execution in the first.
  mutating func remember(_ id: Digest, _ end: TransactionEnd) {
    if let known = ends[id] {
      if !known.isExecution { ends[id] = end }
      return
    }
    ends[id] = end
    if order.count < countMax {
      order.append(id)
    } else {
      ends[order[next]] = nil
      order[next] = id
      next = (next + 1) % countMax
    }
  }
}
