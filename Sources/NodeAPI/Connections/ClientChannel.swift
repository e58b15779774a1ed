import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import NodeAnswers
import Synchronization

/// One client's connection: HTTP/1.1, or events over a WebSocket from its first request on.
struct ClientChannel: HTTPChannelHandler {
  /// What is spoken on a connection, known with its first request.
  enum Spoken: Sendable {
    case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    case events(WebSocketEvents, WebSocketEvents.Frames)
  }

  struct Value: ServerChildChannelValue {
    let channel: any Channel
    /// Nil when there was no room for it.
    let spoken: EventLoopFuture<Spoken>?
  }

  let responder: HTTPChannelHandler.Responder
  let settings: APISettings
  let table: ConnectionTable
  let meter: any APIMeter
  /// Nil where there are no events.
  let events: EventRoutes?
  let admission: Admission
  let farewells = TurnAway.Farewells()

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let place: ConnectionTable.Place
      do throws(APIError) {
        place = try admit(channel)
      } catch {
        try pipeline.addHandler(TurnAway(answer: Self.response(error), farewells: farewells))
        return Value(channel: channel, spoken: nil)
      }
      try pipeline.addHandler(
        ConnectionWatch(
          table: table, place: place, timeout: .milliseconds(settings.writeTimeoutMilliseconds)))
      let encoder = HTTPResponseEncoder()
      var limits = NIOHTTPDecoderLimitConfiguration()
      limits.maxHeaderFieldSize = settings.headerBytesMax
      limits.maxHeaderListSize = settings.headerBytesMax
      limits.maxHeaderFieldCount = settings.headersMax
      let decoder = ByteToMessageHandler(
        HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: limits))
      let requests = RequestGuard(settings: settings, table: table, place: place, meter: meter)
      try pipeline.addHandlers([encoder, decoder, requests])
      guard let events else {
        return Value(
          channel: channel,
          spoken: channel.eventLoop.makeSucceededFuture(try Self.http(channel)))
      }
      let upgrade = NIOTypedHTTPServerUpgradeHandler<Spoken>(
        httpEncoder: encoder, extraHTTPHandlers: [decoder, requests],
        upgradeConfiguration: .init(
          upgraders: [CheckedUpgrader(upgrader: upgrader(events, place))],
          notUpgradingCompletionHandler: { channel in
            channel.eventLoop.makeCompletedFuture { try Self.http(channel) }
          }))
      try pipeline.addHandler(upgrade)
      return Value(channel: channel, spoken: upgrade.upgradeResultFuture)
    }
  }

  /// A connection costs a node as much as a request: it counts as one.
  private func admit(_ channel: any Channel) throws(APIError) -> ConnectionTable.Place {
    let client = ClientAddress(channel.remoteAddress)
    do throws(APIError) { try admission.take(1, client) } catch {
      meter.refused(error.problem.code)
      throw error
    }
    guard let place = table.admit(channel, client) else {
      throw Problem.busy.because("All connections are being served.", retryAfterSeconds: 10)
    }
    return place
  }

  @concurrent
  func handle(value: Value, logger: Logger) async {
    guard let future = value.spoken else { return }
    let channel = value.channel
    let spoken = await withTaskCancellationHandler {
      try? await future.get()
    } onCancel: {
      channel.close(promise: nil)
    }
    switch spoken {
    case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
    case .events(let events, let frames): await events.run(frames)
    case nil: channel.close(promise: nil)
    }
  }

  private static func http(_ channel: any Channel) throws -> Spoken {
    try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    return .http(
      try NIOAsyncChannel(
        wrappingChannelSynchronously: channel,
        configuration: .init(isOutboundHalfClosureEnabled: true)))
  }

  /// Upgrades a request for events; what cannot be upgraded is answered over HTTP.
  private func upgrader(
    _ events: EventRoutes, _ place: ConnectionTable.Place
  ) -> NIOTypedWebSocketServerUpgrader<Spoken> {
    let opened = Mutex<WebSocketEvents?>(nil)
    let held = Held(opened)
    let (admission, table) = (admission, table)
    return NIOTypedWebSocketServerUpgrader(
      maxFrameSize: APILimits.frameBytesMax,
      shouldUpgrade: { channel, head in
        channel.eventLoop.makeFutureWithTask {
          let socket: WebSocketEvents
          do {
            socket = try await admission.socket(
              head, ClientAddress(channel.remoteAddress), events)
          } catch {
            Self.refuse(error, on: channel)
            return nil
          }
          held.value.withLock { $0 = socket }
          return HTTPHeaders()
        }
      },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          guard let socket = held.value.withLock({ $0 }) else {
            throw ChannelError.inappropriateOperationForState
          }
          table.note(place, isIdle: false)
          return .events(socket, try NIOAsyncChannel(wrappingChannelSynchronously: channel))
        }
      })
  }

  /// Answers over HTTP, and lets the guard end the connection.
  static func refuse(_ error: any Error, on channel: any Channel) {
    let error =
      error as? APIError ?? (error as? NodeServiceError).map { APIError($0) }
      ?? Problem.internalError.error
    let body = (try? JSON.encode(error.answer)) ?? []
    let head = HTTPResponseHead(
      version: .http1_1, status: .init(statusCode: error.problem.status.code),
      headers: [
        "Content-Type": ResponseFormat.problem, "Content-Length": String(body.count),
        "Cache-Control": "no-store", "Connection": "close",
        "Sec-WebSocket-Version": CheckedUpgrader.version,
      ])
    channel.write(HTTPServerResponsePart.head(head), promise: nil)
    channel.write(
      HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
  }

  /// Carries what was opened from the upgrade's one step to the next.
  private final class Held: Sendable {
    let value: Mutex<WebSocketEvents?>

    init(_ value: consuming Mutex<WebSocketEvents?>) { self.value = value }
  }

  /// The whole answer to a connection that is not taken.
  private static func response(_ error: APIError) -> ByteBuffer {
    let body = (try? JSON.encode(error.answer)) ?? []
    var text = "HTTP/1.1 \(error.problem.status)\r\nConnection: close\r\n"
    if let seconds = error.retryAfterSeconds { text += "Retry-After: \(seconds)\r\n" }
    text += "Content-Type: \(ResponseFormat.problem)\r\nCache-Control: no-store\r\n"
    var buffer = ByteBuffer(string: text + "Content-Length: \(body.count)\r\n\r\n")
    buffer.writeBytes(body)
    return buffer
  }
}

/// Who may ask at all: by the host's name, the page's origin, and the address's share.
struct Admission: Sendable {
  let hosts: HostCheck
  let limiter: RateLimiter

  /// Opens a stream of events for a WebSocket; refuses as the HTTP route would.
  func socket(
    _ head: HTTPRequestHead, _ client: ClientAddress, _ events: EventRoutes
  ) async throws -> WebSocketEvents {
    let target = try RequestTarget(head.uri)
    guard target.path == EventRoutes.path, head.method == .GET else {
      throw Problem.badFraming.because("Only GET \(EventRoutes.path) can be a WebSocket.")
    }
    let host = head.headers.first(name: "host") ?? ""
    try hosts.check(host: host)
    if let origin = head.headers.first(name: "origin") {
      _ = try hosts.check(origin: origin, host: host, isReading: true)
    }
    try take(4, client)
    let cursor = try await events.cursor(
      try target.query(known: EventRoutes.parameters),
      lastEventID: head.headers.first(name: "last-event-id"))
    return WebSocketEvents(
      cursor: cursor, place: try events.enter(client), heartbeat: events.heartbeat,
      lane: events.lane)
  }

  /// Counts a request against its address's share.
  func take(_ cost: Int, _ client: ClientAddress) throws(APIError) {
    guard let seconds = limiter.take(cost, of: .requests, from: client) else { return }
    throw Problem.tooManyRequests.because(
      "\(Problem.tooManyRequests.title); wait \(seconds) s.", retryAfterSeconds: seconds)
  }
}
