import Consensus
import Foundation
import LedgerCore
import LedgerMetrics
import LedgerRules
import Logging
import PeerNetwork
import Replica
import Testing

@testable import NodeRuntime

/// What the node does when its replica has seen its key's vote from elsewhere, on a real home.
@Suite("A key seen elsewhere is kept on the disk")
struct KeyUsedElsewhereTests {
  /// Carries effects out as a node does, with the home's own signer, store and files.
  private static func performer(
    _ opened: OpenedHome, _ home: NodeHome, _ metrics: NodeMetrics
  ) throws -> EffectPerformer {
    let logger = Logger(label: "node") { _ in SwiftLogNoOpLogHandler() }
    let queue = EventQueue<NodeEvent>(
      weightMax: NodeLimits.queueBytesMax, meter: metrics.stages.lane("replica").queue)
    let history = HistoryKeeper(
      home: home.path, store: opened.store, isOn: false, metrics: metrics, logger: logger)
    let network = try opened.peerConfiguration()
    let router = PeerRouter(
      isFullNode: false, queue: queue, metrics: metrics, logger: logger)
    let names = MemberNames(opened.document.nodes)
    return try EffectPerformer(
      opened, home: home, queue: queue, peers: Node.peers(network, router), history: history,
      signatures: SignatureVerifier(chain: opened.chain, workers: nil, metrics: metrics),
      desk: SubmissionDesk(metrics: metrics), board: NodeBoard(isTest: true, history: history),
      metrics: metrics, watch: ReplicaWatch(own: opened.account, names: names, metrics: metrics),
      logger: logger
    ) { _ in }
  }

  @Test("what the replica reports of another process holds for every start after it, until moved")
  func reported() throws {
    try VoteLogTests.withHome { home, _ in
      let statement = VoteStatement(
        height: 7, view: 1,
        content: .commit(block: SHA256.hash([1]), stateRoot: SHA256.hash([2])))
      do {
        let opened = try VoteLogTests.open(home)
        #expect(try !opened.replicaStart().isKeyUsedElsewhere)
        let metrics = NodeMetrics()
        let performer = try Self.performer(opened, home, metrics)
        let vote = Vote(
          statement: statement, member: 0, signature: Signature(r: .zero, s: .zero))
        var wake: UInt64?
        _ = performer.perform([.report(.consensus(.ownKeyUsedElsewhere(vote)))], wake: &wake)
        performer.finish()
        performer.history.finish()
        performer.peers.shutdown()
      }
      #expect(HomeFence(home: home).usedElsewhere?.hasPrefix("commit of height 7, view 1") == true)
      for _ in 0..<2 {
        let isKept = try VoteLogTests.open(home).replicaStart().isKeyUsedElsewhere
        #expect(isKept)
      }
      let isKept = try VoteLogTests.open(home, isMoved: true).replicaStart().isKeyUsedElsewhere
      #expect(!isKept)
    }
  }
}
