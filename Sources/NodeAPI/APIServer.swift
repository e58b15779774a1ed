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
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "eco2"),
      onServerRunning: { channel in
        await onListening(channel.localAddress?.port ?? 0)
      },
      logger: logger)
    try await application.run()
  }
}
