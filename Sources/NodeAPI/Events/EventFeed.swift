import LedgerCore
import NodeAnswers

/// Events of final blocks by pages, each read and encoded once for all who are there at the same
/// time; the latest pages are kept, to a bound in bytes.
actor EventFeed {
  /// Events of one block from one of its transactions on.
  struct Page: Sendable {
    let events: [EncodedEvent]
    /// Where the block goes on; nil when this is its end.
    let next: Int?
  }

  private struct Key: Hashable {
    let height: UInt64
    let index: Int
  }

  private let service: any NodeService
  private var kept: [(key: Key, page: Page, bytes: Int)] = []
  private var bytesKept = 0
  private var reading: [Key: Task<Page?, any Error>] = [:]

  init(service: any NodeService) { self.service = service }

  /// Events of a block from transaction `index` on, the block's own event before the first; nil
  /// when the block is not here.
  ///
  /// - Parameter isLatest: whether it is of the last final block: read for all who are up to date,
  ///   who do not wait for those who are behind.
  func page(_ height: UInt64, from index: Int, isLatest: Bool) async throws -> Page? {
    let key = Key(height: height, index: index)
    if let found = kept.first(where: { $0.key == key }) { return found.page }
    if let task = reading[key] { return try await task.value }
    guard isLatest || reading.count < APILimits.eventReadsMax else { throw NodeServiceError.busy }
    let service = service
    let task = Task { () throws -> Page? in try await Self.read(service, height, from: index) }
    reading[key] = task
    defer { reading[key] = nil }
    let page = try await task.value
    if let page { keep(page, key) }
    return page
  }

  private static func read(
    _ service: any NodeService, _ height: UInt64, from index: Int
  ) async throws -> Page? {
    var events: [EncodedEvent] = []
    if index == 0 {
      guard let block = try await service.block(height) else { return nil }
      events.append(try EncodedEvent(block))
    }
    let limit = APILimits.eventPageTransactions
    guard let found = try await service.transactions(of: height, from: index, limit: limit + 1)
    else { return nil }
    for (place, transaction) in found.prefix(limit).enumerated() {
      events.append(EncodedEvent(transaction, height: height, index: index + place))
    }
    return Page(events: events, next: found.count > limit ? index + limit : nil)
  }

  /// How many pages are kept.
  var pagesKept: Int { kept.count }

  private func keep(_ page: Page, _ key: Key) {
    let bytes = page.events.reduce(0) { $0 + $1.json.count + 256 }
    // A page behind a block's end has no events, and so no weight: whoever asks for one after the
    // other would have all of them kept.
    guard !page.events.isEmpty, bytes <= APILimits.eventsKeptBytesMax else { return }
    kept.append((key, page, bytes))
    bytesKept += bytes
    while bytesKept > APILimits.eventsKeptBytesMax { bytesKept -= kept.removeFirst().bytes }
  }
}

/// One subscriber's place in the events: it pulls, so one that reads slowly holds one page.
struct EventCursor: Sendable {
  /// What there is to send.
  enum Step: Sendable {
    case events([EncodedEvent])
    /// Nothing of what is wanted, up to this place.
    case passed(EventID)
    /// Nothing has happened for a heartbeat's time.
    case quiet
  }

  let service: any NodeService
  let feed: EventFeed
  let filter: EventFilter
  let heartbeat: Duration
  /// The last event the subscriber has, or does not want.
  private(set) var place: EventID
  /// The page to read next.
  private var height: UInt64
  private var index: Int
  private var tip: UInt64 = 0

  /// Starts behind an event.
  init(
    service: any NodeService, feed: EventFeed, filter: EventFilter, heartbeat: Duration,
    after place: EventID
  ) {
    self.service = service
    self.feed = feed
    self.filter = filter
    self.heartbeat = heartbeat
    self.place = place
    height = place.height
    // Pages begin at multiples of their length, so that subscribers share them.
    let size = APILimits.eventPageTransactions
    index = place.index == .max ? 0 : place.index / size * size
  }

  /// Starts behind the last final block.
  init(
    service: any NodeService, feed: EventFeed, filter: EventFilter, heartbeat: Duration,
    behind height: UInt64
  ) {
    self.init(
      service: service, feed: feed, filter: filter, heartbeat: heartbeat,
      after: EventID(height: height, index: .max))
    self.height = height + 1
  }

  /// What comes next; waits for it, for a heartbeat's time at most.
  mutating func next() async throws -> Step {
    if height == 0 {
      // Genesis has no events, whatever place in it was named.
      height = 1
      index = 0
    }
    while tip < height {
      guard let reached = try await waitForFinal(above: height - 1) else { return .quiet }
      tip = reached
    }
    guard let page = try await page() else { throw NodeServiceError.unavailable }
    let wanted = page.events.filter { $0.id > place && filter.takes($0) }
    if let last = page.events.last?.id, last > place { place = last }
    if let next = page.next {
      index = next
    } else {
      height += 1
      index = 0
    }
    return wanted.isEmpty ? .passed(place) : .events(wanted)
  }

  /// Reads the page; waits a little where others read as much as is allowed.
  private func page() async throws -> EventFeed.Page? {
    for attempt in 1... {

      do {
        return try await feed.page(height, from: index, isLatest: height >= tip)
      } catch NodeServiceError.busy {
        guard attempt < 40 else { throw NodeServiceError.busy }
        try await Task.sleep(for: .milliseconds(250))
      }
    }
    return nil
  }

  private func waitForFinal(above height: UInt64) async throws -> UInt64? {
    let (service, heartbeat) = (service, heartbeat)
    return try await withThrowingTaskGroup(of: UInt64?.self) { group in
      group.addTask { try await service.finalHeight(above: height) }
      group.addTask {
        try await Task.sleep(for: heartbeat)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
  }
}
