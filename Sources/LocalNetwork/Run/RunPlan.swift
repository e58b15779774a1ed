public import LedgerClient
public import LoadTest

/// What to do with a local network.
public struct RunPlan: Sendable {
  public var folder: NetworkFolder
  /// The `eco2` executable whose `node` command runs a node.
  public var executable: String
  /// Transactions a second; nil sends none.
  public var loadRate: Double?
  /// How long to send, from when all nodes are up; nil until `stop`.
  public var duration: Duration?
  /// How often one node is killed, if at all.
  public var killEvery: Duration?
  /// How long a killed node stays away.
  public var restartAfter: Duration
  /// The network has run before: blocks from now on are reported, not all of them.
  public var isResumed: Bool

  public init(
    folder: NetworkFolder, executable: String, isResumed: Bool = false, loadRate: Double? = nil,
    duration: Duration? = nil,
    killEvery: Duration? = nil, restartAfter: Duration = .seconds(5)
  ) {
    self.folder = folder
    self.executable = executable
    self.loadRate = loadRate
    self.duration = duration
    self.killEvery = killEvery
    self.restartAfter = restartAfter
    self.isResumed = isResumed
  }
}

/// What happens while a network runs.
public enum RunEvent: Sendable {
  /// This many nodes are up and connected to all others.
  case starting(ready: Int, of: Int)
  case ready(seconds: Double)
  case block(WatchedBlock)
  /// A node was killed; `height` is the one being decided.
  case killed(node: Int, isPrimary: Bool, height: UInt64)
  case restarted(node: Int)
  case caughtUp(node: Int, height: UInt64, seconds: Double)
  /// A node ended by itself.
  case died(node: Int, status: Int32)
  /// Sending has ended; so many transactions are under way.
  case draining(open: Int)
  case stoppingNodes
}

/// What a run came to.
public struct RunSummary: Codable, Sendable {
  public struct Certificates: Codable, Sendable {
    /// From the slot's start to the certificate, on the slowest node of each block.
    public var medianMilliseconds: UInt64 = 0
    public var worstMilliseconds: UInt64 = 0
    /// Blocks the figures are of.
    public var blocks = 0
  }

  public struct Carbon: Codable, Sendable {
    /// µg CO2e, decimal, cumulated from genesis.
    public var footprint = "0"
    public var consumed = "0"
    public var tonnesRetired: UInt64 = 0
    public var blocksNotCovered = 0
  }

  /// CPU-µs per final transaction and node, since each node's last start.
  public struct Cost: Codable, Sendable {
    public var stages: [StageCost] = []
    public var process = 0.0

    public struct StageCost: Codable, Sendable {
      public var stage: String
      public var microseconds: Double
    }
  }

  /// All of them, full nodes too.
  public var nodes = 0
  public var fullNodes = 0
  public var seconds = 0.0
  public var blocks = 0
  public var firstHeight: UInt64 = 1
  public var lastHeight: UInt64 = 0
  /// Slots between the first and the last block that have none.
  public var missedSlots: UInt64 = 0
  /// Blocks decided in a view above 0.
  public var viewChanges = 0
  public var certificates = Certificates()
  public var load: LoadReport?
  public var kills = 0
  public var killsOfPrimaries = 0
  /// How long each restarted node needed until it had caught up.
  public var catchUpSeconds: [Double] = []
  public var carbon = Carbon()
  public var cost = Cost()
  /// Whether all nodes ended at one height with one block hash and state root, and so at every
  /// height that was watched.
  public var rootsEqual = false
  /// What went wrong, a sentence each; empty when the run passed.
  public var problems: [String] = []

  public var passed: Bool { problems.isEmpty }

  public init() {}
}

/// Why a network did not start.
public enum RunError: Error, Sendable, CustomStringConvertible {
  case nodeEnded(name: String, status: Int32, log: String, tail: String)
  case notReady(names: [String], seconds: Int)
  case noNodes
  case portInUse(NodeAddress)

  public var description: String {
    switch self {
    case .nodeEnded(let name, let status, let log, let tail):
      "The node \(name) ended while starting (status \(status)). The end of \(log):\n\(tail)"
    case .notReady(let names, let seconds):
      "After \(seconds) s these nodes are not up: \(names.joined(separator: ", ")). "
        + "Is the machine too slow for so many? Ask for fewer, or look at their node.log."
    case .noNodes: "The network has no nodes."
    case .portInUse(let address):
      "\(address) is in use; is another network running? Stop it or choose another --base-port."
    }
  }
}
