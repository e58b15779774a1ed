import HTTPTypes
import NIOCore
import NIOHTTP1
import NodeAnswers

/// Stands behind the HTTP decoder of one connection: bounds in time what a request may take to
/// arrive, refuses what is framed ambiguously, and answers what is broken before anything is asked.
///
/// Times are counted by one timer, set anew only when it fires: a request costs a comparison.
///
/// | what is waited for | how long |
/// |---|---|
/// | the first request's headers | `headTimeoutMilliseconds` |
/// | the next request's headers | `idleTimeoutMilliseconds` |
/// | a request's body, while nothing before it is being answered | `bodyTimeoutMilliseconds` |
/// | `bodyBytesPerSecondMin` of it | `bodyPeriodMilliseconds` |
/// | the client, once it has been refused | `lingerMilliseconds` |
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let settings: APISettings
  private let table: ConnectionTable
  private let place: ConnectionTable.Place
  private let meter: any APIMeter

  /// Whether a request's body is still to come.
  private var isInBody = false
  private var bodyBytes = 0
  /// When all of the body must be here.
  private var bodyDeadline = NIODeadline.distantFuture
  /// How much of it must be here at `deadline`.
  private var bodyBytesDue = 0
  /// Requests whose answers have not ended.
  private var unanswered = 0
  private var isAnswering = false
  /// The answer being written is the last one.
  private var isLast = false
  /// Refused: what still comes is dropped.
  private var isLingering = false
  private var isFinished = false
  private var heldClose: EventLoopPromise<Void>??
  private var deadline = NIODeadline.distantFuture
  private var timer: Scheduled<Void>?

  init(
    settings: APISettings, table: ConnectionTable, place: ConnectionTable.Place, meter: any APIMeter
  ) {
    self.settings = settings
    self.table = table
    self.place = place
    self.meter = meter
  }

  func handlerAdded(context: ChannelHandlerContext) {
    wait(settings.headTimeoutMilliseconds)
    arm(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    isFinished = true
    if let held = heldClose ?? nil { held.succeed() }
    heldClose = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isLingering else { return }
    switch unwrapInboundIn(data) {
    case .head(let head):
      if let problem = RequestFraming.fault(of: head, settings: settings) {
        return refuse(problem, context)
      }
      unanswered += 1
      guard unanswered <= APILimits.pipelinedRequestsMax else {
        return refuse(Problem.badFraming.because("Too many requests wait for answers."), context)
      }
      isLast = isLast || !head.isKeepAlive
      begin(head, context)
    case .body(let bytes):
      bodyBytes += bytes.readableBytes
      guard bodyBytes <= settings.bodyBytesMax else {
        return refuse(Problem.bodyTooLarge.error, context)
      }
    case .end:
      isInBody = false
      deadline = .distantFuture
      // Answered before it was whole, it waits for its client already.
      if unanswered > 0 { table.note(place, isIdle: false) }
    }
    context.fireChannelRead(data)
  }

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    isInBody = true
    bodyBytes = 0
    if unanswered == 1 {
      waitForBody()
      if head.headers.contains(name: "expect") {
        let go = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
      }
    }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isLingering else {
      promise?.succeed()
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      isAnswering = true
      isLast = isLast || head.headers[canonicalForm: "connection"].contains("close")
      // What is left of a body that was answered before its end is not worth reading.
      isLast = isLast || (isInBody && unanswered == 1)
      if isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body:
      context.write(data, promise: promise)
    case .end:
      context.write(data, promise: promise)
      isAnswering = false
      unanswered -= 1
      if isLast { return linger(context) }
      if unanswered == 0 {
        table.note(place, isIdle: true)
        wait(settings.idleTimeoutMilliseconds)
      } else if isInBody {
        table.note(place, isIdle: true)
        waitForBody()
      } else {
        wait(nil)
      }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else { return context.fireErrorCaught(error) }
    guard !isLingering else { return }
    let isHeaders = (error as? HTTPParserError) == .headerOverflow
    let problem = isHeaders ? Problem.headersTooLarge.error : Problem.badFraming.error
    refuse(problem, context)
  }

  /// Holds a close back while what was refused may still be on its way in.
  func close(
    context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
  ) {
    guard mode == .all, isLingering, !isFinished, heldClose == nil else {
      return context.close(mode: mode, promise: promise)
    }
    heldClose = .some(promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if isLingering, event as? ChannelEvent == .inputClosed { return finish(context) }
    context.fireUserInboundEventTriggered(event)
  }

  /// Answers with a problem, when nothing is being answered, and ends the connection.
  private func refuse(_ error: APIError, _ context: ChannelHandlerContext) {
    meter.refused(error.problem.code)
    if !isAnswering {
      let body = (try? JSON.encode(error.answer)) ?? []
      let head = HTTPResponseHead(
        version: .http1_1, status: .init(statusCode: error.problem.status.code),
        headers: [
          "Content-Type": ResponseFormat.problem, "Content-Length": String(body.count),
          "Cache-Control": "no-store", "Connection": "close",
        ])
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
    linger(context)
    // Whoever waits for more of this request learns that there is none.
    context.fireErrorCaught(HTTPParserError.unknown)
  }

  /// Nothing more is said; what comes is dropped until the client has closed, or for a short while.
  private func linger(_ context: ChannelHandlerContext) {
    isLingering = true
    context.flush()
    context.close(mode: .output, promise: nil)
    wait(APILimits.lingerMilliseconds)
    arm(context)
    context.read()
  }

  /// Reads on while lingering: a client that is still sending would not read its answer.
  func channelReadComplete(context: ChannelHandlerContext) {
    if isLingering { context.read() }
    context.fireChannelReadComplete()
  }

  private func finish(_ context: ChannelHandlerContext) {
    let held = heldClose ?? nil
    heldClose = nil
    isFinished = true
    context.close(mode: .all, promise: held)
  }

  private func waitForBody() {
    bodyDeadline = .now() + .milliseconds(settings.bodyTimeoutMilliseconds)
    waitForMoreOfBody()
  }

  /// Gives the body one more period to bring its least.
  private func waitForMoreOfBody() {
    let period = settings.bodyPeriodMilliseconds
    bodyBytesDue = bodyBytes + settings.bodyBytesPerSecondMin * Int(period) / 1_000
    deadline = min(bodyDeadline, .now() + .milliseconds(period))
  }

  private func wait(_ milliseconds: Int64?) {
    deadline = milliseconds.map { .now() + .milliseconds($0) } ?? .distantFuture
  }

  /// Looks at the deadline when it would be over, at least once in the shortest time.
  private func arm(_ context: ChannelHandlerContext) {
    timer?.cancel()
    let now = NIODeadline.now()
    let shortest =
      [
        settings.headTimeoutMilliseconds, settings.idleTimeoutMilliseconds,
        settings.bodyTimeoutMilliseconds, settings.bodyPeriodMilliseconds,
        isLingering ? APILimits.lingerMilliseconds : .max,
      ].min() ?? 1_000
    let next = min(deadline, now + .milliseconds(max(1, shortest)))
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) {
      self.tick(context)
    }
  }

  private func tick(_ context: ChannelHandlerContext) {
    guard .now() >= deadline else { return arm(context) }
    if isLingering { return finish(context) }
    let isFirst = deadline < .distantFuture && !isInBody && unanswered == 0
    if isInBody {
      if bodyBytes >= bodyBytesDue, .now() < bodyDeadline {
        waitForMoreOfBody()
        return arm(context)
      }
      refuse(Problem.requestTimeout.error, context)
    } else if isFirst {
      meter.refused("idle_timeout")
      context.close(promise: nil)
    }
  }
}

/// What makes a request's head unfit, whatever it asks (RFC 9112).
enum RequestFraming {
  static func fault(of head: HTTPRequestHead, settings: APISettings) -> APIError? {
    let headers = head.headers
    let hosts = headers["host"]
    if head.version == .http1_1, hosts.count != 1 {
      return Problem.badFraming.because("A request has exactly one Host.")
    }
    guard head.version == .http1_1 || head.version == .http1_0 else {
      return Problem.badFraming.because("This is HTTP/1.1.")
    }
    let lengths = headers["content-length"]
    if headers.contains(name: "transfer-encoding") {
      // Section 6.3: both together are how requests are smuggled.
      guard lengths.isEmpty else {
        return Problem.badFraming.because(
          "Transfer-Encoding and Content-Length exclude each other.")
      }
      guard head.version == .http1_1,
        headers[canonicalForm: "transfer-encoding"].map({ $0.lowercased() }) == ["chunked"]
      else { return Problem.badFraming.because("The only transfer encoding is chunked.") }
    }
    guard lengths.count <= 1, lengths.allSatisfy({ Decimal.parse($0) != nil }) else {
      return Problem.badFraming.because("Content-Length is one number.")
    }
    if let length = lengths.first.flatMap({ Decimal.parse($0) }),
      length > UInt64(settings.bodyBytesMax)
    {
      return Problem.bodyTooLarge.error
    }
    let expected = headers["expect"]
    guard expected.allSatisfy({ $0.lowercased() == "100-continue" }) else {
      return Problem.expectationFailed.error
    }
    guard head.uri.utf8.count <= APILimits.targetBytesMax else {
      return Problem.targetTooLong.error
    }
    guard head.uri.hasPrefix("/") else {
      return Problem.badFraming.because("The request's target must be a path.")
    }
    return nil
  }
}
