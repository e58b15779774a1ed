import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState
import Replica

/// Offences: what is provable is recorded, and nobody else is.
extension World {
  /// A frame has come to a node that is up, and was taken in.
  func watch(_ bytes: [UInt8], from sender: Int, to node: Int, at height: UInt64?) {
    guard let height, case .consensus(let message)? = try? PeerMessage(decoding: bytes[...]),
      let member = names(of: sender)
    else { return }
    let set = checker.sets.at(height)
    guard let place = set.index(of: nodes[sender].name) else { return }
    checker.evidence.told(
      message, by: member, at: place, to: node, life: nodes[node].life, at: height, now: now
    ) { vote in vote.check(in: set).map { memo.verdict($0) } ?? false }
  }

  /// The index in the set of a Byzantine node, a twin's included.
  private func names(of node: Int) -> Int? {
    byzantineMembers.first { $0.node == node || $0.twin == node }?.node
  }

  /// The height that an honest ER Node works at, where a Byzantine node's frame comes to it in good
  /// time.
  func watchedHeight(of node: Int, from sender: Int) -> UInt64? {
    guard byzantine.contains(sender), !byzantine.contains(node), !nodes[node].isFull,
      nodes[node].cpuMillisecondsMax == 0
    else { return nil }
    return nodes[node].openHeight()
  }

  /// After a node's step.
  func watchVerification(of node: SimulatedNode) {
    guard checker.evidence.isWaiting(for: node.index) else { return }
    checker.evidence.worked(node.index, at: node.openHeight(), now: now)
  }

  func watch(note: ReplicaNote, of node: SimulatedNode) {
    guard !byzantine.contains(node.index) else { return }
    switch note {
    case .consensus(.refused(let reason, _)):
      checker.evidence.refusals += 1
      if reason == .tooMany { checker.evidence.interrupted(node.index) }
    case .bundleOffence(let offence):
      guard !node.isFull,
        let member = byzantineMembers.first(where: { nodes[$0.node].name == offence.author })
      else { return }
      checker.evidence.found(
        offence, by: member.node, observer: node.index, life: node.life)
    case .offenceRecorded(let offence): checker.evidence.recorded(offence)
    default: break
    }
  }

  /// What must be recorded by the end of the run: what a healthy node knows that has not gone down
  /// since. A node outside the set has no report that the chain takes for free.
  func owedEvidence() -> [EvidenceWatch.Case] {
    for node in nodes { watchVerification(of: node) }
    let healthy = Set(healthyNodes.filter(\.isUp).map(\.index))
    return checker.evidence.owed.filter {
      let name = nodes[$0.observer].name
      return healthy.contains($0.observer) && nodes[$0.observer].life == $0.life
        && sets.list.allSatisfy { $0.index(of: name) != nil }
    }.sorted { ($0.member, $0.observer) < ($1.member, $1.observer) }
  }

  /// Whether the chain has recorded an offence.
  func isRecorded(_ known: EvidenceWatch.Case) -> Bool {
    checker.evidence.recorded.contains {
      $0.offender == nodes[known.member].name && $0.offence.family == known.family
    }
  }

  /// At the end of a run: each provable offender is recorded in the state, and no honest node is.
  func checkEvidence(_ owed: [EvidenceWatch.Case]) {
    for known in owed where !isRecorded(known) {
      checker.report(
        .evidence, [known.member, known.observer],
        "node \(known.observer) was shown an offence of node \(known.member) (\(known.family)), "
          + "and no block has recorded it")
    }
    guard let node = healthyNodes.max(by: { $0.disk.state.height < $1.disk.state.height }) else {
      return
    }
    let state = node.disk.state
    let keys = Set(state.records.map(\.key))
    for offence in checker.evidence.recorded where offence.recordedAt <= state.height {
      guard !keys.contains(OffenderEntry.key(offence.offender, offence.offence.family)) else {
        continue
      }
      checker.report(
        .evidence, [node.index],
        "an offence recorded at height \(offence.recordedAt) is not in the state")
    }
    for other in nodes.prefix(erNodes)
    where !byzantine.contains(other.index) && !checker.offenders.contains(other.index) {
      for family in Offence.Family.allCases
      where keys.contains(OffenderEntry.key(other.name, family)) {
        checker.report(.evidence, [other.index], "the state names an honest node an offender")
      }
    }
  }
}
