import NIOCore
import NIOHTTP1
import NIOPosix

/// One kept-alive HTTP/1.1 connection; requests are answered in order.
final class HTTPConnection: Sendable {
  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  static func open(_ node: NodeAddress, on group: any EventLoopGroup) async throws -> HTTPConnection
  {
    let bootstrap = ClientBootstrap(group: group)
      .connectTimeout(.seconds(5))
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(
            ResponseCollector(host: "\(node.host):\(node.port)"))
        }
      }
    return HTTPConnection(
      channel: try await bootstrap.connect(host: node.host, port: node.port).get())
  }

  var isOpen: Bool { channel.isActive }

  func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    let promise = channel.eventLoop.makePromise(of: HTTPResponse.self)
    // A connection that has closed by now takes no request, and nobody would answer it.
    channel.writeAndFlush(PendingRequest(request: request, answer: promise))
      .whenFailure { _ in promise.fail(ClientError.connectionClosed) }
    return try await promise.futureResult.get()
  }

  func close() { channel.close(promise: nil) }
}

/// What is asked of a node.
struct HTTPRequest: Sendable {
  enum Method: Sendable {
    case get
    case post(contentType: String, body: [UInt8])
  }

  let method: Method
  let path: String
  /// How long the answer may take.
  let timeout: TimeAmount
}

/// What a node answered.
struct HTTPResponse: Sendable {
  let status: Int
  let body: [UInt8]
}

private struct PendingRequest: Sendable {
  let request: HTTPRequest
  let answer: EventLoopPromise<HTTPResponse>
}

/// Writes requests, collects bounded answers, and fails what is open when the connection ends.
private final class ResponseCollector: ChannelDuplexHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = PendingRequest
  typealias OutboundOut = HTTPClientRequestPart

  static let answerBytesMax = 64 * 1024 * 1024

  private struct Waiting {
    let answer: EventLoopPromise<HTTPResponse>
    let timeout: Scheduled<Void>
  }

  private let host: String
  private var waiting: [Waiting] = []
  private var status = 0
  private var body: [UInt8] = []

  init(host: String) { self.host = host }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let pending = unwrapOutboundIn(data)
    var headers = HTTPHeaders([("host", host), ("accept", "application/json")])
    var content: [UInt8]?
    if case .post(let contentType, let bytes) = pending.request.method {
      headers.add(name: "content-type", value: contentType)
      headers.add(name: "content-length", value: String(bytes.count))
      content = bytes
    }
    let head = HTTPRequestHead(
      version: .http1_1, method: content == nil ? .GET : .POST, uri: pending.request.path,
      headers: headers)
    let channel = context.channel
    let timeout = context.eventLoop.scheduleTask(in: pending.request.timeout) {
      // Answers come in order: with one missing, none after it can be told apart.
      channel.close(promise: nil)
    }
    waiting.append(Waiting(answer: pending.answer, timeout: timeout))
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if let content {
      context.write(
        wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: content)))),
        promise: nil)
    }
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      status = Int(head.status.code)
      body = []
    case .body(let buffer):
      guard body.count + buffer.readableBytes <= Self.answerBytesMax else {
        body = []
        return context.close(promise: nil)
      }
      body.append(contentsOf: buffer.readableBytesView)
    case .end:
      guard !waiting.isEmpty else { return context.close(promise: nil) }
      let first = waiting.removeFirst()
      first.timeout.cancel()
      first.answer.succeed(HTTPResponse(status: status, body: body))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    failAll(ClientError.connectionClosed)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    failAll(error)
    context.close(promise: nil)
  }

  private func failAll(_ error: any Error) {
    for entry in waiting {
      entry.timeout.cancel()
      entry.answer.fail(error)
    }
    waiting = []
  }
}
