import HeapModule
import LedgerCore
import Replica

/// What happens in a simulated world.
enum WorldEvent {
  /// Something a node's own machine tells its replica: a verdict, a sync.
  case local(node: Int, life: UInt64, ReplicaEvent)
  /// A write has reached the disk.
  case synced(node: Int, life: UInt64, write: UInt64)
  /// A log has been read for a peer.
  case served(node: Int, life: UInt64, PeerMessage, to: Int)
  case wake(node: Int, life: UInt64, number: UInt64)
  /// A frame arrives over the connection of that number.
  case frame([UInt8], from: Int, to: Int, connection: UInt64)
  /// Both ends try to connect, or to replace their connection.
  case connect(Int, Int)
  /// A node learns that its connection of that number to a peer is gone.
  case disconnected(Int, peer: Int, connection: UInt64)
  case start(node: Int)
  case crash(node: Int)
  /// A fault window begins, or ends.
  case window(FaultWindow, begins: Bool)
  /// The next fault is drawn.
  case drawFault
  /// A node is paused, or resumed; then the next one is drawn.
  case drawPause
  case clientsAct
  /// A scripted round begins; after the last one, what follows.
  case round(Int)
}

/// What is to happen, by time; what falls on one instant happens in the order of being added.
struct EventQueue {
  private struct Entry: Comparable {
    let time: UInt64
    let order: UInt64
    let event: WorldEvent

    static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }

    static func < (left: Entry, right: Entry) -> Bool {
      (left.time, left.order) < (right.time, right.order)
    }
  }

  private var heap = Heap<Entry>()
  private var added: UInt64 = 0

  mutating func add(_ event: WorldEvent, at time: UInt64) {
    heap.insert(Entry(time: time, order: added, event: event))
    added += 1
  }

  mutating func next() -> (time: UInt64, event: WorldEvent)? {
    heap.popMin().map { ($0.time, $0.event) }
  }
}
