import LedgerCore
import NodeAnswers
import Wallet

/// What a transaction file says, as commands print it.
struct TransactionReport: Encodable {
  let id: String
  let network: String
  let chain: String
  let contents: TransactionContents
  /// Whether both sides have a signature; whether it is enough of them only the chain knows.
  let isSigned: Bool

  /// The amounts as people read them; JSON has them in `contents`.
  private let body: TransactionBody
  private let kind: NetworkKind

  private enum CodingKeys: String, CodingKey {
    case id, network, chain, contents, isSigned
  }

  init(_ file: TransactionFile) {
    id = file.id.hex
    network = file.network.fileName
    chain = file.chain.hex
    contents = file.contents
    isSigned =
      !file.senderAuthorizations.isEmpty
      && (file.body.sponsor == nil || !file.sponsorAuthorizations.isEmpty)
    body = file.body
    kind = file.network
  }

  var text: String {
    func tokens(_ amount: Amount, _ token: Token) -> String {
      "\(token.format(amount)) \(token.symbol)"
    }
    var facts: [(String, String)] = [
      ("transaction", id),
      ("network", network + (kind == .test ? " (test, no claim)" : "")),
      ("chain", chain),
      ("sender", contents.sender),
      ("sequence", "\(body.sequence)"),
      ("valid until", "height \(body.validUntil)"),
      ("at most for carbon", tokens(body.chargeMax, .ecc)),
      ("at most as fee", tokens(body.feeMax, .eco2)),
    ]
    if !body.tip.isZero { facts.append(("tip", tokens(body.tip, .eco2))) }
    if let sponsor = contents.sponsor { facts.append(("sponsor, who pays", sponsor)) }
    for (number, operation) in body.operations.enumerated() {
      facts.append(("operation \(number + 1)", sentence(operation)))
    }
    for token in Token.allCases {
      if let sum = sum(token), body.operations.count > 1, !sum.isZero {
        facts.append(("sent in all", tokens(sum, token)))
      }
    }
    facts += contents.senderAuthorizations.map { ("signed for the sender", "by key \($0.key)") }
    facts += contents.sponsorAuthorizations.map { ("signed for the sponsor", "by key \($0.key)") }
    if contents.senderAuthorizations.isEmpty { facts.append(("sender", "has not signed yet")) }
    if contents.sponsor != nil, contents.sponsorAuthorizations.isEmpty {
      facts.append(("sponsor", "has not signed yet"))
    }
    return Printing.facts(facts)
  }

  private func sentence(_ operation: Operation) -> String {
    switch operation {
    case .transfer(let transfer):
      "send \(transfer.token.format(transfer.amount)) \(transfer.token.symbol) to "
        + transfer.recipient.address(network: kind)
    case .topUpReserve(let topUp):
      "put \(Token.ecc.format(topUp.amount)) ECC into the reserve of the ER Node "
        + topUp.node.address(network: kind)
    case .reportOffence(let report):
      "report an ER Node for \(report.evidence.offence.name) at height \(report.evidence.height)"
    case .setAuthority(let change):
      "replace the sender's keys: from then on \(change.authority.threshold) of "
        + change.authority.keys.map(\.hex).joined(separator: ", ")
    case .postBond(let bond): "add \(Token.eco2.format(bond.amount)) ECO2 to the sender's bond"
    case .withdrawReserve(let withdrawal):
      "ask for \(Token.ecc.format(withdrawal.amount)) ECC of the sender's reserve back"
    case .collectReserve: "take what was asked back of the sender's reserve"
    case .sellToFund(let sale):
      "sell \(Token.ecc.format(sale.amount)) ECC to the neutrality fund for at least "
        + "\(Token.eco2.format(sale.priceMin)) ECO2 a tonne"
    default:
      DelegationSentence.text(operation, network: kind)
        ?? CreditSentence.text(operation, network: kind)
    }
  }

  /// All transfers of a token; nil when they exceed an amount's range.
  private func sum(_ token: Token) -> Amount? {
    var sum = Amount.zero
    for case .transfer(let transfer) in body.operations where transfer.token == token {
      guard let next = try? sum.adding(transfer.amount) else { return nil }
      sum = next
    }
    return sum
  }
}
