import Foundation
import LedgerCore
import NIOHTTP1
import NodeAnswers
import Synchronization
import Testing

@testable import LedgerClient

@Suite("Watching")
struct EventsTests {
  private static func event(_ height: UInt64) -> String {
    let block = try? JSONEncoder().encode(TestAnswers.block(height: height))
    return
      "id: \(height).0\nevent: block\ndata: \(String(decoding: block ?? Data(), as: UTF8.self))\n\n"
  }

  /// Streams these heights as far as they lie after the place asked for, then ends or hangs on.
  private func node(
    height: UInt64, heights: ClosedRange<UInt64>, before: String = "", ends: Bool = true
  ) -> ScriptedNode.Script {
    { request in
      guard request.path.hasPrefix("/v1/events") else {
        return .json(TestAnswers.status(height: height))
      }
      // Again from the first: a client gives each event once all the same.
      return .stream([before] + heights.map(Self.event) + [": still here\n\n"], ends: ends)
    }
  }

  private func heights(_ events: Events, _ count: Int) async throws -> [UInt64] {
    var heights: [UInt64] = []
    for try await event in events {
      heights.append(event.id.height)
      if heights.count == count { break }
    }
    return heights
  }

  @Test("where one node ends, another goes on after the last event; none comes twice")
  func resume() async throws {
    // The second has something only for the one who has seen 12.
    let second = node(height: 8, heights: 11...14)
    let scripts: [ScriptedNode.Script] = [
      node(height: 9, heights: 10...12),
      { request in
        request.headers.first(name: "last-event-id") == "9.\(UInt32.max)"
          ? .problem(503, "unavailable") : second(request)
      },
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await Ledger.connect(to: nodes.map(\.address))
      #expect(try await heights(ledger.events(after: .end(of: 9)), 5) == [10, 11, 12, 13, 14])
      let asked = nodes.flatMap(\.asked).filter { $0.path.hasPrefix("/v1/events") }
      let starts = asked.map { $0.headers.first(name: "last-event-id") }
      #expect(starts.contains("9.\(UInt32.max)"))
      #expect(starts.contains("12.0"))
      #expect(asked.contains { $0.path == "/v1/events?after=12.0" })
      await ledger.close()
    }
  }

  @Test("a stream that does not hold to the protocol is left for another")
  func malformed() async throws {
    let scripts = [
      node(height: 9, heights: 10...12, before: "id: 5.0\nevent: block\ndata: {}\n\n", ends: false),
      node(height: 8, heights: 10...11, ends: false),
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await Ledger.connect(to: nodes.map(\.address))
      #expect(try await heights(ledger.events(after: .end(of: 9)), 2) == [10, 11])
      await ledger.close()
    }
  }

  @Test("a request no node will take ends the watching with its reason")
  func refused() async throws {
    let script: ScriptedNode.Script = { request in
      request.path == "/v1/status"
        ? .json(TestAnswers.status(height: 1)) : .problem(400, "bad_address")
    }
    try await ScriptedNode.with([script]) { nodes in
      let ledger = try await Ledger.connect(to: nodes.map(\.address))
      await #expect(
        throws: ClientError.refused(status: 400, code: "bad_address", sentence: "A test.")
      ) { try await heights(ledger.events(), 1) }
      await ledger.close()
    }
  }

  @Test("watching ends when its task is cancelled, though nothing happens")
  func cancelled() async throws {
    try await ScriptedNode.with([node(height: 9, heights: 10...10, ends: false)]) { nodes in
      let ledger = try await Ledger.connect(to: nodes.map(\.address))
      let (seen, saw) = AsyncStream<UInt64>.makeStream()
      let task = Task {
        for try await event in ledger.events() { saw.yield(event.id.height) }
      }
      for await height in seen {
        #expect(height == 10)
        break
      }
      task.cancel()
      await #expect(throws: ClientError.cancelled) { try await task.value }
      await ledger.close()
    }
  }
}
