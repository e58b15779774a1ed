import HTTPTypes
import Hummingbird
import LedgerCore
import NIOCore
import NodeAnswers

/// Events of final blocks, as they happen: over HTTP as server-sent events, or over a WebSocket.
struct EventRoutes: Sendable {
  static let path = "/v1/events"

  let service: any NodeService
  let feed: EventFeed
  let subscribers: Subscribers
  let lane: DearLane
  let heartbeat: Duration

  static let parameters = [
    RouteParameter(
      "after", "The id of the last event had; absent to begin behind the last final block.",
      .text("HEIGHT.INDEX.", pattern: "^[0-9]+\\.[0-9]+$", example: "42.0"), example: "42.0"),
    RouteParameter(
      "kinds", "Which kinds, separated by commas: block, transaction; both if absent.",
      .text("Kinds.", example: "block"), example: "block"),
    RouteParameter(
      "account", "Only transactions that name this address.", .address("Address."),
      example: exampleAddress),
  ]

  var route: Route {
    Route(
      .get, Self.path, "getEvents", "Blocks and transactions as they become final",
      query: Self.parameters,
      results: [
        .bytes(
          ResponseFormat.events,
          "Server-sent events; `id` is HEIGHT.INDEX, `event` block or transaction, `data` a Block "
            + "or Transaction. A header `Last-Event-ID` goes before `after`. With "
            + "`Upgrade: websocket` the same as text frames {id, event, data}.")
      ],
      problems: [
        .badEventID, .badParameter, .badAddress, .eventsTooOld, .tooManySubscribers, .busy,
      ],
      cost: 4
    ) { call in
      if call.header(.upgrade)?.lowercased().contains("websocket") == true {
        throw Problem.badFraming.because(
          "A WebSocket begins with the first request of a connection: GET, version 13, with a key.")
      }
      let cursor = try await cursor(call.query, lastEventID: call.header(.lastEventID))
      let place = try enter(call.client)
      call.channel.closeFuture.whenComplete { _ in place.end() }
      return Answer(contentType: ResponseFormat.events) { writer in
        defer { place.end() }
        try await withTaskExecutorPreference(lane) {
          try await ServerSentEvents(cursor: cursor).write(to: &writer)
        }
      }
    }
  }

  /// A subscriber's cursor, from what it asks for.
  func cursor(_ query: [String: String], lastEventID: String?) async throws -> EventCursor {
    let filter = try EventFilter(query, isTestNetwork: service.isTestNetwork)
    let tip = try await service.block(nil)?.height ?? 0
    guard let text = lastEventID.flatMap({ $0.isEmpty ? nil : $0 }) ?? query["after"] else {
      return EventCursor(
        service: service, feed: feed, filter: filter, heartbeat: heartbeat, behind: tip)
    }
    guard let id = EventID(text), id.height <= tip + APILimits.eventHeightsAheadMax else {
      throw Problem.badEventID.because(
        "An event's id is HEIGHT.INDEX near or below height \(tip), not `\(text.prefix(40))`.")
    }
    guard id.height + APILimits.eventHeightsMax >= tip else {
      throw Problem.eventsTooOld.because(
        "Event \(id) is more than \(APILimits.eventHeightsMax) heights behind \(tip). "
          + Problem.eventsTooOld.advice)
    }
    return EventCursor(
      service: service, feed: feed, filter: filter, heartbeat: heartbeat, after: id)
  }

  func enter(_ client: ClientAddress) throws(APIError) -> Subscribers.Subscription {
    guard let place = subscribers.enter(client) else {
      throw Problem.tooManySubscribers.because(
        "\(Problem.tooManySubscribers.title). \(Problem.tooManySubscribers.advice)",
        retryAfterSeconds: 10)
    }
    return place
  }
}

extension HTTPField.Name {
  /// What an event source sends when it comes back (HTML, section 9.2).
  static var lastEventID: HTTPField.Name { HTTPField.Name(parsed: "last-event-id") }

  private init(parsed name: String) { self = HTTPField.Name(name) ?? .ifMatch }
}

/// Events as the text of an event stream (HTML, section 9.2).
struct ServerSentEvents: Sendable {
  let cursor: EventCursor

  /// Writes events for as long as the client reads them.
  @concurrent
  func write(to writer: inout any ResponseBodyWriter) async throws {
    var cursor = cursor
    var sent = cursor.place
    try await writer.write(ByteBuffer(string: "retry: 2000\n: events of final blocks\n\n"))
    while !Task.isCancelled {
      let step: EventCursor.Step
      do { step = try await cursor.next() } catch is NodeServiceError {
        // The node stops, or cannot read: the client comes back, here or at another node.
        return
      }
      switch step {
      case .events(let events):
        var buffer = ByteBuffer()
        for event in events {
          Self.write(event, to: &buffer)
          if buffer.readableBytes >= APILimits.answerChunkBytes {
            try await writer.write(buffer)
            buffer.clear()
          }
        }
        if buffer.readableBytes > 0 { try await writer.write(buffer) }
        if let last = events.last { sent = last.id }
      case .passed(let place):
        // An id without data: the client resumes from here, and sees no event.
        guard place > sent else { continue }
        try await writer.write(ByteBuffer(string: "id: \(place)\n\n"))
        sent = place
      case .quiet:
        try await writer.write(ByteBuffer(string: ": still here\n\n"))
      }
    }
  }

  static func write(_ event: EncodedEvent, to buffer: inout ByteBuffer) {
    buffer.writeString("id: \(event.id)\nevent: \(event.kind.rawValue)\ndata: ")
    buffer.writeBytes(event.json)
    buffer.writeString("\n\n")
  }
}
