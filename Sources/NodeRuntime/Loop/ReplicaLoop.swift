import CatchUp
import Dispatch
import Dissemination
import Foundation
import LedgerCore
import LedgerMetrics
import Logging
import Replica

/// The replica's thread: takes events, steps the replica, carries out its effects.
///
/// The replica lives on this thread alone. Everything that may block happens on lanes; their
/// answers come back as events.
final class ReplicaLoop: Sendable {
  private let queue: EventQueue<NodeEvent>
  private let performer: EffectPerformer
  private let watch: ReplicaWatch
  private let meter: LaneMeter
  private let logger: Logger
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the thread with a replica and its first effects.
  init(
    replica: consuming sending ReplicaMachine, first: [ReplicaEffect],
    queue: EventQueue<NodeEvent>, performer: EffectPerformer, watch: ReplicaWatch,
    meter: LaneMeter, logger: Logger
  ) {
    self.queue = queue
    self.performer = performer
    self.watch = watch
    self.meter = meter
    self.logger = logger
    let box = Handover(replica)
    let thread = Thread { [self] in
      if var replica = box.take() { run(&replica, first: first) }
      abandonQueue()
      ended.signal()
    }
    thread.name = "replica"
    thread.stackSize = 16 * 1024 * 1024
    thread.qualityOfService = .userInteractive
    thread.start()
  }

  /// Waits until the thread has ended.
  func waitForEnd() { ended.wait() }

  private func run(_ replica: inout ReplicaMachine, first: [ReplicaEffect]) {
    var wake: UInt64?
    var shown = performer.show(replica)
    var own = performer.perform(first, wake: &wake)
    var start = CPUClock.monotonicNanoseconds()
    var count = 0
    while true {
      while !own.isEmpty {
        let events = own
        own = []
        for event in events { own += step(&replica, event, wake: &wake) }
      }
      watch.look(at: replica)
      meter.worked(since: start, items: count)
      guard let taken = queue.take(until: Self.deadline(wake)) else { return }
      start = CPUClock.monotonicNanoseconds()
      count = taken.count
      let events = GatheredSubmissions.gather(taken)
      if let time = wake, time <= NodeClock.milliseconds() {
        wake = nil
        own += step(&replica, .tick, wake: &wake)
      }
      for (index, event) in events.enumerated() {
        switch event {
        case .replica(let event): own += step(&replica, event, wake: &wake)
        case .read(let read): read.answer(replica)
        case .fault(let reason):
          logger.critical("the node stops: \(reason)")
          performer.stopForFault(reason)
          return Self.abandon(events[(index + 1)...])
        case .stop: return Self.abandon(events[(index + 1)...])
        }
      }
      if replica.height != shown { shown = performer.show(replica) }
    }
  }

  /// Refuses what comes from now on, and answers who already asked: an open request would keep the
  /// API, and with it the node, from ever stopping.
  private func abandonQueue() {
    queue.close()
    while let events = queue.take(until: .now()) { Self.abandon(events[...]) }
  }

  private static func abandon(_ events: ArraySlice<NodeEvent>) {
    for case .read(let read) in events { read.abandon() }
  }

  private func step(
    _ replica: inout ReplicaMachine, _ event: ReplicaEvent, wake: inout UInt64?
  ) -> [ReplicaEvent] {
    performer.perform(replica.step(event, now: NodeClock.milliseconds()), wake: &wake)
  }

  private static func deadline(_ wake: UInt64?) -> DispatchTime {
    guard let wake else { return .now() + .seconds(1) }
    let now = NodeClock.milliseconds()
    let wait = wake > now ? min(wake - now, 1_000) : 0
    return .now() + .milliseconds(Int(wait))
  }
}

/// Milliseconds since 1970-01-01 UTC, by the machine's clock.
enum NodeClock {
  static func milliseconds() -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0, time.tv_sec >= 0 else { return 0 }
    return UInt64(time.tv_sec) &* 1_000 &+ UInt64(time.tv_nsec) / 1_000_000
  }
}
