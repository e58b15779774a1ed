import Consensus
import Dissemination
public import LedgerCore
import LedgerRules
import LedgerState

/// From an offence seen to an offence recorded.
extension ReplicaMachine {
  /// Keeps evidence that is new to this node and to the chain, and reports it.
  mutating func found(_ evidence: Evidence) throws(ReplicaFailure) {
    do {
      var queries = queries()
      guard let offender = try queries.accused(by: evidence)?.account,
        try !queries.isKnown(evidence, of: offender)
      else { return }
      // A node whose key is used elsewhere says so by itself: others report it.
      guard offender != configuration.account, desk.take(evidence, by: offender) else { return }
      effects.append(.report(.offenceFound(evidence, by: offender)))
    } catch {
      throw .state("\(error)")
    }
    sendReports()
  }

  mutating func found(_ offence: BundleOffence) throws(ReplicaFailure) {
    effects.append(.report(.bundleOffence(offence)))
    guard case .badlySigned(let signed, let transaction, let proof) = offence,
      let evidence = BundleEvidence(
        header: signed.header, signature: signed.signature, transaction: transaction, proof: proof)
    else { return }
    try found(.bundle(evidence))
  }

  /// Has the reports signed that are due; a node that is no member of the set keeps them.
  mutating func sendReports() {
    guard desk.count > 0, let account = configuration.account,
      let key = tip.set.key(of: account)
    else { return }
    for body in desk.due(at: tip.height + 1, by: account, chain: configuration.chain) {
      effects.append(.signReport(body, key: key))
    }
  }

  /// A report is signed: it goes the way of all transactions, in a bundle of this node's.
  mutating func reportSigned(_ body: TransactionBody, _ signature: Signature) {
    // Signed with the key of the height at which it was asked for, and of use with the present one.
    let height = body.validUntil &- EvidenceDesk.validityHeights
    guard let account = configuration.account,
      let key = set(deciding: height)?.key(of: account), key == tip.set.key(of: account)
    else { return }
    guard
      let transaction = try? Transaction(
        body: body, senderAuthorizations: [Authorization(key: key, signature: signature)])
    else { return }
    pending.append(.dissemination(.reported(transaction)))
  }

  /// A final block has recorded these.
  mutating func recorded(_ offences: [RecordedOffence]) throws(ReplicaFailure) {
    for offence in offences {
      desk.recorded(offence.offender, offence.offence.family)
      effects.append(.report(.offenceRecorded(offence)))
    }
    if desk.count > 0 {
      // Who was jailed for something else meanwhile is not accused of another bundle.
      var queries = queries()
      do throws(RecordError) {
        try desk.drop { evidence, offender throws(RecordError) in
          try queries.isKnown(evidence, of: offender)
        }
      } catch { throw .state("\(error)") }
    }
    sendReports()
  }

  /// The node's own account; nil for a full node.
  public var account: AccountID? { configuration.account }

  /// Offences seen here that no final block has recorded yet.
  public var openOffences: Int { desk.count }
}

extension ValidatorSet {
  /// What a member signs with; nil for others.
  func key(of account: AccountID) -> PublicKey? {
    index(of: account).map { members[$0].consensusKey }
  }
}
