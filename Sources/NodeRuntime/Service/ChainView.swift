import LedgerCore
import LedgerRules
import NodeAnswers
import Replica

/// What the API says of the state after one final block without asking the replica: read once for
/// each block, on its thread.
struct ChainView: Sendable {
  let height: UInt64
  let timestamp: UInt64
  /// Decides the next height.
  let validators: ValidatorSet
  /// Decides the height after it.
  let nextValidators: ValidatorSet
  let debtors: Set<Int>
  let nodes: [AccountID: NodeFacts]
  let tariff: Tariff
  /// Offences that the chain has recorded.
  let offences: UInt64
  /// Whether one of them is this node's.
  let isOffender: Bool
  /// Activated rule changes that this release does not know.
  let unknownFeatures: [FeatureActivation]

  /// An ER Node as the API shows it.
  struct NodeFacts: Sendable {
    let name: String
    let arrears: Amount
    let reserve: Amount
  }

  init(_ replica: borrowing ReplicaMachine) throws(RecordError) {
    var queries = replica.queries()
    let sets = try queries.validatorSets()
    height = replica.height
    timestamp = replica.timestamp
    validators = sets.current
    nextValidators = sets.following
    debtors = try queries.debtors()
    tariff = try queries.tariff()
    offences = try queries.offenceCount()
    isOffender = try queries.isOffender(replica.account)
    unknownFeatures = try queries.features().unknown
    var nodes: [AccountID: NodeFacts] = [:]
    for set in [sets.current, sets.following] {
      for member in set.members where nodes[member.account] == nil {
        let carbon = try queries.nodeCarbon(member.account)
        nodes[member.account] = NodeFacts(
          name: try queries.node(member.account)?.name ?? "", arrears: carbon?.arrears ?? .zero,
          reserve: carbon?.reserve ?? .zero)
      }
    }
    self.nodes = nodes
  }

  /// The set that decides a height above this one, as far as it is known now.
  func set(deciding height: UInt64) -> ValidatorSet {
    height > self.height &+ 1 ? nextValidators : validators
  }

  func validatorsAnswer(_ chain: ChainID, _ network: NetworkKind) -> ValidatorsAnswer {
    ValidatorsAnswer(
      height: height + 1, firstHeight: validators.firstHeight, hash: validators.hash(chain).hex,
      quorum: validators.quorum, faultyMax: validators.faultyMax,
      members: validators.members.enumerated().map { index, member in
        let node = nodes[member.account]
        return ValidatorAnswer(
          index: index, account: member.account.address(network: network),
          id: member.account.hex, name: node?.name ?? "",
          consensusKey: member.consensusKey.hex, arrears: "\(node?.arrears ?? .zero)",
          reserve: "\(node?.reserve ?? .zero)")
      })
  }

  /// Whose turn it is from the next height on, dues as they stand now.
  ///
  /// - Parameter interval: milliseconds between slots.
  func schedule(turns: Int, interval: UInt64, _ chain: ChainID, _ network: NetworkKind)
    -> ScheduleAnswer
  {
    let current = Schedule(chain: chain, set: validators)
    let following = Schedule(chain: chain, set: nextValidators)
    let list = (1...UInt64(max(turns, 1))).map { step in
      let height = height + step
      let isNext = step == 1
      let set = isNext ? validators : nextValidators
      // Debtors are members of the set of the next height, by index.
      let owing = set == validators ? debtors : []
      let primary = (isNext ? current : following).primary(
        height: height, view: 0, debtors: owing)
      let account = set.members[primary].account
      return TurnAnswer(
        height: height, account: account.address(network: network),
        name: nodes[account]?.name ?? "", earliest: timestamp &+ step &* interval)
    }
    return ScheduleAnswer(
      height: height + 1, roundFirstHeight: current.roundStart(height + 1), turns: list)
  }

  /// What a plain transfer costs.
  var transferEstimate: EstimateAnswer {
    let transfer = Operation.transfer(
      Transfer(token: .eco2, recipient: AccountID(.zero), amount: Amount(1)))
    let price = tariff.price(
      byteCount: Self.transferBytes, signatureCount: 1, operations: [transfer])
    return EstimateAnswer(
      charge: "\(price.charge)", fee: "\(price.fee)",
      creationFee: "\(tariff.parameters.creationFee)")
  }

  /// A transfer with one signature and no sponsor has a few bytes less.
  private static let transferBytes = 256
}
