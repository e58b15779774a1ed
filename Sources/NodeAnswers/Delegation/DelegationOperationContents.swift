public import LedgerCore

/// What an operation of a candidate, a voter or governance asks for; only the fields of its kind
/// are there.
public struct DelegationOperationContents: Codable, Equatable, Sendable {
  /// ECO2 base units of votes; of `register-candidate` µg CO2e of its reserve. Decimal.
  public var amount: String?
  /// The candidate's address; of `move-votes` the one that loses votes.
  public var candidate: String?
  /// `move-votes`: address of the candidate that gains them.
  public var to: String?
  /// What a candidate tells of itself.
  public var facts: Facts?
  /// The consensus key that is named, hexadecimal.
  public var key: String?
  /// The signature by which it proves that its owner names it, hexadecimal.
  public var possession: String?
  /// `change-consensus-key`: the first height that it signs for.
  public var height: UInt64?
  /// `declare-ready`: the number of the term to come.
  public var term: UInt64?
  /// `decide-motion`, `cancel-motion`, `veto-motion`: the motion's number.
  public var number: UInt64?
  /// `propose-motion`: what it changes.
  public var motion: MotionContents?
  /// `propose-motion`: why.
  public var reason: String?
  /// `decide-motion`: whether it is approved; `veto-motion`: whether the votes are against it.
  public var isYes: Bool?

  /// What a candidate tells of itself.
  public struct Facts: Codable, Equatable, Sendable {
    public var name: String
    /// Hexadecimal.
    public var transportKey: String
    public var endpoint: String
    public var profile: EnergyProfileContents

    public init(_ facts: CandidateFacts) {
      name = facts.name
      transportKey = facts.transportKey.hex
      endpoint = facts.endpoint
      profile = EnergyProfileContents(facts.profile)
    }
  }

  /// Nil where the operation is none of these.
  public init?(_ operation: Operation, network: NetworkKind) {
    switch operation {
    case .lockVotes(let lock): amount = "\(lock.amount)"
    case .unlockVotes(let unlock): amount = "\(unlock.amount)"
    case .placeVotes(let votes):
      candidate = votes.candidate.address(network: network)
      amount = "\(votes.amount)"
    case .moveVotes(let votes):
      candidate = votes.from.address(network: network)
      to = votes.to.address(network: network)
      amount = "\(votes.amount)"
    case .withdrawVotes(let votes):
      candidate = votes.candidate.address(network: network)
      amount = "\(votes.amount)"
    case .claimRewards(let claim): candidate = claim.candidate.address(network: network)
    case .registerCandidate(let registration):
      facts = Facts(registration.facts)
      amount = "\(registration.reserve)"
      set(registration.key)
    case .updateCandidate(let update): facts = Facts(update.facts)
    case .changeConsensusKey(let change):
      height = change.height
      set(change.key)
    case .declareReady(let ready):
      term = ready.term
      set(ready.key)
    case .proposeMotion(let proposal):
      motion = MotionContents(proposal.motion, network: network)
      reason = proposal.reason
    case .decideMotion(let decision):
      number = decision.motion
      isYes = decision.approves
    case .cancelMotion(let cancellation): number = cancellation.motion
    case .vetoMotion(let veto):
      number = veto.motion
      isYes = veto.isVeto
    default: return nil
    }
  }

  private mutating func set(_ possession: KeyPossession) {
    key = possession.key.hex
    self.possession = Hex.encode(possession.signature.array)
  }
}

/// An energy profile as JSON has it.
public struct EnergyProfileContents: Codable, Equatable, Sendable {
  /// `home`, `rack` or `cloud`.
  public var tier: String
  /// Code of the grid region.
  public var region: String
  public var idleMilliwatts: UInt64
  public var millijoulesPerCPUSecond: UInt64
  public var puePermille: UInt64

  public init(_ profile: EnergyProfile) {
    tier = "\(profile.tier)"
    region = profile.region
    idleMilliwatts = profile.idleMilliwatts
    millijoulesPerCPUSecond = profile.millijoulesPerCPUSecond
    puePermille = profile.puePermille
  }
}
