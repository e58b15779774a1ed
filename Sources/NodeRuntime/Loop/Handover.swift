import Replica
import Synchronization

/// Gives a value to another thread, once.
final class Handover: Sendable {
  private let value: Mutex<ReplicaMachine?>

  init(_ value: consuming sending ReplicaMachine) { self.value = Mutex(value) }

  func take() -> sending ReplicaMachine? {
    value.withLock { value in
      let taken = value.take()
      return taken
    }
  }
}
