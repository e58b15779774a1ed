import LedgerCore

/// Operations on credits as sentences for the one who signs them.
enum CreditSentence {
  /// What an operation does.
  static func text(_ operation: Operation, network: NetworkKind) -> String {
    switch operation {
    case .fileRequest(let filing): "ask the registrars to \(text(filing.request, network))"
    case .decideRequest(let decision):
      "\(decision.approves ? "approve" : "reject") request \(decision.request)"
    case .withdrawRequest(let withdrawal): "take request \(withdrawal.request) back"
    case .attestCustody: "attest that the sender still holds its credits at their sources"
    case .setBuffer(let change):
      "move \(text(change.range)) \(change.isBuffer ? "into" : "out of") the sender's buffer"
    case .replaceCredits(let replacement):
      "meet obligation \(replacement.obligation) with \(text(replacement.range))"
    case .confirmRetirement(let confirmation):
      "confirm retirement \(confirmation.retirement): shown at its source as "
        + "\(confirmation.reference) on \(confirmation.date)"
    case .transferLot(let transfer):
      "send \(text(transfer.range)) to \(transfer.recipient.address(network: network))"
    case .splitLot(let split): "split lot \(split.lot) before serial \(split.at)"
    case .depositLot(let deposit): "put \(text(deposit.range)) into the reserve, for ECC"
    case .retireLot(let retirement):
      "retire \(text(retirement.range)) for good (\(retirement.claim.reason.code))"
    case .cancelLot(let cancellation): "give \(text(cancellation.range)) up for good"
    default: operation.kind.name
    }
  }

  private static func text(_ range: LotRange) -> String {
    "the serials \(range.start) to \(range.end) of lot \(range.lot)"
  }

  private static func text(_ request: CreditRequest, _ network: NetworkKind) -> String {
    switch request {
    case .onboard(let onboarding):
      "bring \(onboarding.batches.reduce(0) { $0 + $1.ranges.count }) ranges of "
        + "\(onboarding.batches.count) projects on chain for "
        + onboarding.owner.address(network: network)
    case .export(let range): "release \(text(range)) to their registry"
    case .invalidate(let range): "mark \(text(range)) as invalidated at their source"
    case .declare(let declaration): "change labels and adjustment of \(text(declaration.range))"
    case .amend(let project): "change the facts of project \(project.id)"
    case .addRegistry(let registry): "take credits of the registry \(registry.name)"
    }
  }
}
