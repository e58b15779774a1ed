/// Why a transaction was refused, skipped or failed: one closed list with stable codes, the same
/// in receipts, in the API and in what people read.
public enum TransactionFault: UInt16, Error, Sendable, CaseIterable {
  case malformed = 1
  case oversized = 2
  case wrongChain = 3
  case badSignature = 4
  case expired = 5
  case validityTooLong = 6
  case replayed = 7
  case sequenceTooFarAhead = 8
  case unauthorised = 9
  case sponsorUnauthorised = 10
  case chargeUnpayable = 11
  case feeUnpayable = 12
  case chargeAboveMaximum = 13
  case feeAboveMaximum = 14
  case insufficientBalance = 15
  case overflow = 16
  case zeroAmount = 17
  case selfTransfer = 18
  case unknownNode = 19
  case blockFull = 20
  case poolFull = 21
  case senderQueueFull = 22
  case alreadyKnown = 23
  case notReady = 24
  case evidenceInvalid = 25
  case evidenceTooOld = 26
  case evidenceTooEarly = 27
  case unknownOffender = 28
  case offenceKnown = 29
  case tooManyReports = 30

  /// The stable code in JSON.
  public var code: String {
    switch self {
    case .malformed: "malformed"
    case .oversized: "oversized"
    case .wrongChain: "wrong_chain"
    case .badSignature: "bad_signature"
    case .expired: "expired"
    case .validityTooLong: "validity_too_long"
    case .replayed: "replayed"
    case .sequenceTooFarAhead: "sequence_too_far_ahead"
    case .unauthorised: "unauthorised"
    case .sponsorUnauthorised: "sponsor_unauthorised"
    case .chargeUnpayable: "charge_unpayable"
    case .feeUnpayable: "fee_unpayable"
    case .chargeAboveMaximum: "charge_above_maximum"
    case .feeAboveMaximum: "fee_above_maximum"
    case .insufficientBalance: "insufficient_balance"
    case .overflow: "overflow"
    case .zeroAmount: "zero_amount"
    case .selfTransfer: "self_transfer"
    case .unknownNode: "unknown_node"
    case .blockFull: "block_full"
    case .poolFull: "pool_full"
    case .senderQueueFull: "sender_queue_full"
    case .alreadyKnown: "already_known"
    case .notReady: "not_ready"
    case .evidenceInvalid: "evidence_invalid"
    case .evidenceTooOld: "evidence_too_old"
    case .evidenceTooEarly: "evidence_too_early"
    case .unknownOffender: "unknown_offender"
    case .offenceKnown: "offence_known"
    case .tooManyReports: "too_many_reports"
    }
  }

  /// One sentence that says what is wrong and what to do.
  public var sentence: String {
    switch self {
    case .malformed: "The bytes are not one canonical transaction; build it again."
    case .oversized:
      "The transaction is longer than \(Limits.transactionBytesMax) bytes; send several small ones."
    case .wrongChain: "The transaction was made for another chain; build it for this genesis hash."
    case .badSignature: "A signature does not verify; sign the body again with the right key."
    case .expired: "The height it was valid until has passed; build it again with a later one."
    case .validityTooLong:
      "It is valid for more than \(Limits.validityHeightsMax) heights ahead; choose a nearer one."
    case .replayed: "Its sequence was used before or has left the window; use a higher one."
    case .sequenceTooFarAhead:
      "Its sequence is more than \(Limits.sequenceLeadMax) above the highest used; use a lower one."
    case .unauthorised: "The signing keys are not the sender's now; sign with enough current keys."
    case .sponsorUnauthorised:
      "The signing keys are not the sponsor's now; sign with enough current keys."
    case .chargeUnpayable:
      "The payer does not hold the maximum carbon charge in ECC; add ECC or lower the maximum."
    case .feeUnpayable:
      "The payer does not hold maximum fee and tip in ECO2; add ECO2 or lower the maximum."
    case .chargeAboveMaximum:
      "The carbon charge exceeds the stated maximum; raise the maximum charge."
    case .feeAboveMaximum: "The network fee exceeds the stated maximum; raise the maximum fee."
    case .insufficientBalance: "The sender does not hold what the operation moves."
    case .overflow: "An amount would leave the range of 128 bits."
    case .zeroAmount: "An operation moves nothing; state an amount above zero."
    case .selfTransfer: "Sender and recipient are the same account."
    case .unknownNode: "The account named is not an ER Node."
    case .blockFull: "The block has no room left; send it again."
    case .poolFull: "The node's pool of pending transactions is full; send it again later."
    case .senderQueueFull:
      "The sender has too many pending transactions; wait until some are final."
    case .alreadyKnown: "The transaction is already known; ask for its state by its id."
    case .notReady: "The node is not ready to take transactions; try again or ask another node."
    case .evidenceInvalid: "The evidence is not signed by whom it accuses: it proves nothing."
    case .evidenceTooOld: "The offence lies more than 7 days back: it can no longer be reported."
    case .evidenceTooEarly: "The evidence is of a height to come; send it again when it is reached."
    case .unknownOffender: "Whom the evidence accuses was no member of that height's set."
    case .offenceKnown: "The offender is recorded already; nothing is left to do."
    case .tooManyReports:
      "The member has sent more than \(Limits.reportsPerMemberMax) reports for one block."
    }
  }
}
