import ArgumentParser
import NodeAnswers

/// What became of a submitted transaction, for people.
enum SubmissionReport {
  static func text(_ answer: TransactionAnswer) -> String {
    var facts = [("transaction", answer.id ?? "-")]
    switch answer.status {
    case .final:
      let outcome = answer.applied == true ? "final" : "final, but not applied"
      facts.append(("state", "\(outcome), at height \(answer.height ?? 0)"))
    case .accepted:
      facts.append(("state", "accepted: it will be in a block, or reported expired"))
      if let teller = answer.accordingTo { facts.append(("by the word of", teller)) }
    case .pending: facts.append(("state", "pending: ask again with the same bytes"))
    case .unknown: facts.append(("state", "unknown to this node"))
    case .refused: facts.append(("state", "refused"))
    }
    if let code = answer.code { facts.append(("because", "\(answer.message ?? "") [\(code)]")) }
    return Printing.facts(facts)
  }
}

/// How long a command waits for what it submits.
enum SubmissionWait: String, ExpressibleByArgument, CaseIterable {
  case accepted
  case final

  /// Whether a transaction has come as far as was waited for, and was not refused or failed.
  func isReached(by answer: TransactionAnswer) -> Bool {
    guard answer.applied != false else { return false }
    return answer.status == .final || (answer.status == .accepted && self == .accepted)
  }
}
