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
  let key: SigningKey
  /// Whether its shell keeps signed votes for a restart, beside the watermark.
  let keepsVotes: Bool
  var disk: SimulatedDisk
  /// Nil while the node is down.
  private(set) var replica: ReplicaMachine?
  /// Whether it has a replica; asked too often to look at the replica itself.
  private(set) var isUp = false
  /// The replica's height while it is up.
  private(set) var height: UInt64 = 0
  /// Its clock is off by this much.
  var clockErrorMilliseconds: Int64
  /// Counts lives: what belongs to an earlier one is dropped.
  var life: UInt64 = 0
  /// Until when the process stands still.
  var pausedUntil: UInt64 = 0
  /// Added to each write's time.
  var diskDelayMilliseconds: UInt64 = 0
  /// Each lane does one thing after the other: when it is free again.
  private var laneFreeAt = [UInt64](repeating: 0, count: Lane.count)
  /// The wake asked for last; earlier ones are void.
  var wakeNumber: UInt64 = 0
  /// Goes down after so many effects of a step.
  var crashesAfterEffects: Int?
  /// The highest height this node has ever announced as final.
  var announced: UInt64 = 0

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
    key: SigningKey, disk: SimulatedDisk, keepsVotes: Bool, clockErrorMilliseconds: Int64
  ) {
    self.index = index
    self.name = name
    self.follows = follows
    self.configuration = configuration
    self.key = key
    self.disk = disk
    self.keepsVotes = keepsVotes
    self.clockErrorMilliseconds = clockErrorMilliseconds
  }

  var isFull: Bool { configuration.account == nil }

  /// The time on the node's own clock.
  func clock(at now: UInt64) -> UInt64 { UInt64(Int64(now) + clockErrorMilliseconds) }

  /// The world's time at which the node's clock shows an instant, not before now.
  func time(ofClock instant: UInt64, now: UInt64) -> UInt64 {
    let (time, overflow) = Int64(clamping: instant).subtractingReportingOverflow(
      clockErrorMilliseconds)
    return overflow ? UInt64(Int64.max) : max(now, UInt64(max(0, time)))
  }

  /// When a lane that takes this long for something will have done it.
  func finish(on lane: Lane, after milliseconds: UInt64, now: UInt64) -> UInt64 {
    let start = max(now, laneFreeAt[lane.index])
    laneFreeAt[lane.index] = start + milliseconds
    return start + milliseconds
  }

  /// A life begins.
  func begin(_ replica: ReplicaMachine) {
    height = replica.height
    self.replica = replica
    isUp = true
  }

  /// Nothing of the life before is left.
  func forgetMemory() {
    replica = nil
    isUp = false
    laneFreeAt = [UInt64](repeating: 0, count: Lane.count)
    pausedUntil = 0
    crashesAfterEffects = nil
  }

  func step(_ event: ReplicaEvent, now: UInt64) -> [ReplicaEffect] {
    let effects = replica?.step(event, now: clock(at: now)) ?? []
    if let reached = replica?.height { height = reached }
    return effects
  }
}
