import NIOCore
import NIOWebSocket

/// Events over a WebSocket (RFC 6455): text frames `{"data":…,"event":…,"id":…}`. The client sends
/// nothing but pings, pongs and its close.
struct WebSocketEvents: Sendable {
  typealias Frames = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

  let cursor: EventCursor
  let place: Subscribers.Subscription
  let heartbeat: Duration
  let lane: DearLane

  /// Runs until one side closes.
  func run(_ frames: Frames) async {
    await withTaskExecutorPreference(lane) { await exchange(frames) }
  }

  private func exchange(_ frames: Frames) async {
    defer { place.end() }
    let (cursor, heartbeat) = (cursor, heartbeat)
    try? await frames.executeThenClose { inbound, outbound in
      let code = await withTaskGroup(of: WebSocketErrorCode?.self) { group in
        group.addTask { await Self.read(inbound, outbound, heartbeat) }
        group.addTask { await Self.write(cursor, outbound) }
        let code = await group.next() ?? nil
        group.cancelAll()
        return code
      }
      guard let code else { return }
      var data = frames.channel.allocator.buffer(capacity: 2)
      data.write(webSocketErrorCode: code)
      try await outbound.write(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    }
  }

  /// Answers pings; gives the code to close with, or nil when the connection has ended.
  private static func read(
    _ inbound: NIOAsyncChannelInboundStream<WebSocketFrame>,
    _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>, _ heartbeat: Duration
  ) async -> WebSocketErrorCode? {
    var counted = (since: ContinuousClock.now, frames: 0)
    do {
      for try await frame in inbound {
        if .now - counted.since > heartbeat { counted = (.now, 0) }
        counted.frames += 1
        guard counted.frames <= APILimits.framesMax else { return .policyViolation }
        // RFC 6455, section 5.1: a client masks what it sends.
        guard frame.maskKey != nil else { return .protocolError }
        switch frame.opcode {
        case .ping:
          guard frame.fin, frame.length <= 125 else { return .protocolError }
          try await outbound.write(
            WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
        case .pong: continue
        case .connectionClose: return .normalClosure
        default: return .unacceptableData
        }
      }
      return nil
    } catch {
      return nil
    }
  }

  private static func write(
    _ cursor: EventCursor, _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
  ) async -> WebSocketErrorCode? {
    var cursor = cursor
    var sent = cursor.place
    do {
      while true {
        switch try await cursor.next() {
        case .events(let events):
          for event in events {
            try await outbound.write(Self.frame(event))
            sent = event.id
          }
        case .passed(let place):
          guard place > sent else { continue }
          sent = place
          let text = "{\"event\":\"position\",\"id\":\"\(place)\"}"
          try await outbound.write(
            WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)))
        case .quiet:
          try await outbound.write(
            WebSocketFrame(fin: true, opcode: .ping, data: ByteBuffer()))
        }
      }
    } catch is NodeServiceError {
      return .goingAway
    } catch {
      return nil
    }
  }

  static func frame(_ event: EncodedEvent) -> WebSocketFrame {
    var buffer = ByteBuffer()
    buffer.reserveCapacity(event.json.count + 64)
    buffer.writeString("{\"data\":")
    buffer.writeBytes(event.json)
    buffer.writeString(",\"event\":\"\(event.kind.rawValue)\",\"id\":\"\(event.id)\"}")
    return WebSocketFrame(fin: true, opcode: .text, data: buffer)
  }
}
