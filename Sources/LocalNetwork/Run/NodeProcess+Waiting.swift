import LedgerClient
import NodeAnswers

extension NodeProcess {
  /// Waits until the node answers, is connected to all its peers and follows the chain; false when
  /// it ends or the time is over first.
  public func isUp(within limit: Duration) async -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    let client = NodeClient(address)
    var isUp = false
    while !isUp, isRunning, clock.now < deadline {
      if let status = try? await client.status() {
        isUp = status.peersConnected == status.peersKnown && status.mode == "following"
      }
      if !isUp { try? await clock.sleep(for: .milliseconds(50)) }
    }
    await client.close()
    return isUp
  }
}
