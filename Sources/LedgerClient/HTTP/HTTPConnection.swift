import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// One kept-alive HTTP/1.1 connection: one request at a time.
final class HTTPConnection: Sendable {
  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  /// What nobody holds any more, of a client that was dropped, stays open nowhere.
  deinit { channel.close(promise: nil) }

  static func open(
    _ node: NodeAddress, on group: any EventLoopGroup, timeoutMilliseconds: Int64
  ) async throws(ClientError) -> HTTPConnection {
    let bootstrap = Self.bootstrap(group, timeoutMilliseconds: timeoutMilliseconds)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(AnswerCollector(host: "\(node)"))
        }
      }
    do {
      return HTTPConnection(
        channel: try await bootstrap.connect(host: node.host, port: node.port).get())
    } catch {
      throw .unreachable(node, reason: Self.reason(error))
    }
  }

  static func bootstrap(
    _ group: any EventLoopGroup, timeoutMilliseconds: Int64
  ) -> ClientBootstrap {
    ClientBootstrap(group: group)
      .connectTimeout(
        .milliseconds(max(1, min(timeoutMilliseconds, ClientLimits.connectTimeoutMilliseconds)))
      )
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
  }

  /// Why a connection could not be made, in few words.
  static func reason(_ error: any Error) -> String {
    if let error = error as? NIOConnectionError {
      if let first = error.connectionErrors.first { return reason(first.error) }
      return "the name \(error.host) has no address"
    }
    if let error = error as? IOError { return unsafe String(cString: strerror(error.errnoCode)) }
    if case .connectTimeout(let amount)? = error as? ChannelError {
      return "no connection within \(amount.nanoseconds / 1_000_000) ms"
    }
    return "\(error)"
  }

  var isOpen: Bool { channel.isActive }

  /// Sends a request and waits for its whole answer. The connection is closed when the time is over
  /// or the task is cancelled: what comes later could be taken for another request's answer.
  func send(_ request: HTTPRequest, timeoutMilliseconds: Int64) async throws(ClientError)
    -> HTTPResponse
  {
    let promise = channel.eventLoop.makePromise(of: HTTPResponse.self)
    let pending = PendingRequest(
      request: request, timeoutMilliseconds: max(1, timeoutMilliseconds), answer: promise)
    do {
      return try await withTaskCancellationHandler {
        // A connection that has closed by now takes no request, and nobody would answer it.
        channel.writeAndFlush(pending)
          .whenFailure { _ in promise.fail(ClientError.connectionClosed) }
        return try await promise.futureResult.get()
      } onCancel: {
        channel.close(promise: nil)
      }
    } catch {
      if Task.isCancelled { throw .cancelled }
      throw error as? ClientError ?? .connectionClosed
    }
  }

  func close() { channel.close(promise: nil) }
}

private struct PendingRequest: Sendable {
  let request: HTTPRequest
  let timeoutMilliseconds: Int64
  let answer: EventLoopPromise<HTTPResponse>
}

/// Writes a request, collects its bounded answer, and fails it when the connection ends first.
private final class AnswerCollector: ChannelDuplexHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = PendingRequest
  typealias OutboundOut = HTTPClientRequestPart

  private struct Waiting {
    let answer: EventLoopPromise<HTTPResponse>
    let bytesMax: Int
    let timeout: Scheduled<Void>
    var head: HTTPResponseHead?
    var body: [UInt8] = []
  }

  private let host: String
  private var waiting: Waiting?

  init(host: String) { self.host = host }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let pending = unwrapOutboundIn(data)
    guard waiting == nil else {
      promise?.fail(ClientError.connectionClosed)
      return
    }
    let collector = NIOLoopBound(self, eventLoop: context.eventLoop)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    let milliseconds = pending.timeoutMilliseconds
    let timeout = context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
      collector.value.fail(.timedOut(milliseconds: milliseconds), bound.value)
    }
    waiting = Waiting(
      answer: pending.answer, bytesMax: pending.request.answerBytesMax, timeout: timeout)
    context.write(wrapOutboundOut(.head(pending.request.head(host: host))), promise: nil)
    if case .post(_, let body) = pending.request.method {
      context.write(
        wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: body)))),
        promise: nil)
    }
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // An answer nobody has asked for: this connection cannot be relied on.
    guard waiting != nil else { return context.close(promise: nil) }
    switch unwrapInboundIn(data) {
    case .head(let head):
      waiting?.head = head
      let length = head.headers.first(name: "content-length").flatMap(Int.init) ?? 0
      if length > waiting?.bytesMax ?? 0 { failTooLong(context) }
    case .body(let buffer):
      guard let limit = waiting?.bytesMax, let count = waiting?.body.count,
        buffer.readableBytes <= limit - count
      else { return failTooLong(context) }
      waiting?.body.append(contentsOf: buffer.readableBytesView)
    case .end:
      guard let done = waiting, let head = done.head else {
        return context.close(promise: nil)
      }
      waiting = nil
      done.timeout.cancel()
      done.answer.succeed(
        HTTPResponse(head, body: done.body, keepsAlive: head.isKeepAlive))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(.connectionClosed, context)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(
      error is HTTPParserError ? .malformedAnswer("it is no HTTP: \(error)") : .connectionClosed,
      context)
  }

  private func failTooLong(_ context: ChannelHandlerContext) {
    fail(.malformedAnswer("it is longer than \(waiting?.bytesMax ?? 0) bytes"), context)
  }

  private func fail(_ error: ClientError, _ context: ChannelHandlerContext) {
    if let waiting {
      self.waiting = nil
      waiting.timeout.cancel()
      waiting.answer.fail(error)
    }
    context.close(promise: nil)
  }
}
