import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Upgrades to a WebSocket; what lacks the headers of RFC 6455 is answered before the connection
/// ends, where the upgrader alone would close it without a word.
struct CheckedUpgrader: NIOTypedHTTPServerProtocolUpgrader {
  typealias Spoken = ClientChannel.Spoken

  /// The one version there is.
  static let version = "13"

  let upgrader: NIOTypedWebSocketServerUpgrader<Spoken>

  var supportedProtocol: String { upgrader.supportedProtocol }
  var requiredUpgradeHeaders: [String] { upgrader.requiredUpgradeHeaders }

  func buildUpgradeResponse(
    channel: any Channel, upgradeRequest: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
  ) -> EventLoopFuture<HTTPHeaders> {
    guard upgradeRequest.headers["sec-websocket-version"] == [Self.version],
      upgradeRequest.headers["sec-websocket-key"].count == 1
    else {
      let error = Problem.badFraming.because(
        "A WebSocket needs `Sec-WebSocket-Version: \(Self.version)` and one `Sec-WebSocket-Key`.")
      ClientChannel.refuse(error, on: channel)
      return channel.eventLoop.makeFailedFuture(error)
    }
    return upgrader.buildUpgradeResponse(
      channel: channel, upgradeRequest: upgradeRequest,
      initialResponseHeaders: initialResponseHeaders)
  }

  func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<Spoken> {
    upgrader.upgrade(channel: channel, upgradeRequest: upgradeRequest)
  }
}
