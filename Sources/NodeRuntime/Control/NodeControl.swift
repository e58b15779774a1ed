import Dispatch
import Foundation
import LedgerMetrics
import Logging
import Replica
import Synchronization

/// Carries out what the control socket asks, and ends a pause whose time is up.
final class NodeControl: Sendable {
  private let queue: EventQueue<NodeEvent>
  private let board: NodeBoard
  private let interval: UInt64
  private let logger: Logger

  /// Rounds of turns that an answer looks ahead.
  private static let roundsAhead = 3

  init(
    queue: EventQueue<NodeEvent>, board: NodeBoard, intervalMilliseconds: UInt64, logger: Logger
  ) {
    self.queue = queue
    self.board = board
    interval = intervalMilliseconds
    self.logger = logger
  }

  /// Carries out a request. Waits for the replica's thread: not to be called on it.
  func answer(_ request: ControlRequest) -> ControlAnswer {
    switch request {
    case .status: break
    case .pause(let seconds): pause(seconds: seconds)
    case .resume: resume("asked to")
    }
    return standing().map { ControlAnswer($0) }
      ?? ControlAnswer(error: "the node is stopping, or too busy to answer")
  }

  /// Gives this node's turns away from now on.
  func pause(seconds: UInt64) {
    let until = NodeClock.milliseconds() + seconds * 1_000
    board.pause(until: until)
    queue.require(.replica(.handOverChanged(true)))
    logger.notice("paused: turns are handed over", metadata: ["seconds": "\(seconds)"])
  }

  /// Ends a pause whose time is up. Called once a second.
  func sweep() {
    guard let until = board.standing.pausedUntil, NodeClock.milliseconds() >= until else { return }
    resume("the pause's time is up")
  }

  private func resume(_ reason: String) {
    guard board.standing.pausedUntil != nil else { return }
    board.pause(until: nil)
    queue.require(.replica(.handOverChanged(false)))
    logger.notice("resumed: this node leads its turns again", metadata: ["because": "\(reason)"])
  }

  private func standing() -> ControlStanding? {
    guard let (turns, isVoting) = readTurns() else { return nil }
    let standing = board.standing
    let now = NodeClock.milliseconds()
    // A slot that was missed is never made up: the height at work takes the latest one.
    let first = max(turns.slot, now > interval ? now - interval : 0)
    return ControlStanding(
      now: now, processIdentifier: getpid(), height: standing.height, mode: standing.mode,
      isVoting: isVoting, pausedUntil: standing.pausedUntil,
      turnsHandedOver: standing.turnsHandedOver, intervalMilliseconds: interval,
      members: turns.members, leadsNow: turns.leadsNow,
      turns: turns.next.map { height in
        ControlTurn(height: height, time: first + (height - turns.height) * interval)
      })
  }

  /// Asks the replica's thread; nil when it has ended or does not answer in time.
  private func readTurns() -> (NodeTurns, isVoting: Bool)? {
    let reply = Reply()
    let read = ReplicaRead { replica in
      let answer = (replica.turns(rounds: Self.roundsAhead), replica.isVoting)
      reply.value.withLock { $0 = answer }
      reply.done.signal()
    } abandon: {
      reply.done.signal()
    }
    guard queue.offer(.read(read), bytes: 0),
      reply.done.wait(timeout: .now() + .milliseconds(1_500)) == .success
    else { return nil }
    return reply.value.withLock { $0 }
  }

  /// What the replica's thread leaves, also when nobody waits any more.
  private final class Reply: Sendable {
    let value = Mutex<(NodeTurns, isVoting: Bool)?>(nil)
    let done = DispatchSemaphore(value: 0)
  }
}
