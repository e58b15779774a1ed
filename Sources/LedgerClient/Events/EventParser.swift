/// Reads `text/event-stream` (WHATWG HTML §9.2.6) from bytes as they come, in bounded memory.
struct EventParser {
  /// One event that has data.
  struct Event: Equatable {
    /// The last id of the stream, that of this event included.
    var id: String
    /// `message` where the stream names none.
    var kind: String
    var data: [UInt8]
  }

  private let eventBytesMax: Int
  private var line: [UInt8] = []
  /// A carriage return ended the last line: a line feed after it belongs to it.
  private var isAfterReturn = false
  private var isFirstLine = true
  /// The last id of the stream, of events without data too.
  private(set) var lastID = ""
  private var kind = ""
  private var data: [UInt8] = []
  private var hasData = false

  init(eventBytesMax: Int = ClientLimits.eventBytesMax) { self.eventBytesMax = eventBytesMax }

  /// Takes the next bytes and appends the events they complete.
  mutating func feed(_ bytes: some Sequence<UInt8>, into events: inout [Event])
    throws(ClientError)
  {
    for byte in bytes {
      if byte == UInt8(ascii: "\n"), isAfterReturn {
        isAfterReturn = false
        continue
      }
      isAfterReturn = byte == UInt8(ascii: "\r")
      if byte == UInt8(ascii: "\n") || isAfterReturn {
        endLine(into: &events)
        continue
      }
      guard line.count + data.count < eventBytesMax else {
        throw .malformedAnswer("an event is longer than \(eventBytesMax) bytes")
      }
      line.append(byte)
    }
  }

  private mutating func endLine(into events: inout [Event]) {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    guard !line.isEmpty else { return endEvent(into: &events) }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    // A line that starts with a colon is a comment: it keeps the connection alive.
    guard colon > 0 else { return }
    var value = line[colon...].dropFirst()
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "id": if !value.contains(0) { lastID = String(decoding: value, as: UTF8.self) }
    case "event": kind = String(decoding: value, as: UTF8.self)
    case "data":
      if hasData { data.append(UInt8(ascii: "\n")) }
      data.append(contentsOf: value)
      hasData = true
    default: break
    }
  }

  private mutating func endEvent(into events: inout [Event]) {
    if hasData {
      events.append(Event(id: lastID, kind: kind.isEmpty ? "message" : kind, data: data))
    }
    kind = ""
    data = []
    hasData = false
  }
}
