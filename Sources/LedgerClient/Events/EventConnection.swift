import NIOCore
import NIOHTTP1
import NIOPosix
import NodeAnswers

/// One answer that does not end, read only as fast as its bytes are taken: what the reader does not
/// take stays with the node.
final class EventConnection: Sendable {
  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  deinit { channel.close(promise: nil) }

  /// Opens a connection, asks, and waits for the answer's head.
  static func open(
    _ node: NodeAddress, path: String, lastID: EventID?, on group: any EventLoopGroup
  ) async throws(ClientError) -> EventConnection {
    let bootstrap = HTTPConnection.bootstrap(
      group, timeoutMilliseconds: ClientLimits.connectTimeoutMilliseconds
    )
    .channelOption(.autoRead, value: false)
    .channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHTTPClientHandlers()
        try channel.pipeline.syncOperations.addHandler(StreamReader())
      }
    }
    let connection: EventConnection
    do {
      connection = EventConnection(
        channel: try await bootstrap.connect(host: node.host, port: node.port).get())
    } catch {
      throw .unreachable(node, reason: HTTPConnection.reason(error))
    }
    var head = HTTPRequest(method: .get, path: path, accept: ResponseFormat.events).head(
      host: "\(node)")
    if let lastID { head.headers.add(name: "last-event-id", value: "\(lastID)") }
    let opened = connection.channel.eventLoop.makePromise(of: Void.self)
    try await connection.ask(.open(head, opened), opened)
    return connection
  }

  /// The next bytes; nil when the node ends the stream.
  func next() async throws(ClientError) -> [UInt8]? {
    let promise = channel.eventLoop.makePromise(of: [UInt8]?.self)
    return try await ask(.pull(promise), promise)
  }

  private func ask<Answer: Sendable>(
    _ command: StreamReader.Command, _ promise: EventLoopPromise<Answer>
  ) async throws(ClientError) -> Answer {
    do {
      return try await withTaskCancellationHandler {
        channel.write(command).whenFailure { _ in promise.fail(ClientError.connectionClosed) }
        return try await promise.futureResult.get()
      } onCancel: {
        channel.close(promise: nil)
      }
    } catch {
      if Task.isCancelled { throw .cancelled }
      throw error as? ClientError ?? .connectionClosed
    }
  }
}

/// Asks for bytes when its reader does.
private final class StreamReader: ChannelDuplexHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = Command
  typealias OutboundOut = HTTPClientRequestPart

  enum Command: Sendable {
    case open(HTTPRequestHead, EventLoopPromise<Void>)
    case pull(EventLoopPromise<[UInt8]?>)
  }

  private enum Phase {
    case unasked
    case opening(EventLoopPromise<Void>)
    /// Told why not: collects the reason.
    case refused(EventLoopPromise<Void>, HTTPResponseHead, body: [UInt8])
    case open
    case ended
  }

  private var phase = Phase.unasked
  /// Bytes that came with others and were not taken yet: what one read of the socket gives at most.
  private var bytes: [UInt8] = []
  private var pull: EventLoopPromise<[UInt8]?>?
  private var silence: Scheduled<Void>?

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    promise?.succeed(())
    switch unwrapOutboundIn(data) {
    case .open(let head, let opened):
      phase = .opening(opened)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      watch(context, milliseconds: ClientLimits.readTimeoutMilliseconds)
      context.read()
    case .pull(let promise):
      guard pull == nil else { return promise.fail(ClientError.connectionClosed) }
      pull = promise
      if deliver() { return }
      if case .ended = phase { return finish(nil) }
      watch(context, milliseconds: ClientLimits.streamSilenceMilliseconds)
      context.read()
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), phase) {
    case (.head(let head), .opening(let opened)):
      guard head.status == .ok, HTTPResponse.contentType(head) == ResponseFormat.events
      else {
        phase = .refused(opened, head, body: [])
        return
      }
      phase = .open
      silence?.cancel()
      opened.succeed(())
    case (.body(let buffer), .open):
      bytes.append(contentsOf: buffer.readableBytesView)
    case (.body(let buffer), .refused(let opened, let head, var body)):
      guard body.count + buffer.readableBytes <= ClientLimits.answerBytesMax else {
        return fail(.malformedAnswer("its reason is too long"), context)
      }
      body.append(contentsOf: buffer.readableBytesView)
      phase = .refused(opened, head, body: body)
    case (.end, .refused(_, let head, let body)):
      let response = HTTPResponse(head, body: body, keepsAlive: false)
      do throws(ClientError) {
        try response.check(ResponseFormat.events)
        fail(.connectionClosed, context)
      } catch {
        fail(error, context)
      }
    case (.end, .open):
      phase = .ended
      if !deliver() { finish(nil) }
      context.close(promise: nil)
    default: fail(.malformedAnswer("it is no stream of events"), context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // Without bytes for the one who waits there is more to read.
    switch phase {
    case .opening, .refused: context.read()
    case .open: if !deliver(), pull != nil { context.read() }
    case .unasked, .ended: break
    }
    context.fireChannelReadComplete()
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

  private func watch(_ context: ChannelHandlerContext, milliseconds: Int64) {
    silence?.cancel()
    let reader = NIOLoopBound(self, eventLoop: context.eventLoop)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    silence = context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) {
      reader.value.fail(.timedOut(milliseconds: milliseconds), bound.value)
    }
  }

  /// Whether there were bytes for a reader who waits.
  private func deliver() -> Bool {
    guard let pull, !bytes.isEmpty else { return false }
    self.pull = nil
    silence?.cancel()
    let taken = bytes
    bytes = []
    pull.succeed(taken)
    return true
  }

  private func finish(_ error: ClientError?) {
    silence?.cancel()
    let waiting = pull
    pull = nil
    if let error { waiting?.fail(error) } else { waiting?.succeed(nil) }
  }

  private func fail(_ error: ClientError, _ context: ChannelHandlerContext) {
    switch phase {
    case .opening(let opened), .refused(let opened, _, _): opened.fail(error)
    case .unasked, .open, .ended: break
    }
    phase = .ended
    finish(error)
    context.close(promise: nil)
  }
}
