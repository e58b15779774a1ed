import LedgerCore
import Replica

/// What reaches the replica's thread.
enum NodeEvent: Sendable {
  case replica(ReplicaEvent)
  /// Reads something of the replica between two events.
  case read(@Sendable (borrowing ReplicaMachine) -> Void)
  /// A lane met a fault after which the node must stop.
  case fault(String)
  case stop
}
