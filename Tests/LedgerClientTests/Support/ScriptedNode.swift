import Foundation
import LedgerClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NodeAnswers
import Synchronization

/// A node whose answers a test writes, over real connections.
final class ScriptedNode: Sendable {
  /// What a request is answered with.
  enum Reply: Sendable {
    case answer(status: Int, contentType: String, body: [UInt8])
    /// Bytes as they are, whatever HTTP says of them; the connection is closed after them.
    case raw([UInt8])
    /// Nothing, ever.
    case silence
    /// The connection is closed without an answer.
    case hangUp
    /// A stream of events: each string is sent as it is; afterwards it stays open, or ends.
    case stream([String], ends: Bool)

    static func json(_ answer: some Encodable, status: Int = 200) -> Reply {
      let body = (try? JSONEncoder().encode(answer)).map { Array($0) } ?? []
      return .answer(
        status: status,
        contentType: status == 200 ? "application/json" : "application/problem+json",
        body: body)
    }

    /// A problem with `Retry-After`; the connection is closed after it.
    static func problem(_ status: Int, _ code: String, retryAfter: String) -> Reply {
      guard case .answer(_, let type, let body) = problem(status, code) else { return .hangUp }
      let head =
        "HTTP/1.1 \(status) Later\r\nContent-Type: \(type)\r\nRetry-After: \(retryAfter)\r\n"
        + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
      return .raw(Array(head.utf8) + body)
    }

    static func problem(_ status: Int, _ code: String) -> Reply {
      .json(ErrorAnswer(title: code, status: status, detail: "A test.", code: code), status: status)
    }
  }

  struct Request: Sendable {
    let method: HTTPMethod
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]
  }

  typealias Script = @Sendable (Request) -> Reply

  private let channel: any Channel
  private let requests: Log
  let address: NodeAddress

  private final class Log: Sendable {
    let list = Mutex<[Request]>([])
  }

  private init(channel: any Channel, requests: Log) {
    self.channel = channel
    self.requests = requests
    address = NodeAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
  }

  /// Listens on a free port, or on one that a test wants back.
  static func start(port: Int = 0, _ script: @escaping Script) async throws -> ScriptedNode {
    let log = Log()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withPipeliningAssistance: false)
          try channel.pipeline.syncOperations.addHandler(
            Responder { request in
              log.list.withLock { $0.append(request) }
              return script(request)
            })
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    return ScriptedNode(channel: channel, requests: log)
  }

  /// Runs a body with nodes that are gone afterwards.
  static func with(
    _ scripts: [Script], _ body: ([ScriptedNode]) async throws -> Void
  ) async throws {
    var nodes: [ScriptedNode] = []
    for script in scripts { nodes.append(try await start(script)) }
    do { try await body(nodes) } catch {
      for node in nodes { try? await node.stop() }
      throw error
    }
    for node in nodes { try? await node.stop() }
  }

  /// What was asked so far.
  var asked: [Request] { requests.list.withLock { $0 } }

  func count(_ prefix: String) -> Int { asked.count { $0.path.hasPrefix(prefix) } }

  func stop() async throws { try await channel.close().get() }
}

private final class Responder: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let script: @Sendable (ScriptedNode.Request) -> ScriptedNode.Reply
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(script: @escaping @Sendable (ScriptedNode.Request) -> ScriptedNode.Reply) {
    self.script = script
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): (self.head, body) = (head, [])
    case .body(let buffer): body.append(contentsOf: buffer.readableBytesView)
    case .end:
      guard let head else { return }
      let request = ScriptedNode.Request(
        method: head.method, path: head.uri, headers: head.headers, body: body)
      answer(script(request), context)
    }
  }

  private func answer(_ reply: ScriptedNode.Reply, _ context: ChannelHandlerContext) {
    switch reply {
    case .answer(let status, let contentType, let body):
      let headers = HTTPHeaders([
        ("content-type", contentType), ("content-length", "\(body.count)"),
      ])
      write(.head(head(status, headers)), context)
      write(.body(.byteBuffer(ByteBuffer(bytes: body))), context)
      write(.end(nil), context)
    case .raw(let bytes):
      let channel = context.channel
      let written = context.eventLoop.makePromise(of: Void.self)
      written.futureResult.whenComplete { _ in channel.close(promise: nil) }
      // Past the encoder.
      context.pipeline.context(handlerType: HTTPResponseEncoder.self).whenSuccess {
        $0.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: written)
      }
    case .silence: break
    case .hangUp: context.close(promise: nil)
    case .stream(let parts, let ends):
      let headers = HTTPHeaders([("content-type", "text/event-stream")])
      write(.head(head(200, headers)), context)
      for part in parts { write(.body(.byteBuffer(ByteBuffer(string: part))), context) }
      if ends { write(.end(nil), context) }
    }
    context.flush()
  }

  private func head(_ status: Int, _ headers: HTTPHeaders) -> HTTPResponseHead {
    HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
  }

  private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(part), promise: nil)
  }
}
