import HeapModule
import LedgerCore
import Replica

/// What happens in a simulated world.
enum WorldEvent {
  /// Something a node's own machine tells its replica: a verdict, a sync.
  indirect case local(node: Int, life: UInt64, ReplicaEvent)
  /// A write has reached the disk.
  case synced(node: Int, life: UInt64, write: UInt64)
  /// A log has been read for a peer.
  indirect case served(node: Int, life: UInt64, PeerMessage, to: Int)
  case wake(node: Int, life: UInt64, number: UInt64)
  /// A frame arrives over the connection of that number.
  case frame([UInt8], from: Int, to: Int, connection: UInt64)
  /// Both ends try to connect, or to replace their connection.
  case connect(Int, Int)
  /// A node learns that its connection of that number to a peer is gone.
  case disconnected(Int, peer: Int, connection: UInt64)
  /// A node that stood still may go on with what came in meanwhile.
  case resume(node: Int, life: UInt64)
  /// A frame of earlier is sent once more, while its window lasts.
  indirect case replay(FaultWindow)
  /// A frame that a clogged link kept goes on.
  indirect case released(SimulatedNetwork.Frame)
  /// A copy is made of a disk.
  case drawBackup
  case start(node: Int)
  case crash(node: Int)
  /// A fault window begins, or ends.
  indirect case window(FaultWindow, begins: Bool)
  /// The next fault is drawn.
  case drawFault
  /// A node is paused, or resumed; then the next one is drawn.
  case drawPause
  case clientsAct
  /// A Byzantine node sends what it held back.
  case late([UInt8], from: Int, life: UInt64, to: Int)
  /// A scripted round begins; after the last one, what follows.
  case round(Int)
}

/// What is to happen, by time; what falls on one instant happens in the order of being added.
///
/// Nearly everything happens within seconds, and time is counted in milliseconds: the next ones
/// have a bucket each, in a ring; what lies beyond waits in a heap.
struct EventQueue {
  private struct Far: Comparable {
    let time: UInt64
    let order: UInt64
    let event: WorldEvent

    static func == (left: Far, right: Far) -> Bool { left.order == right.order }

    static func < (left: Far, right: Far) -> Bool {
      (left.time, left.order) < (right.time, right.order)
    }
  }

  private static let bucketsCount: UInt64 = 4_096

  private var ring = [[WorldEvent]](repeating: [], count: Int(bucketsCount))
  /// The first bucket's instant: nothing is left before it.
  private var first: UInt64
  /// What was taken from the first bucket.
  private var taken = 0
  /// In all buckets, without those taken.
  private var near = 0
  private var far = Heap<Far>()
  private var added: UInt64 = 0

  init(from time: UInt64) { first = time }

  private func bucket(_ time: UInt64) -> Int { Int(time % Self.bucketsCount) }

  /// What lies before the instant at work happens at it.
  mutating func add(_ event: WorldEvent, at time: UInt64) {
    let time = max(time, first)
    guard time - first < Self.bucketsCount else {
      far.insert(Far(time: time, order: added, event: event))
      added += 1
      return
    }
    ring[bucket(time)].append(event)
    near += 1
  }

  mutating func next() -> (time: UInt64, event: WorldEvent)? {
    if near == 0 {
      guard let time = far.min?.time else { return nil }
      leaveFirst()
      first = time
      takeNear()
    }
    while taken == ring[bucket(first)].count {
      leaveFirst()
      first += 1
      takeNear()
    }
    let event = ring[bucket(first)][taken]
    taken += 1
    near -= 1
    return (first, event)
  }

  private mutating func leaveFirst() {
    ring[bucket(first)].removeAll(keepingCapacity: true)
    taken = 0
  }

  /// Moves what the ring now reaches, before anything is added beside it.
  private mutating func takeNear() {
    while let next = far.min, next.time - first < Self.bucketsCount {
      far.removeMin()
      ring[bucket(next.time)].append(next.event)
      near += 1
    }
  }
}
