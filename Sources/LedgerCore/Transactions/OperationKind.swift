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
    }
  }
}
