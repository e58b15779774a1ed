import LedgerMetrics
import NodeAPI
import Synchronization

/// Counts what clients do.
final class APICounter: APIMeter {
  private let metrics: NodeMetrics
  /// By route, one for each class of status: what is counted for every request is looked up here,
  /// not among labels.
  private let routes = Mutex<[String: [Histogram?]]>([:])

  init(metrics: NodeMetrics) { self.metrics = metrics }

  func connectionOpened() {
    metrics.api.accepted.add()
    metrics.api.connections.add(1)
  }

  func connectionClosed() { metrics.api.connections.add(-1) }

  func requestBegan() { metrics.api.inFlight.add(1) }

  func requestEnded(route: String, status: Int, nanoseconds: UInt64) {
    metrics.api.inFlight.add(-1)
    metrics.count(.api)
    histogram(route, status).observe(nanoseconds: nanoseconds)
  }

  func refused(_ reason: String) { metrics.api.refused.child(reason).add() }

  private func histogram(_ route: String, _ status: Int) -> Histogram {
    let kind = (1...5).contains(status / 100) ? status / 100 : 0
    return routes.withLock { routes in
      if let known = routes[route, default: Array(repeating: nil, count: 6)][kind] { return known }
      let made = metrics.api.requests.child(route, kind == 0 ? "other" : "\(kind)xx")
      routes[route, default: Array(repeating: nil, count: 6)][kind] = made
      return made
    }
  }
}
