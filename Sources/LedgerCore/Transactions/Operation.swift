/// What a transaction asks for: a closed, versioned enum; each case belongs to one domain of the
/// rules (protocol §3). A tag, once given, is never used for anything else.
public enum Operation: Hashable, Sendable {
  /// Tag 0, Accounts: moves a token to another account.
  case transfer(Transfer)
  /// Tag 1, Accounts: replaces the keys that authorise the sender.
  case setAuthority(SetAuthority)
  /// Tag 2, Carbon: moves ECC of the sender into an ER Node's reserve.
  case topUpReserve(TopUpReserve)
  /// Tag 3, Evidence: proves an offence of an ER Node.
  case reportOffence(ReportOffence)
  /// Tag 4, Registry: asks the registrars for something.
  case fileRequest(FileRequest)
  /// Tag 5, Registry: a registrar approves or rejects a request.
  case decideRequest(DecideRequest)
  /// Tag 6, Registry: takes a request back.
  case withdrawRequest(WithdrawRequest)
  /// Tag 7, Registry: a custodian attests its custody again.
  case attestCustody(AttestCustody)
  /// Tag 8, Registry: adds to a custodian's bond.
  case postBond(PostBond)
  /// Tag 9, Registry: moves lots into a custodian's buffer, or out of it.
  case setBuffer(SetBuffer)
  /// Tag 10, Registry: meets a custodian's obligation.
  case replaceCredits(ReplaceCredits)
  /// Tag 11, Registry: tells that the source shows a retirement.
  case confirmRetirement(ConfirmRetirement)
  /// Tag 12, Lots: moves a lot, or a part of it, to another account.
  case transferLot(TransferLot)
  /// Tag 13, Lots: makes two lots of one.
  case splitLot(SplitLot)
  /// Tag 14, Lots: puts a lot into the reserve, for ECC.
  case depositLot(DepositLot)
  /// Tag 15, Lots: retires a lot, or a part of it.
  case retireLot(RetireLot)
  /// Tag 16, Lots: gives a lot, or a part of it, up without a claim.
  case cancelLot(CancelLot)
  /// Tag 17, Carbon: asks for ECC of an ER Node's reserve back.
  case withdrawReserve(WithdrawReserve)
  /// Tag 18, Carbon: takes what was asked back, after 7 days.
  case collectReserve(CollectReserve)
  /// Tag 19, Carbon: sells ECC to the neutrality fund.
  case sellToFund(SellToFund)
  /// Tag 20, Delegation: locks ECO2 of the sender, to vote with.
  case lockVotes(LockVotes)
  /// Tag 21, Delegation: begins to unlock ECO2 that votes for nobody.
  case unlockVotes(UnlockVotes)
  /// Tag 22, Delegation: takes what has been unlocked.
  case collectUnlocked(CollectUnlocked)
  /// Tag 23, Delegation: votes for a candidate.
  case placeVotes(PlaceVotes)
  /// Tag 24, Delegation: moves votes to another candidate.
  case moveVotes(MoveVotes)
  /// Tag 25, Delegation: takes votes back.
  case withdrawVotes(WithdrawVotes)
  /// Tag 26, Delegation: takes what votes have earned.
  case claimRewards(ClaimRewards)
  /// Tag 27, Delegation: makes the sender a candidate.
  case registerCandidate(RegisterCandidate)
  /// Tag 28, Delegation: replaces what a candidate tells of itself.
  case updateCandidate(UpdateCandidate)
  /// Tag 29, Delegation: gives a candidate another consensus key from a height on.
  case changeConsensusKey(ChangeConsensusKey)
  /// Tag 30, Delegation: a candidate's node is ready for the next term.
  case declareReady(DeclareReady)
  /// Tag 31, Delegation: the sender stands no more.
  case resignCandidate(ResignCandidate)
  /// Tag 32, Delegation: takes the bond of a candidate that stands no more.
  case collectBond(CollectBond)
  /// Tag 33, Delegation: ends the sender's jail.
  case releaseNode(ReleaseNode)
  /// Tag 34, Governance: brings a motion before the ER Nodes.
  case proposeMotion(ProposeMotion)
  /// Tag 35, Governance: approves a motion, or takes an approval back.
  case decideMotion(DecideMotion)
  /// Tag 36, Governance: the proposer takes a motion back.
  case cancelMotion(CancelMotion)
  /// Tag 37, Governance: puts the sender's votes against a motion.
  case vetoMotion(VetoMotion)

  /// The tag in bytes and tables.
  public var kind: OperationKind {
    switch self {
    case .transfer: .transfer
    case .setAuthority: .setAuthority
    case .topUpReserve: .topUpReserve
    case .reportOffence: .reportOffence
    case .fileRequest: .fileRequest
    case .decideRequest: .decideRequest
    case .withdrawRequest: .withdrawRequest
    case .attestCustody: .attestCustody
    case .postBond: .postBond
    case .setBuffer: .setBuffer
    case .replaceCredits: .replaceCredits
    case .confirmRetirement: .confirmRetirement
    case .transferLot: .transferLot
    case .splitLot: .splitLot
    case .depositLot: .depositLot
    case .retireLot: .retireLot
    case .cancelLot: .cancelLot
    case .withdrawReserve: .withdrawReserve
    case .collectReserve: .collectReserve
    case .sellToFund: .sellToFund
    case .lockVotes: .lockVotes
    case .unlockVotes: .unlockVotes
    case .collectUnlocked: .collectUnlocked
    case .placeVotes: .placeVotes
    case .moveVotes: .moveVotes
    case .withdrawVotes: .withdrawVotes
    case .claimRewards: .claimRewards
    case .registerCandidate: .registerCandidate
    case .updateCandidate: .updateCandidate
    case .changeConsensusKey: .changeConsensusKey
    case .declareReady: .declareReady
    case .resignCandidate: .resignCandidate
    case .collectBond: .collectBond
    case .releaseNode: .releaseNode
    case .proposeMotion: .proposeMotion
    case .decideMotion: .decideMotion
    case .cancelMotion: .cancelMotion
    case .vetoMotion: .vetoMotion
    }
  }
}

extension Operation {
  /// How many lots it may make or change beside what it does in any case: what it states itself,
  /// since its bytes do not show it.
  public var lotsMax: UInt16 {
    switch self {
    case .fileRequest(let operation): operation.lotsMax
    case .decideRequest(let operation): operation.lotsMax
    default: 0
    }
  }
}

extension Operation: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let tag = try reader.uleb128("operation")
    guard let raw = UInt8(exactly: tag), let kind = OperationKind(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(tag)), field: "operation", offset: start)
    }
    switch kind {
    case .transfer: self = .transfer(try Transfer(from: &reader))
    case .setAuthority: self = .setAuthority(try SetAuthority(from: &reader))
    case .topUpReserve: self = .topUpReserve(try TopUpReserve(from: &reader))
    case .reportOffence: self = .reportOffence(try ReportOffence(from: &reader))
    case .fileRequest: self = .fileRequest(try FileRequest(from: &reader))
    case .decideRequest: self = .decideRequest(try DecideRequest(from: &reader))
    case .withdrawRequest: self = .withdrawRequest(try WithdrawRequest(from: &reader))
    case .attestCustody: self = .attestCustody(try AttestCustody(from: &reader))
    case .postBond: self = .postBond(try PostBond(from: &reader))
    case .setBuffer: self = .setBuffer(try SetBuffer(from: &reader))
    case .replaceCredits: self = .replaceCredits(try ReplaceCredits(from: &reader))
    case .confirmRetirement: self = .confirmRetirement(try ConfirmRetirement(from: &reader))
    case .transferLot: self = .transferLot(try TransferLot(from: &reader))
    case .splitLot: self = .splitLot(try SplitLot(from: &reader))
    case .depositLot: self = .depositLot(try DepositLot(from: &reader))
    case .retireLot: self = .retireLot(try RetireLot(from: &reader))
    case .cancelLot: self = .cancelLot(try CancelLot(from: &reader))
    case .withdrawReserve: self = .withdrawReserve(try WithdrawReserve(from: &reader))
    case .collectReserve: self = .collectReserve(try CollectReserve(from: &reader))
    case .sellToFund: self = .sellToFund(try SellToFund(from: &reader))
    case .lockVotes: self = .lockVotes(try LockVotes(from: &reader))
    case .unlockVotes: self = .unlockVotes(try UnlockVotes(from: &reader))
    case .collectUnlocked: self = .collectUnlocked(try CollectUnlocked(from: &reader))
    case .placeVotes: self = .placeVotes(try PlaceVotes(from: &reader))
    case .moveVotes: self = .moveVotes(try MoveVotes(from: &reader))
    case .withdrawVotes: self = .withdrawVotes(try WithdrawVotes(from: &reader))
    case .claimRewards: self = .claimRewards(try ClaimRewards(from: &reader))
    case .registerCandidate: self = .registerCandidate(try RegisterCandidate(from: &reader))
    case .updateCandidate: self = .updateCandidate(try UpdateCandidate(from: &reader))
    case .changeConsensusKey: self = .changeConsensusKey(try ChangeConsensusKey(from: &reader))
    case .declareReady: self = .declareReady(try DeclareReady(from: &reader))
    case .resignCandidate: self = .resignCandidate(try ResignCandidate(from: &reader))
    case .collectBond: self = .collectBond(try CollectBond(from: &reader))
    case .releaseNode: self = .releaseNode(try ReleaseNode(from: &reader))
    case .proposeMotion: self = .proposeMotion(try ProposeMotion(from: &reader))
    case .decideMotion: self = .decideMotion(try DecideMotion(from: &reader))
    case .cancelMotion: self = .cancelMotion(try CancelMotion(from: &reader))
    case .vetoMotion: self = .vetoMotion(try VetoMotion(from: &reader))
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(UInt32(kind.rawValue))
    switch self {
    case .transfer(let operation): operation.encode(into: &writer)
    case .setAuthority(let operation): operation.encode(into: &writer)
    case .topUpReserve(let operation): operation.encode(into: &writer)
    case .reportOffence(let operation): operation.encode(into: &writer)
    case .fileRequest(let operation): operation.encode(into: &writer)
    case .decideRequest(let operation): operation.encode(into: &writer)
    case .withdrawRequest(let operation): operation.encode(into: &writer)
    case .attestCustody(let operation): operation.encode(into: &writer)
    case .postBond(let operation): operation.encode(into: &writer)
    case .setBuffer(let operation): operation.encode(into: &writer)
    case .replaceCredits(let operation): operation.encode(into: &writer)
    case .confirmRetirement(let operation): operation.encode(into: &writer)
    case .transferLot(let operation): operation.encode(into: &writer)
    case .splitLot(let operation): operation.encode(into: &writer)
    case .depositLot(let operation): operation.encode(into: &writer)
    case .retireLot(let operation): operation.encode(into: &writer)
    case .cancelLot(let operation): operation.encode(into: &writer)
    case .withdrawReserve(let operation): operation.encode(into: &writer)
    case .collectReserve(let operation): operation.encode(into: &writer)
    case .sellToFund(let operation): operation.encode(into: &writer)
    case .lockVotes(let operation): operation.encode(into: &writer)
    case .unlockVotes(let operation): operation.encode(into: &writer)
    case .collectUnlocked(let operation): operation.encode(into: &writer)
    case .placeVotes(let operation): operation.encode(into: &writer)
    case .moveVotes(let operation): operation.encode(into: &writer)
    case .withdrawVotes(let operation): operation.encode(into: &writer)
    case .claimRewards(let operation): operation.encode(into: &writer)
    case .registerCandidate(let operation): operation.encode(into: &writer)
    case .updateCandidate(let operation): operation.encode(into: &writer)
    case .changeConsensusKey(let operation): operation.encode(into: &writer)
    case .declareReady(let operation): operation.encode(into: &writer)
    case .resignCandidate(let operation): operation.encode(into: &writer)
    case .collectBond(let operation): operation.encode(into: &writer)
    case .releaseNode(let operation): operation.encode(into: &writer)
    case .proposeMotion(let operation): operation.encode(into: &writer)
    case .decideMotion(let operation): operation.encode(into: &writer)
    case .cancelMotion(let operation): operation.encode(into: &writer)
    case .vetoMotion(let operation): operation.encode(into: &writer)
    }
  }
}
