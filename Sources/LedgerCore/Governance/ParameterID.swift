/// The parameters of one number that a motion can change (carbon rules, those marked "(g)"). A tag,
/// once given, is never used for anything else.
public enum ParameterID: UInt8, Sendable, CaseIterable, BCSCodable {
  case networkEnergy = 0
  case chargeMultiplier = 1
  case dueMargin = 2
  case overhead = 3
  case baseFeeFloor = 4
  case blockWeight = 5
  case blockBytes = 6
  case weightPerByte = 7
  case weightPerCPU = 8
  case creationFee = 9
  case vintageYears = 10
  case requestTime = 11
  case requestDeposit = 12
  case attestationTime = 13
  case custodianBond = 14
  case buffer = 15
  case obligationTime = 16
  case fundTarget = 17
  case bidPriceMin = 18
  case bidPriceMax = 19
  case bidStep = 20
  case withdrawalFloor = 21
  case withdrawalTime = 22
  case debtTime = 23
  case votingWindow = 24
  case readyTime = 25
  case unlockTime = 26
  case candidateBond = 27
  case bondTime = 28
  case candidateReserve = 29
  case downtimeBlocks = 30
  case signedBlocks = 31
  case jailTime = 32
  case releaseFine = 33
  case slash = 34
  case motionDelay = 35
  case motionTime = 36
  case pauseTime = 37

  /// The name in commands, JSON and tables.
  public var name: String {
    switch self {
    case .networkEnergy: "network-energy"
    case .chargeMultiplier: "charge-multiplier"
    case .dueMargin: "due-margin"
    case .overhead: "overhead"
    case .baseFeeFloor: "base-fee-floor"
    case .blockWeight: "block-weight"
    case .blockBytes: "block-bytes"
    case .weightPerByte: "weight-per-byte"
    case .weightPerCPU: "weight-per-cpu"
    case .creationFee: "creation-fee"
    case .vintageYears: "vintage-years"
    case .requestTime: "request-time"
    case .requestDeposit: "request-deposit"
    case .attestationTime: "attestation-time"
    case .custodianBond: "custodian-bond"
    case .buffer: "buffer"
    case .obligationTime: "obligation-time"
    case .fundTarget: "fund-target"
    case .bidPriceMin: "bid-price-min"
    case .bidPriceMax: "bid-price-max"
    case .bidStep: "bid-step"
    case .withdrawalFloor: "withdrawal-floor"
    case .withdrawalTime: "withdrawal-time"
    case .debtTime: "debt-time"
    case .votingWindow: "voting-window"
    case .readyTime: "ready-time"
    case .unlockTime: "unlock-time"
    case .candidateBond: "candidate-bond"
    case .bondTime: "bond-time"
    case .candidateReserve: "candidate-reserve"
    case .downtimeBlocks: "downtime-blocks"
    case .signedBlocks: "signed-blocks"
    case .jailTime: "jail-time"
    case .releaseFine: "release-fine"
    case .slash: "slash"
    case .motionDelay: "motion-delay"
    case .motionTime: "motion-time"
    case .pauseTime: "pause-time"
    }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    self = try reader.tag("parameter")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}
