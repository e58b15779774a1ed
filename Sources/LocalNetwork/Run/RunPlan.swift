public import LedgerClient
public import LoadTest
import NodeAnswers

/// What to do with a local network.
public struct RunPlan: Sendable {
  public var folder: NetworkFolder
  /// The `eco2` executable whose `node` command runs a node.
  public var executable: String
  /// Transactions a second; nil sends none.
  public var loadRate: Double?
  /// How long to send, from when all nodes are up; nil until `stop`.
  public var duration: Duration?
  /// What is done to single nodes meanwhile, if anything.
  public var faults: NodeFaults?
  /// Many dead nodes; the run ends when it is over.
  public var outage: Outage?
  /// Credits that are brought on chain meanwhile, if any; the run goes on until that is done.
  public var onboarding: OnboardingCredits?
  /// The network has run before: blocks from now on are reported, not all of them.
  public var isResumed: Bool

  public init(
    folder: NetworkFolder, executable: String, isResumed: Bool = false, loadRate: Double? = nil,
    duration: Duration? = nil, faults: NodeFaults? = nil, outage: Outage? = nil,
    onboarding: OnboardingCredits? = nil
  ) {
    self.folder = folder
    self.executable = executable
    self.loadRate = loadRate
    self.duration = duration
    self.faults = faults
    self.outage = outage
    self.onboarding = onboarding
    self.isResumed = isResumed
  }
}

/// Nodes that are dead at the same time.
public struct Outage: Sendable {
  /// Up to f, or more: then no block may be final while more than f are dead.
  public var nodes: Int
  /// How long to look that there is none.
  public var standstill: Duration
  /// Which nodes.
  public var seed: UInt64

  public init(nodes: Int, standstill: Duration = .seconds(30), seed: UInt64 = 1) {
    self.nodes = nodes
    self.standstill = standstill
    self.seed = seed
  }
}

/// Something done to a node.
public struct NodeFault: Sendable {
  public let node: Int
  public let kind: NodeFaults.Kind
  /// Whether its turn to propose is next.
  public let isPrimary: Bool
  /// The height being decided, where it matters.
  public let height: UInt64?
}

/// What happens while a network runs.
public enum RunEvent: Sendable {
  /// This many nodes are up and connected to all others.
  case starting(ready: Int, of: Int)
  case ready(seconds: Double)
  case block(WatchedBlock)
  case fault(NodeFault)
  /// A node that was away goes on, or is started again.
  case returned(node: Int)
  case caughtUp(node: Int, height: UInt64, seconds: Double)
  /// A node ended by itself.
  case died(node: Int, status: Int32)
  case registry(RegistryEvent)
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

  /// Credits that came on chain and were used while the network ran.
  public struct Registry: Codable, Sendable {
    /// Serials of a lot or a retirement.
    public struct Serials: Codable, Sendable {
      /// The lot's number.
      public var lot: UInt64
      public var project: String
      /// The issuance's serial, exactly as the registry writes it.
      public var serial: String
      /// First and last serial number.
      public var start: UInt64
      public var end: UInt64
      /// µg CO2e, decimal.
      public var amount: String

      init(_ lot: LotAnswer) {
        self.lot = lot.number
        project = lot.project
        serial = lot.serial
        start = lot.start
        end = lot.end
        amount = lot.amount
      }

      init(_ retirement: RetirementAnswer) {
        lot = retirement.lot
        project = retirement.project
        serial = retirement.serial
        start = retirement.start
        end = retirement.end
        amount = retirement.amount
      }
    }

    public var requestsFiled = 0
    public var requestsApproved = 0
    public var lots: [Serials] = []
    /// µg CO2e, decimal.
    public var eccIssued = "0"
    public var retired: [Serials] = []
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

  /// What came of many dead nodes.
  public struct Outage: Codable, Sendable {
    public var nodes = 0
    /// Blocks in a round with f of them dead.
    public var blocksWithQuorum = 0
    /// The highest view that one of these was decided in: the view changes in a row.
    public var viewChangesMost: UInt64 = 0
    /// The most dead nodes whose turns stood in a row.
    public var deadInARowMost: UInt64 = 0
    /// With all of them dead; nil when they were no more than f.
    public var standstillSeconds: Double?
    public var blocksWithoutQuorum: UInt64?
    /// From the first answer of the first that came back until a block was final.
    public var secondsToProgress: Double?
    /// The timeouts of the next f + 1 views, which grow, and one interval.
    public var secondsToProgressMax: Double?
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
  /// What was done to nodes, by kind.
  public var faults: [String: Int] = [:]
  /// Of these, to the node whose turn was next.
  public var faultsOfPrimaries = 0
  public var outage: Outage?
  /// How long each node that came back needed until it was at the tip.
  public var catchUpSeconds: [Double] = []
  public var carbon = Carbon()
  /// What was done with credits, where a run brings some on chain.
  public var registry: Registry?
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
