import Consensus
import LedgerCore
import Replica

/// A node of the simulation: its replica, its disk and its clock.
final class SimulatedNode {
  let index: Int
  /// What other nodes call it; a full node has no account, and this is its transport key.
  let name: AccountID
  /// The nodes that this full node follows; empty for an ER Node.
  let follows: [Int]
  let configuration: ReplicaConfiguration
  let keys: NodeKeys
  /// Whether its shell keeps signed votes for a restart, beside the watermark.
  let keepsVotes: Bool
  var disk: SimulatedDisk
  /// What runs in its process; nil while the node is down.
  private(set) var process: Process?
  /// Its clock is off by this much, and by what it has drifted since.
  var clockErrorMilliseconds: Int64
  private var drift: (partsPerMillion: Int64, since: UInt64) = (0, 0)
  /// Counts lives: what belongs to an earlier one is dropped.
  var life: UInt64 = 0
  /// Until when the process stands still.
  var pausedUntil: UInt64 = 0
  /// Each event keeps the processor for so long at most; 0 while it is fast.
  var cpuMillisecondsMax: UInt64 = 0
  /// Until when the processor is busy with the last event.
  var busyUntil: UInt64 = 0
  /// What came in meanwhile, in order.
  var backlog: [WorldEvent] = []
  /// Added to each write's time.
  var diskDelayMilliseconds: UInt64 = 0
  /// Each lane does one thing after the other: when it is free again.
  private var laneFreeAt = [UInt64](repeating: 0, count: Lane.count)
  /// The wake asked for last; earlier ones are void.
  var wakeNumber: UInt64 = 0
  /// The instant on its own clock at which it asked to be woken.
  var wakeAt: UInt64 = 0
  /// Goes down after so many effects of a step.
  var crashesAfterEffects: Int?
  /// Stays down until the end of the phase without faults.
  var isAbsent = false
  /// Goes down so many times more, each time soon after its start.
  var crashesInRecovery = 0
  /// Writes fail: the next one, or all of them.
  var failingWrites: FailingWrites?
  /// How often its disk was wiped, or held again what it held before.
  var timesSetBack = 0
  /// Its signer's file was lost, or was one of earlier: some of its own votes are news to it.
  var hasForgottenVotes = false
  /// A copy of its disk, of some time ago.
  var backup: SimulatedDisk.Backup?
  /// The highest height this node has announced as final since its disk was last set back.
  var announced: UInt64 = 0

  enum FailingWrites {
    case next
    case all
  }

  /// What a node's machine does in order, one beside the other.
  enum Lane {
    case file(SimulatedDisk.File)
    case urgentVerification
    case verification
    case bundleSigner
    case logReader

    static let count = SimulatedDisk.File.allCases.count + 4

    var index: Int {
      switch self {
      case .file(let file): file.rawValue
      case .urgentVerification: Self.count - 4
      case .verification: Self.count - 3
      case .bundleSigner: Self.count - 2
      case .logReader: Self.count - 1
      }
    }
  }

  init(
    index: Int, name: AccountID, follows: [Int] = [], configuration: ReplicaConfiguration,
    keys: NodeKeys, disk: SimulatedDisk, keepsVotes: Bool, clockErrorMilliseconds: Int64
  ) {
    self.index = index
    self.name = name
    self.follows = follows
    self.configuration = configuration
    self.keys = keys
    self.disk = disk
    self.keepsVotes = keepsVotes
    self.clockErrorMilliseconds = clockErrorMilliseconds
  }

  /// A replica, never copied: it is large.
  final class Process {
    fileprivate var replica: ReplicaMachine
    /// Where it stands, after its last step.
    fileprivate(set) var height: UInt64
    fileprivate(set) var view: UInt64 = 0
    fileprivate(set) var steps: UInt64 = 0

    fileprivate init(_ replica: consuming ReplicaMachine) {
      height = replica.height
      self.replica = replica
    }
  }

  var isUp: Bool { process != nil }

  /// The process runs from now on.
  func run(_ replica: consuming ReplicaMachine) { process = Process(replica) }

  var isFull: Bool { configuration.account == nil }

  /// The time on the node's own clock.
  func clock(at now: UInt64) -> UInt64 {
    UInt64(max(0, Int64(now) + clockErrorMilliseconds + drifted(at: now)))
  }

  private func drifted(at now: UInt64) -> Int64 {
    guard drift.partsPerMillion != 0, now > drift.since else { return 0 }
    return Int64(now - drift.since) * drift.partsPerMillion / 1_000_000
  }

  /// From now on its clock runs faster, or slower, by this much.
  func setDrift(_ partsPerMillion: Int64, now: UInt64) {
    clockErrorMilliseconds += drifted(at: now)
    drift = (partsPerMillion, now)
  }

  /// Its clock is right again, but for this.
  func setClock(errorMilliseconds: Int64) {
    drift = (0, 0)
    clockErrorMilliseconds = errorMilliseconds
  }

  /// The world's time at which the node's clock shows an instant if it goes on as it does, not
  /// before now.
  func time(ofClock instant: UInt64, now: UInt64) -> UInt64 {
    let error = Int64(clock(at: now)) - Int64(now)
    let (time, overflow) = Int64(clamping: instant).subtractingReportingOverflow(error)
    return overflow ? UInt64(Int64.max) : max(now, UInt64(max(0, time)))
  }

  /// When a lane that takes this long for something will have done it.
  func finish(on lane: Lane, after milliseconds: UInt64, now: UInt64) -> UInt64 {
    let start = max(now, laneFreeAt[lane.index])
    laneFreeAt[lane.index] = start + milliseconds
    return start + milliseconds
  }

  /// Nothing of the life before is left.
  func forgetMemory() {
    process = nil
    laneFreeAt = [UInt64](repeating: 0, count: Lane.count)
    pausedUntil = 0
    busyUntil = 0
    backlog = []
    crashesAfterEffects = nil
  }

  /// Whether what comes in has to wait.
  func standsStill(at now: UInt64) -> Bool {
    isUp && (pausedUntil > now || busyUntil > now || !backlog.isEmpty)
  }

  func step(_ event: ReplicaEvent, now: UInt64) -> [ReplicaEffect] {
    guard let process else { return [] }
    let effects = process.replica.step(event, now: clock(at: now))
    Self.read(&process.replica, into: process)
    return effects
  }

  /// How full everything is that its replica keeps for others.
  func queues() -> [QueueFill] {
    func read(_ replica: inout ReplicaMachine) -> [QueueFill] { replica.queues }
    return process.map { read(&$0.replica) } ?? []
  }

  /// The height that its consensus works at and has not decided.
  func openHeight() -> UInt64? {
    func read(_ replica: inout ReplicaMachine) -> UInt64? { replica.openHeight }
    return process.flatMap { read(&$0.replica) }
  }

  /// The latest vote of a member that it has heard in this life.
  func latestVote(of member: AccountID) -> VotePosition? {
    func read(_ replica: inout ReplicaMachine) -> VotePosition? {
      replica.latestVote(of: member)?.statement.position
    }
    return process.flatMap { read(&$0.replica) }
  }

  /// In place: a getter would be given a copy.
  private static func read(_ replica: inout ReplicaMachine, into process: Process) {
    process.height = replica.height
    process.view = replica.view
    process.steps += 1
  }
}
