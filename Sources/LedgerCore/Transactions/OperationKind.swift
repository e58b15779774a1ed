/// The tags of operations, in the order of their numbers.
public enum OperationKind: UInt8, Sendable, CaseIterable {
  case transfer = 0
  case setAuthority = 1
  case topUpReserve = 2
  case reportOffence = 3
  case fileRequest = 4
  case decideRequest = 5
  case withdrawRequest = 6
  case attestCustody = 7
  case postBond = 8
  case setBuffer = 9
  case replaceCredits = 10
  case confirmRetirement = 11
  case transferLot = 12
  case splitLot = 13
  case depositLot = 14
  case retireLot = 15
  case cancelLot = 16
  case withdrawReserve = 17
  case collectReserve = 18
  case sellToFund = 19
  case lockVotes = 20
  case unlockVotes = 21
  case collectUnlocked = 22
  case placeVotes = 23
  case moveVotes = 24
  case withdrawVotes = 25
  case claimRewards = 26
  case registerCandidate = 27
  case updateCandidate = 28
  case changeConsensusKey = 29
  case declareReady = 30
  case resignCandidate = 31
  case collectBond = 32
  case releaseNode = 33
  case proposeMotion = 34
  case decideMotion = 35
  case cancelMotion = 36
  case vetoMotion = 37

  /// The name in JSON and tables.
  public var name: String {
    switch self {
    case .transfer: "transfer"
    case .setAuthority: "set-authority"
    case .topUpReserve: "top-up-reserve"
    case .reportOffence: "report-offence"
    case .fileRequest: "file-request"
    case .decideRequest: "decide-request"
    case .withdrawRequest: "withdraw-request"
    case .attestCustody: "attest-custody"
    case .postBond: "post-bond"
    case .setBuffer: "set-buffer"
    case .replaceCredits: "replace-credits"
    case .confirmRetirement: "confirm-retirement"
    case .transferLot: "transfer-lot"
    case .splitLot: "split-lot"
    case .depositLot: "deposit-lot"
    case .retireLot: "retire-lot"
    case .cancelLot: "cancel-lot"
    case .withdrawReserve: "withdraw-reserve"
    case .collectReserve: "collect-reserve"
    case .sellToFund: "sell-to-fund"
    case .lockVotes: "lock-votes"
    case .unlockVotes: "unlock-votes"
    case .collectUnlocked: "collect-unlocked"
    case .placeVotes: "place-votes"
    case .moveVotes: "move-votes"
    case .withdrawVotes: "withdraw-votes"
    case .claimRewards: "claim-rewards"
    case .registerCandidate: "register-candidate"
    case .updateCandidate: "update-candidate"
    case .changeConsensusKey: "change-consensus-key"
    case .declareReady: "declare-ready"
    case .resignCandidate: "resign-candidate"
    case .collectBond: "collect-bond"
    case .releaseNode: "release-node"
    case .proposeMotion: "propose-motion"
    case .decideMotion: "decide-motion"
    case .cancelMotion: "cancel-motion"
    case .vetoMotion: "veto-motion"
    }
  }
}
