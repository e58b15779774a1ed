import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// The node's HTTP server.
public struct APIServer: Sendable {
  private let service: any NodeService
  private let host: String
  private let port: Int
  private let settings: APISettings
  private let meter: any APIMeter
  private let logger: Logger

  /// Serves on a host and port; port 0 takes a free one, reported by `onListening`.
  public init(
    service: any NodeService, host: String, port: Int, settings: APISettings = APISettings(),
    meter: any APIMeter = NoAPIMeter(), logger: Logger
  ) {
    self.service = service
    self.host = host
    self.port = port
    self.settings = settings
    self.meter = meter
    self.logger = logger
  }

  /// Serves until the task is cancelled.
  public func run(onListening: @escaping @Sendable (_ port: Int) async -> Void) async throws {
    let limiter = RateLimiter(settings)
    let dear = DearLane()
    let events = EventRoutes(
      service: service, feed: EventFeed(service: service), subscribers: Subscribers(settings),
      lane: dear,
      heartbeat: .milliseconds(settings.heartbeatMilliseconds))
    let routes = APIRoutes(service: service, settings: settings, limiter: limiter, events: events)
    let admission = Admission(hosts: HostCheck(settings), limiter: limiter)
    let answers = ByteBudget(
      bytesMax: settings.answersBytesMax, bindsLoopback: settings.limitsLoopback)
    let responder = Responder(
      table: routes.table, admission: admission, meter: meter, answers: answers, dear: dear)
    let table = ConnectionTable(settings, connectionsMax: connectionsMax(), meter: meter)
    let (settings, meter) = (settings, meter)
    let application = Application(
      responder: responder,
      server: HTTPServerBuilder { respond in
        ClientChannel(
          responder: respond, settings: settings, table: table, meter: meter,
          events: settings.routes == .onlyMetrics ? nil : events, admission: admission)
      },
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "eco2"),
      onServerRunning: { channel in
        await onListening(channel.localAddress?.port ?? 0)
      },
      logger: Logger(label: logger.label) { [logger] _ in QuietStop(logger) })
    try await application.run()
  }

  private func connectionsMax() -> Int {
    let descriptors = Descriptors.raised()
    let clients = Descriptors.clients(allowed: settings.connectionsMax, descriptors: descriptors)
    if clients < settings.connectionsMax {
      logger.warning(
        "too few file descriptors for all clients that are allowed; raise the limit (ulimit -n)",
        metadata: [
          "descriptors": "\(descriptors ?? 0)", "allowed": "\(settings.connectionsMax)",
          "served": "\(clients)",
        ])
    }
    return clients
  }
}
