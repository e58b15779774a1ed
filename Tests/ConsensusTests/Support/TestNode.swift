import Consensus
import LedgerCore

/// A node of the test network: a machine, what its disk holds, and its chain.
struct TestNode {
  /// What an honest signer and log hold through a crash.
  struct Disk {
    var votes: [Vote] = []
    var watermark: VotePosition?
    var record: PreparedRecord?
    var chain: [(block: Block, certificate: QuorumCertificate)] = []

    /// Own votes of a height, the newest of each position (there is only one).
    func votes(of height: UInt64) -> [Vote] { votes.filter { $0.height == height } }
  }

  enum Behaviour {
    case honest
    /// Sends another proposal of its own to half of the members.
    case equivocating
    /// One of two copies that sign with one key.
    case twin
  }

  /// Whose key it signs with.
  let member: Int
  var machine: ConsensusMachine
  var disk = Disk()
  var behaviour = Behaviour.honest
  /// Counts lives: what was under way in an earlier one is lost.
  var life = 0
  var isUp = true
  /// Asked to give its turns away, since its last start.
  var isPaused = false
  /// This node's clock minus the true time, milliseconds.
  var clockOffset: Int64 = 0
  var evidence: [VoteEvidence] = []
  var lateCommits = 0

  func clock(_ now: UInt64) -> UInt64 { UInt64(Int64(now) + clockOffset) }
}
