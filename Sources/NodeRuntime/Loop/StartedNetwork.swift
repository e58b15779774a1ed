import PeerNetwork
import Synchronization

/// The node's peer connections, for what is called by them and needs to call back: not there while
/// they are being started, and not kept alive by it.
final class StartedNetwork: Sendable {
  private struct Reference {
    weak var network: PeerNetwork?
  }

  private let reference = Mutex(Reference())

  var network: PeerNetwork? { reference.withLock { $0.network } }

  func set(_ network: PeerNetwork) { reference.withLock { $0.network = network } }
}
