import Hummingbird
public import Logging
import NIOCore

/// The node's HTTP server.
public struct APIServer: Sendable {
  private let service: any NodeService
  private let host: String
  private let port: Int
  private let logger: Logger

  /// Serves on a host and port; port 0 takes a free one, reported by `onListening`.
  public init(service: any NodeService, host: String, port: Int, logger: Logger) {
    self.service = service
    self.host = host
    self.port = port
    self.logger = logger
  }

  /// Serves until the task is cancelled.
  public func run(onListening: @escaping @Sendable (_ port: Int) async -> Void) async throws {
    let application = Application(
      router: Routes(service: service).router(),
      server: .http1(
        configuration: .init(
          // Counted while nothing is being answered: not against one who waits for finality.
          idleTimeout: .seconds(APILimits.idleTimeoutSeconds),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: APILimits.headerBytesMax,
            maxHeaderListSize: APILimits.headerBytesMax,
            maxHeaderFieldCount: APILimits.headersMax))),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "eco2",
        availableConnectionsDelegate: .maximum(APILimits.connectionsMax, logger: logger)),
      onServerRunning: { channel in
        await onListening(channel.localAddress?.port ?? 0)
      },
      logger: logger)
    try await application.run()
  }
}
