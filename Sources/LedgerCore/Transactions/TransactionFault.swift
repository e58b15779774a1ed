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
  case notRegistrar = 31
  case notCustodian = 32
  case unknownRegistry = 33
  case unknownRequest = 34
  case requestClosed = 35
  case alreadyDecided = 36
  case ownRequest = 37
  case serialOverlap = 38
  case partlyExported = 39
  case capExceeded = 40
  case projectDiffers = 41
  case unknownProject = 42
  case invalidCredit = 43
  case custodianLimit = 44
  case bufferTooSmall = 45
  case bondTooSmall = 46
  case custodyLapsed = 47
  case depositsStopped = 48
  case unknownLot = 49
  case notOwner = 50
  case lotNotTradable = 51
  case rangeOutsideLot = 52
  case notEligible = 53
  case notWholeTonnes = 54
  case invalidDate = 55
  case unknownRetirement = 56
  case alreadyConfirmed = 57
  case unknownObligation = 58
  case obligationMet = 59
  case noOpenBid = 60
  case bidBelowMinimum = 61
  case reserveTooLow = 62
  case notCollectable = 63
  case lotsAboveMaximum = 64
  case votesInsufficient = 65
  case tooManyUnlocks = 66
  case notUnlocked = 67
  case votingClosed = 68
  case unknownCandidate = 69
  case candidateNotStanding = 70
  case sameCandidate = 71
  case nothingEarned = 72
  case alreadyCandidate = 73
  case invalidCandidate = 74
  case keyTaken = 75
  case possessionInvalid = 76
  case notDeclaring = 77
  case alreadyReady = 78
  case candidateJailed = 79
  case candidateStanding = 80
  case bondLocked = 81
  case notJailed = 82
  case jailTooShort = 83
  case owesDues = 84
  case invalidHeight = 85
  case keyChangePending = 86
  case notEntitled = 87
  case invalidMotion = 88
  case tooManyMotions = 89
  case unknownMotion = 90
  case motionOver = 91
  case notAsked = 92
  case notProposer = 93
  case noVeto = 94
  case operationPaused = 95

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
    case .notRegistrar: "not_registrar"
    case .notCustodian: "not_custodian"
    case .unknownRegistry: "unknown_registry"
    case .unknownRequest: "unknown_request"
    case .requestClosed: "request_closed"
    case .alreadyDecided: "already_decided"
    case .ownRequest: "own_request"
    case .serialOverlap: "serial_overlap"
    case .partlyExported: "partly_exported"
    case .capExceeded: "cap_exceeded"
    case .projectDiffers: "project_differs"
    case .unknownProject: "unknown_project"
    case .invalidCredit: "invalid_credit"
    case .custodianLimit: "custodian_limit"
    case .bufferTooSmall: "buffer_too_small"
    case .bondTooSmall: "bond_too_small"
    case .custodyLapsed: "custody_lapsed"
    case .depositsStopped: "deposits_stopped"
    case .unknownLot: "unknown_lot"
    case .notOwner: "not_owner"
    case .lotNotTradable: "lot_not_tradable"
    case .rangeOutsideLot: "range_outside_lot"
    case .notEligible: "not_eligible"
    case .notWholeTonnes: "not_whole_tonnes"
    case .invalidDate: "invalid_date"
    case .unknownRetirement: "unknown_retirement"
    case .alreadyConfirmed: "already_confirmed"
    case .unknownObligation: "unknown_obligation"
    case .obligationMet: "obligation_met"
    case .noOpenBid: "no_open_bid"
    case .bidBelowMinimum: "bid_below_minimum"
    case .reserveTooLow: "reserve_too_low"
    case .notCollectable: "not_collectable"
    case .lotsAboveMaximum: "lots_above_maximum"
    case .votesInsufficient: "votes_insufficient"
    case .tooManyUnlocks: "too_many_unlocks"
    case .notUnlocked: "not_unlocked"
    case .votingClosed: "voting_closed"
    case .unknownCandidate: "unknown_candidate"
    case .candidateNotStanding: "candidate_not_standing"
    case .sameCandidate: "same_candidate"
    case .nothingEarned: "nothing_earned"
    case .alreadyCandidate: "already_candidate"
    case .invalidCandidate: "invalid_candidate"
    case .keyTaken: "key_taken"
    case .possessionInvalid: "possession_invalid"
    case .notDeclaring: "not_declaring"
    case .alreadyReady: "already_ready"
    case .candidateJailed: "candidate_jailed"
    case .candidateStanding: "candidate_standing"
    case .bondLocked: "bond_locked"
    case .notJailed: "not_jailed"
    case .jailTooShort: "jail_too_short"
    case .owesDues: "owes_dues"
    case .invalidHeight: "invalid_height"
    case .keyChangePending: "key_change_pending"
    case .notEntitled: "not_entitled"
    case .invalidMotion: "invalid_motion"
    case .tooManyMotions: "too_many_motions"
    case .unknownMotion: "unknown_motion"
    case .motionOver: "motion_over"
    case .notAsked: "not_asked"
    case .notProposer: "not_proposer"
    case .noVeto: "no_veto"
    case .operationPaused: "operation_paused"
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
    case .notRegistrar: "The sender is no registrar, or may not judge this request."
    case .notCustodian: "The sender is no custodian."
    case .unknownRegistry:
      "The ledger does not take this registry's credits; file a request to add it."
    case .unknownRequest: "There is no such request; look its number up."
    case .requestClosed: "The request is decided, withdrawn or expired."
    case .alreadyDecided: "The registrar has decided on this request before."
    case .ownRequest: "Nobody decides on a request of its own."
    case .serialOverlap: "Serials are on chain already, in the lot that the receipt names."
    case .partlyExported:
      "Serials are partly in the exported lot that the receipt names; file the parts."
    case .capExceeded: "More would be on-boarded of the project than its cap."
    case .projectDiffers: "The project is on chain with other facts; file a request to amend it."
    case .unknownProject: "There is no such project on chain."
    case .invalidCredit: "A text, range or vintage is not one that a registry could state."
    case .custodianLimit: "The custodian would hold more than its limit."
    case .bufferTooSmall: "The custodian's buffer would be too small; move credits into it first."
    case .bondTooSmall: "The custodian's bond is too small; add to it first."
    case .custodyLapsed:
      "The custodian has not attested its custody in time: its lots are suspended."
    case .depositsStopped: "The custodian has obligations open: nothing of it enters the reserve."
    case .unknownLot: "There is no such lot."
    case .notOwner: "The lot is another account's."
    case .lotNotTradable: "The lot is not tradable now; look its state up."
    case .rangeOutsideLot: "The serials are not inside the lot."
    case .notEligible: "Registry, product or vintage are not eligible for the reserve."
    case .notWholeTonnes: "The reserve takes whole tonnes only."
    case .invalidDate: "A date is no day of the calendar, or lies in the future."
    case .unknownRetirement: "There is no such retirement."
    case .alreadyConfirmed: "The retirement is confirmed already."
    case .unknownObligation: "There is no such obligation of the sender."
    case .obligationMet: "The obligation is met already, or smaller than the credits."
    case .noOpenBid: "The fund does not bid for as much now."
    case .bidBelowMinimum: "The fund bids less than the stated least price."
    case .reserveTooLow: "Only what exceeds 30 days' due can be withdrawn from a node's reserve."
    case .notCollectable: "Nothing was asked back, or the 7 days are not over."
    case .lotsAboveMaximum:
      "The request concerns more lots than the stated maximum; raise the maximum."
    case .votesInsufficient:
      "The sender has not locked as much that is free, or has fewer votes there."
    case .tooManyUnlocks:
      "\(CandidateLimits.unlocksMax) amounts are being unlocked already; collect some first."
    case .notUnlocked: "Nothing has been unlocked for long enough."
    case .votingClosed:
      "Votes are placed and moved in the last days of a term; withdrawing is always possible."
    case .unknownCandidate: "The account named is no candidate."
    case .candidateNotStanding: "The candidate has resigned or is excluded."
    case .sameCandidate: "Votes cannot be moved to where they are."
    case .nothingEarned: "The votes have not earned a base unit since they were last paid."
    case .alreadyCandidate: "The sender is a candidate, or was one."
    case .invalidCandidate:
      "Name, endpoint, keys or energy profile are not ones that a node can have."
    case .keyTaken: "The consensus key is or was in use; make a new one."
    case .possessionInvalid: "The consensus key does not prove that its owner names it."
    case .notDeclaring:
      "The term ends too late for this: nodes declare themselves ready shortly before its end."
    case .alreadyReady: "The node has declared itself ready for that term already."
    case .candidateJailed: "The node is jailed; release it first."
    case .candidateStanding:
      "The candidate stands; it resigns before it takes its bond back."
    case .bondLocked:
      "The bond stays locked for a time after the candidate has left the set."
    case .notJailed: "The sender is not jailed."
    case .jailTooShort: "A jail lasts some minutes at least; try again later."
    case .owesDues: "The node owes carbon dues; top up its reserve first."
    case .invalidHeight: "The height is not one that a key can be changed at."
    case .keyChangePending: "A change of this key is on its way already."
    case .notEntitled:
      "Motions: an ER Node, or one per cent of all votes. Candidates: nobody who is a registrar."
    case .invalidMotion:
      "The motion would leave the bounds of a parameter, or break a rule."
    case .tooManyMotions: "Too many motions are open; try again when some are over."
    case .unknownMotion: "There is no such motion."
    case .motionOver: "The motion is over."
    case .notAsked:
      "Only ER Nodes decide on this motion, and where they are asked registrars."
    case .notProposer: "Only who made the motion takes it back."
    case .noVeto: "There is no veto against this motion."
    case .operationPaused: "Operations of this kind are paused for some days."
    }
  }
}
