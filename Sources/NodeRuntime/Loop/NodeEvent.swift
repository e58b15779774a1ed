import LedgerCore
import Replica

/// What reaches the replica's thread.
enum NodeEvent: Sendable {
  case replica(ReplicaEvent)
  /// Reads something of the replica between two events.
  case read(ReplicaRead)
  /// A lane met a fault after which the node must stop.
  case fault(String)
  case stop
}

/// A question to the replica. Exactly one of the two is called: whoever asks is always answered.
struct ReplicaRead: Sendable {
  let answer: @Sendable (borrowing ReplicaMachine) -> Void
  /// The replica's thread has ended.
  let abandon: @Sendable () -> Void
}
