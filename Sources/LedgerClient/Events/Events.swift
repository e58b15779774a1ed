public import LedgerCore
import NodeAnswers
import StrictJSON
import Synchronization

/// What becomes final, as it does; see `Ledger.events`.
public struct Events: AsyncSequence, Sendable {
  public typealias Element = LedgerEvent
  public typealias Failure = ClientError

  fileprivate let ledger: Ledger
  fileprivate let filter: EventFilter
  fileprivate let after: EventID?
  fileprivate let patience: Duration

  public func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// Reads one stream after another: where a node ends, the next goes on.
  public struct Iterator: AsyncIteratorProtocol {
    private let events: Events
    /// The last event given, or the place to begin after.
    private var last: EventID?
    /// The place to go on from, which may be further: a stream that shows few events says now and
    /// then how far it is.
    private var resume: EventID?
    private var stream: (connection: EventConnection, index: Int)?
    private var parser = EventParser()
    private var ready: ArraySlice<LedgerEvent> = []
    /// Nodes whose stream could not be understood: asked after the others.
    private var avoided: Set<Int> = []
    /// Since when no stream was of use.
    private var failingSince: Int64?
    /// Streams opened since the last event: where they end at once, the next one waits.
    private var fruitlessStreams = 0
    /// The node whose stream came to its end last: asked after the others.
    private var left: Int?

    fileprivate init(_ events: Events) {
      self.events = events
      last = events.after
      resume = events.after
    }

    public mutating func next() async throws(ClientError) -> LedgerEvent? {
      while true {
        guard !Task.isCancelled else { throw .cancelled }
        if let event = ready.popFirst() {
          last = event.id
          return event
        }
        if let stream {
          try await read(stream.connection, index: stream.index)
        } else {
          try await open()
        }
      }
    }

    /// Reads what a stream has; closes one that ends or does not hold to the protocol.
    private mutating func read(_ connection: EventConnection, index: Int)
      async throws(ClientError)
    {
      do throws(ClientError) {
        guard let bytes = try await connection.next() else {
          stream = nil
          left = index
          return
        }
        var raw: [EventParser.Event] = []
        try parser.feed(bytes, into: &raw)
        for event in raw {
          guard let event = try Self.decode(event), event.id > resume ?? event.id.before else {
            continue
          }
          ready.append(event)
          resume = event.id
          failingSince = nil
          fruitlessStreams = 0
        }
        if let id = EventID(parser.lastID), id > resume ?? id { resume = id }
      } catch {
        stream = nil
        left = index
        if error == .cancelled { throw error }
        let ledger = events.ledger
        ledger.standings.withLock { $0.failed(index, now: ledger.now) }
        // Silence is no fault where nothing happens; what cannot be understood is one.
        guard case .malformedAnswer = error else { return }
        avoided.insert(index)
        try note([NodeFailure(ledger.nodes[index].node, error)])
        try await ledger.pause(ClientLimits.backoffMillisecondsMin)
      }
    }

    /// Opens a stream at the first node that gives one, in rounds until patience is at an end.
    private mutating func open() async throws(ClientError) {
      let ledger = events.ledger
      var pauseMilliseconds = ClientLimits.backoffMillisecondsMin
      if fruitlessStreams > 0 {
        try await ledger.pause(
          Swift.min(pauseMilliseconds << Int64(Swift.min(fruitlessStreams - 1, 5)), 5_000))
      }
      while true {
        if resume == nil { resume = .end(of: try await ledger.status().height) }
        guard let resume else { continue }
        let path = events.filter.path(after: resume)
        var failures: [NodeFailure] = []
        for index in order() {
          let attempt = await ledger.attempt(index) { node throws(ClientError) in
            try await node.openStream(path, lastID: resume)
          }
          switch attempt {
          case .answer(let opened):
            stream = (opened, index)
            parser = EventParser()
            fruitlessStreams += 1
            return
          case .elsewhere(let error):
            if case .refused(let status, _, _, _) = error, status < 500 { throw error }
            if error == .cancelled { throw error }
            failures.append(NodeFailure(ledger.nodes[index].node, error))
          case .failed(let error):
            failures.append(NodeFailure(ledger.nodes[index].node, error))
          }
        }
        try note(failures)
        try await ledger.pause(pauseMilliseconds)
        pauseMilliseconds = Swift.min(2 * pauseMilliseconds, 5_000)
      }
    }

    /// Nodes in the order to ask them: last the one left last, and those not understood.
    private func order() -> [Int] {
      let order = events.ledger.order()
      let others = order.filter { !avoided.contains($0) }
      return others.filter { $0 != left } + others.filter { $0 == left }
        + order.filter(avoided.contains)
    }

    /// Notes that no stream was of use; throws when that has been so for too long.
    private mutating func note(_ failures: [NodeFailure]) throws(ClientError) {
      let since = failingSince ?? events.ledger.now
      failingSince = since
      guard events.ledger.now - since < events.patience.wholeMilliseconds else {
        throw .noNode(failures)
      }
    }

    /// Nil for an event of a kind this release does not know.
    private static func decode(_ event: EventParser.Event) throws(ClientError) -> LedgerEvent? {
      guard let kind = EventFilter.Kind(rawValue: event.kind) else { return nil }
      guard let id = EventID(event.id) else { throw .malformedAnswer("an event has no id") }
      do throws(JSONError) {
        let data = try JSONValue(event.data)
        let content: LedgerEvent.Content =
          switch kind {
          case .block: .block(try data.decode())
          case .transaction: .transaction(try data.decode())
          }
        return LedgerEvent(id: id, content: content)
      } catch {
        throw .malformedAnswer("the data of event \(id) cannot be used: \(error)")
      }
    }
  }
}

extension EventID {
  /// A place before this event.
  fileprivate var before: EventID {
    index > 0
      ? EventID(height: height, index: index - 1) : .end(of: height == 0 ? 0 : height - 1)
  }
}

extension Ledger {
  /// Final blocks and transactions as they become final, each once and in order, without end.
  ///
  /// When a node fails, another goes on where it stopped. Events are read as fast as they are
  /// taken: a slow reader falls behind, and loses nothing. Ends with an error when no node has
  /// given a stream for `patience`, or with `cancelled`.
  ///
  /// - Parameters:
  ///   - after: the last event seen, to go on from; nil begins after the newest final block.
  public func events(
    _ filter: EventFilter = EventFilter(), after: EventID? = nil,
    patience: Duration = .seconds(120)
  ) -> Events {
    Events(ledger: self, filter: filter, after: after, patience: patience)
  }

  /// Events of one account: those of transactions it sent, paid for, or is named in.
  public func events(of account: AccountID, after: EventID? = nil) -> Events {
    events(EventFilter(kinds: [.transaction], account: address(account)), after: after)
  }
}
