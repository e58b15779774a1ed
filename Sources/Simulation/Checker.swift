import Consensus
import LedgerCore
import LedgerRules
import LedgerState
import Replica

/// Holds everything the nodes do against what must be true of the whole network: it sees all of
/// them at once, as no node can.
struct Checker {
  /// A final block, as the first node that announced it did.
  struct Final {
    let hash: Digest
    let stateRoot: Digest
    let header: BlockHeader
    let view: UInt64
    let node: Int
    /// Nil while only a log has shown it.
    var results: Results?
  }

  /// What executing a block gave.
  struct Results {
    let roots: StateRoots
    let statement: CarbonStatement
    let receipts: [Receipt]
  }

  /// A member and a position.
  struct Ballot: Hashable {
    let node: Int
    let position: VotePosition
  }

  let chain: ChainID
  let sets: SimulatedSets
  /// The names of all nodes among their peers.
  let names: [AccountID]
  /// The nodes that have no vote.
  let fullNodes: Range<Int>
  /// Nodes that are Byzantine: what they say counts for nothing, and may be said of them.
  var byzantine: Set<Int> = []
  /// Another quorum than the set's, where a wrong one is tried.
  var quorum: Int?
  let genesisTime: UInt64
  let interval: UInt64
  /// By height, from 1.
  private(set) var finals: [Final] = []
  /// Heights at which a store was counted and its root recomputed.
  var countedHeight: UInt64 = 0
  var signed: [Ballot: Vote] = [:]
  /// Every vote of a node at a height.
  var votes: [Int: [UInt64: [Vote]]] = [:]
  /// Where a sequence of an account was used.
  var used: [AccountID: [UInt64: Digest]] = [:]
  /// For which terms accounts have declared themselves.
  var declared: [AccountID: Set<UInt64>] = [:]
  /// The height at which each transaction executed.
  var executedAt: [Digest: UInt64] = [:]
  /// Transactions that a block skipped, with a receipt that says why.
  var skipped: Set<Digest> = []
  /// Nodes to which an old frame of another came once more: they may doubt that other.
  private(set) var replayed: Set<[Int]> = []
  /// The highest position each node's key has signed.
  var highest: [Int: VotePosition] = [:]
  /// Members that lie, and those whose own contradictions were nobody's to prevent: evidence
  /// against them is right.
  var offenders: Set<Int> = []
  /// Offences that were shown to honest nodes, and those recorded.
  var evidence = EvidenceWatch()
  private(set) var violations: [Violation] = []
  /// The event being worked on.
  var event: UInt64 = 0
  var milliseconds: UInt64 = 0

  init(
    genesis: SimulatedGenesis, sets: SimulatedSets, names: [AccountID],
    fullNodes: Range<Int> = 0..<0
  ) {
    self.names = names
    self.fullNodes = fullNodes
    chain = genesis.initial.chain
    self.sets = sets
    genesisTime = genesis.document.genesisTime
    interval = genesis.document.interval
  }

  mutating func report(_ invariant: Invariant, _ nodes: [Int], _ detail: String) {
    violations.append(
      Violation(
        invariant: invariant, event: event, milliseconds: milliseconds, nodes: nodes,
        detail: detail))
  }

  /// An old frame of a node comes once more to another.
  mutating func replayed(from sender: Int, to node: Int) { replayed.insert([node, sender]) }

  /// The highest final height.
  var height: UInt64 { UInt64(finals.count) }

  func final(_ height: UInt64) -> Final? {
    height >= 1 && height <= self.height ? finals[Int(height) - 1] : nil
  }

  /// How many final blocks above a height were proposed in a view whose blocks may name bundles.
  func blocksForBundles(above height: UInt64) -> Int {
    finals.dropFirst(Int(height)).count { $0.view < ConsensusRules.firstEmptyView }
  }

  /// A node has announced a block, or shows one in its log after a restart (then without results).
  mutating func finalised(
    _ decided: DecidedBlock, _ results: Results?, by node: Int, _ memo: inout VerdictMemo
  ) {
    guard !byzantine.contains(node) else { return }
    let header = decided.block.header
    let hash = header.hash(chain)
    checkCertificate(decided, hash: hash, node, &memo)
    if let first = final(decided.height) {
      guard first.hash == hash, first.stateRoot == decided.certificate.stateRoot else {
        return report(
          .agreement, [first.node, node],
          "height \(decided.height): \(first.hash) with root \(first.stateRoot), and \(hash) with "
            + "root \(decided.certificate.stateRoot)")
      }
    } else {
      // A Byzantine node may have been the first, and told it.
      guard !isFull(node) || !byzantine.isEmpty else {
        return report(
          .fullNodes, [node], "height \(decided.height) is final on a full node before any other")
      }
      guard decided.height == height + 1 else {
        return report(
          .chain, [node], "height \(decided.height) is final before height \(height + 1)")
      }
      checkChain(header, node)
      finals.append(
        Final(
          hash: hash, stateRoot: decided.certificate.stateRoot, header: header,
          view: decided.certificate.view, node: node))
    }
    if let results { check(results, of: decided, by: node, &memo) }
  }

  private mutating func checkCertificate(
    _ decided: DecidedBlock, hash: Digest, _ node: Int, _ memo: inout VerdictMemo
  ) {
    let certificate = decided.certificate
    guard certificate.kind == .commit, certificate.height == decided.height,
      certificate.block == hash, let checks = checks(certificate)
    else {
      return report(
        .certificate, [node],
        "height \(decided.height): \(certificate.signatures.count) signatures are no quorum of "
          + "\(quorumMin(at: decided.height)) distinct COMMITs for \(hash)")
    }
    for (check, signature) in zip(checks, certificate.signatures) where !memo.verdict(check) {
      report(
        .certificate, [node] + index(of: signature.member, at: decided.height),
        "height \(decided.height): a COMMIT in the certificate is badly signed")
    }
  }

  /// What must verify; nil when too few have signed. Counted here, by none of the code that nodes
  /// run: what they take for a quorum is what is being tested.
  private func checks(_ certificate: QuorumCertificate) -> [SignatureCheck]? {
    let set = sets.at(certificate.height)
    let members = Set(certificate.signatures.map(\.member))
    guard members.count >= quorumMin(at: certificate.height),
      members.allSatisfy({ Int($0) < set.count })
    else { return nil }
    return certificate.signatures.compactMap {
      Vote(statement: certificate.statement, member: $0.member, signature: $0.signature)
        .check(in: set)
    }
  }

  /// ⌊2n/3⌋ + 1 members, or as many as a control says.
  private func quorumMin(at height: UInt64) -> Int {
    quorum ?? 2 * sets.at(height).members.count / 3 + 1
  }

  /// The node that a member of the set of a height is, by its index there.
  func index(of member: UInt16, at height: UInt64) -> [Int] {
    let members = sets.at(height).members
    guard members.indices.contains(Int(member)) else { return [] }
    return names.firstIndex(of: members[Int(member)].account).map { [$0] } ?? []
  }

  private mutating func checkChain(_ header: BlockHeader, _ node: Int) {
    let parent = finals.last
    let hash = parent?.hash ?? Digest(chain.bytes)
    let time = parent?.header.timestamp ?? genesisTime
    guard header.parent == hash, header.height == height + 1 else {
      return report(.chain, [node], "height \(header.height) has another parent than \(hash)")
    }
    guard header.timestamp > time, (header.timestamp - genesisTime).isMultiple(of: interval) else {
      return report(.chain, [node], "height \(header.height) is of \(header.timestamp)")
    }
    guard header.validatorsHash == sets.at(header.height).hash(chain) else {
      return report(.chain, [node], "height \(header.height) names another validator set")
    }
    guard header.nextValidatorsHash == sets.at(header.height + 1).hash(chain) else {
      return report(.chain, [node], "height \(header.height) names another set to follow")
    }
    guard let results = parent?.results else { return }
    guard header.parentRoots == results.roots, header.parentStatement == results.statement else {
      return report(
        .roots, [node], "height \(header.height) states other results of its parent")
    }
  }

  private mutating func check(
    _ results: Results, of decided: DecidedBlock, by node: Int, _ memo: inout VerdictMemo
  ) {
    let height = decided.height
    guard results.roots.state == decided.certificate.stateRoot,
      Execution.receiptsRoot(results.receipts) == results.roots.receipts
    else { return report(.roots, [node], "height \(height): roots differ from what they cover") }
    if let first = finals[Int(height) - 1].results {
      if first.roots != results.roots || first.statement != results.statement {
        report(
          .roots, [finals[Int(height) - 1].node, node], "height \(height): other results")
      }
      return
    }
    finals[Int(height) - 1].results = results
    check(results.statement, height: height, by: node)
    check(results.receipts, of: decided, by: node, &memo)
  }

  // MARK: What a node says of itself

  /// A node's height after an event, and what it has announced before.
  mutating func checkHeight(_ height: UInt64, announced: UInt64, node: Int) {
    guard height >= announced || byzantine.contains(node) else {
      return report(
        .height, [node], "is at height \(height), and has announced height \(announced) before")
    }
  }

  /// Queues are looked at once in so many steps of a node: it costs as much as a step.
  static let queueSteps: UInt64 = 32

  /// What a node keeps for others is within its limits.
  mutating func checkQueues(_ queues: [QueueFill], node: Int) {
    for queue in queues where queue.count > queue.limit {
      report(.bounds, [node], "\(queue.name): \(queue.count), the limit is \(queue.limit)")
    }
  }

  /// The height and view at which a node works, and where it was before.
  mutating func checkPosition(
    _ position: (UInt64, UInt64), after before: (UInt64, UInt64), node: Int
  ) {
    guard position < before, !byzantine.contains(node) else { return }
    report(
      .height, [node],
      "is at height \(position.0), view \(position.1) after height \(before.0), view "
        + "\(before.1)")
  }

  mutating func checkAnnouncement(_ height: UInt64, after announced: UInt64, node: Int) {
    guard height == announced + 1 || byzantine.contains(node) else {
      return report(
        .height, [node], "announces height \(height) after height \(announced)")
    }
  }
}
