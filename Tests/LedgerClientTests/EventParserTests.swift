import Testing

@testable import LedgerClient

@Suite("Reading a stream of events")
struct EventParserTests {
  private func events(_ text: String, chunk: Int = .max) throws -> [EventParser.Event] {
    var parser = EventParser()
    var events: [EventParser.Event] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let part = rest.prefix(chunk)
      rest = rest.dropFirst(part.count)
      try parser.feed(part, into: &events)
    }
    return events
  }

  @Test("fields, comments and line ends of all three kinds are read, however the bytes are cut")
  func cuts() throws {
    let text =
      "\u{FEFF}: hello\nid: 7.0\nevent: block\ndata: {\"a\":\ndata:1}\n\n"
      + "id:7.1\r\nevent:transaction\r\ndata\r\n\r\n:\n\nretry: 5\nunknown: x\ndata: b\r\r"
    let expected = [
      EventParser.Event(id: "7.0", kind: "block", data: Array("{\"a\":\n1}".utf8)),
      EventParser.Event(id: "7.1", kind: "transaction", data: []),
      EventParser.Event(id: "7.1", kind: "message", data: Array("b".utf8)),
    ]
    for chunk in 1...text.utf8.count { #expect(try events(text, chunk: chunk) == expected) }
  }

  @Test("an id without data moves the place to go on from, and is no event")
  func idAlone() throws {
    var parser = EventParser()
    var events: [EventParser.Event] = []
    try parser.feed("id: 9.4\n\nid: 10.\0\n\n".utf8, into: &events)
    #expect(events.isEmpty)
    #expect(parser.lastID == "9.4")
  }

  @Test("an event longer than the bound is refused before it is held, in one line or in many")
  func bounds() throws {
    for text in [
      "data: " + String(repeating: "a", count: 200), String(repeating: "data: aaaa\n", count: 40),
    ] {
      var parser = EventParser(eventBytesMax: 100)
      var events: [EventParser.Event] = []
      #expect(throws: ClientError.malformedAnswer("an event is longer than 100 bytes")) {
        try parser.feed(text.utf8, into: &events)
      }
    }
  }

  @Test("an event's id is a height and an index, written in one way")
  func ids() {
    #expect(EventID("12.3") == EventID(height: 12, index: 3))
    for text in [
      "", "12", "12.", ".3", "012.3", "12.03", "12.3.4", "-1.2", "+1.2", "1.4294967296", "1. 2",
    ] {
      #expect(EventID(text) == nil, "\(text)")
    }
    #expect(EventID(height: 1, index: 9) < EventID(height: 2))
    #expect(EventID.end(of: 1) < EventID(height: 2))
    let filter = EventFilter(kinds: [.transaction, .block], account: "eco2 1/&")
    #expect(
      filter.path(after: EventID(height: 3, index: 1))
        == "/v1/events?after=3.1&kinds=block,transaction&account=eco2%201%2F%26")
  }
}
