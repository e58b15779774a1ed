import Hummingbird
public import Logging
import NIOCore

/// The node's HTTP server.
public struct APIServer: Sendable {
  private let service: any NodeService
  private let host: String
  private let port: Int
  private let settings: APISettings
  private let logger: Logger

  /// Serves on a host and port; port 0 takes a free one, reported by `onListening`.
  public init(
    service: any NodeService, host: String, port: Int, settings: APISettings = APISettings(),
    logger: Logger
  ) {
    self.service = service
    self.host = host
    self.port = port
    self.settings = settings
    self.logger = logger
  }

  /// Serves until the task is cancelled.
  public func run(onListening: @escaping @Sendable (_ port: Int) async -> Void) async throws {
    let limiter = RateLimiter(settings)
    let routes = APIRoutes(service: service, settings: settings, limiter: limiter)
    let responder = Responder(
      table: routes.table, hosts: HostCheck(settings), limiter: limiter)
    let application = Application(
      responder: responder,
      server: .http1(
        configuration: .init(
          // Counted while nothing is being answered: not against one who waits for finality.
          idleTimeout: .milliseconds(settings.idleTimeoutMilliseconds),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: settings.headerBytesMax,
            maxHeaderListSize: settings.headerBytesMax,
            maxHeaderFieldCount: settings.headersMax))),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "eco2",
        availableConnectionsDelegate: .maximum(settings.connectionsMax, logger: logger)),
      onServerRunning: { channel in
        await onListening(channel.localAddress?.port ?? 0)
      },
      logger: logger)
    try await application.run()
  }
}
