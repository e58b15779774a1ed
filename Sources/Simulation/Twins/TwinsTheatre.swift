import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica

/// What all scenarios of one number of members share: genesis, keys, transactions, and verdicts on
/// signatures that were worked out before.
public final class TwinsTheatre {
  public let members: Int
  let genesis: SimulatedGenesis
  let state: SimulatedState
  /// For each member somebody whose transactions it bundles.
  private let senders: [SimulatedGenesis.Client]
  var memo: VerdictMemo
  private var written: [Order: ArraySlice<UInt8>] = [:]

  private struct Order: Hashable {
    let instance: Int
    let round: Int
  }

  /// A round, a slot and every view's timeout last equally long: see decision 0054.
  static let roundMilliseconds: UInt64 = 2_000

  /// - Parameter members: 4…64.
  public init(members: Int) throws(SimulationFailure) {
    guard (Limits.validatorsMin...Limits.validatorsMax).contains(members) else {
      throw .options("a network has 4…64 nodes, not \(members)")
    }
    self.members = members
    var seed: UInt64 = 0
    var found: (SimulatedGenesis, [SimulatedGenesis.Client])?
    while found == nil {
      seed += 1
      var random = SeededRandom(seed: seed)
      let genesis = try SimulatedGenesis(
        nodes: members, clients: 4 * members, intervalMilliseconds: Self.roundMilliseconds,
        random: &random)
      let senders = (0..<members).compactMap { member in
        genesis.clients.first {
          HomeAuthor.index(of: $0.account, count: members) == member
        }
      }
      if senders.count == members { found = (genesis, senders) }
    }
    guard let (genesis, senders) = found else { throw .genesis("no sender for a member") }
    self.genesis = genesis
    self.senders = senders
    state = SimulatedState(genesis.changes)
    memo = VerdictMemo(chain: genesis.initial.chain)
  }

  func simulation(_ options: TwinsOptions) -> SimulationOptions {
    SimulationOptions(
      nodes: members, fullNodes: 0, heights: 1, intervalMilliseconds: Self.roundMilliseconds,
      hasFaults: false, trace: options.trace)
  }

  /// Every instance, with its own state and disk.
  func nodes(_ scenario: TwinsScenario, _ options: TwinsOptions) -> [SimulatedNode] {
    let length = Self.roundMilliseconds
    guard
      let timing = ConsensusTiming(
        genesisTimeMilliseconds: SimulatedGenesis.timeMilliseconds, intervalMilliseconds: length,
        viewTimeoutMilliseconds: length, viewTimeoutMaxMilliseconds: length,
        retransmitMilliseconds: length / 8)
    else { return [] }
    let chain = genesis.initial.chain
    let twins = scenario.twinInstances
    return (0..<scenario.instances).map { instance in
      let member = genesis.members[scenario.member(of: instance)]
      var configuration = ReplicaConfiguration(
        chain: chain, account: member.account, timing: timing)
      configuration.rehearsal = Rehearsal(
        leaders: scenario.rounds.map(\.leader), quorum: scenario.quorum,
        sharesKey: twins.contains(instance) && !options.keepsGuard)
      let keys = NodeKeys(member.key)
      return SimulatedNode(
        index: instance, name: member.account, configuration: configuration, keys: keys,
        disk: SimulatedDisk(state: state.copy(), chain: chain, keys: keys),
        keepsVotes: true, clockErrorMilliseconds: 0)
    }
  }

  /// What a client gives an instance in a round: no two are given the same, so that blocks differ.
  func transaction(_ scenario: TwinsScenario, to instance: Int, round: Int) -> ArraySlice<UInt8>? {
    let order = Order(instance: instance, round: round)
    if let known = written[order] { return known }
    let sender = senders[scenario.member(of: instance)]
    let sequence = 1 + UInt64(2 * round + (instance < members ? 0 : 1))
    let body = TransactionBody(
      chain: genesis.initial.chain, sender: sender.account, sequence: sequence, validUntil: 1_000,
      chargeMax: Amount(5_000_000), feeMax: Amount(20_000_000), tip: Amount(0),
      operations: [
        .transfer(
          Transfer(
            token: .eco2, recipient: senders[round % members].account,
            amount: Amount(UInt128(1 + instance))))
      ])
    let transaction = try? Transaction(
      body: body, chain: genesis.initial.chain, senderKeys: [sender.key])
    written[order] = transaction?.bytes
    return transaction?.bytes
  }

  /// Takes the verdicts back; forgets them when they are many.
  func keep(_ memo: VerdictMemo) {
    self.memo = memo.count > 200_000 ? VerdictMemo(chain: genesis.initial.chain) : memo
  }
}

/// How scenarios are played.
public struct TwinsOptions: Sendable {
  /// Twins stop voting at a height when they see their key used elsewhere, as a node does;
  /// otherwise they vote on, as a faulty one.
  public var keepsGuard: Bool
  /// Called with one line for each thing that happens.
  public var trace: (@Sendable (String) -> Void)?

  public init(keepsGuard: Bool = false, trace: (@Sendable (String) -> Void)? = nil) {
    self.keepsGuard = keepsGuard
    self.trace = trace
  }
}
