import NodeAPI
import Testing

@testable import NodeRuntime

@Suite("Who waits for a block is woken by it, once and always")
struct HeightWaitersTests {
  private let waiters = HeightWaiters(waitersMax: 2)

  /// Lets other tasks run until so many wait.
  private func settle(_ count: Int) async {
    while waiters.count < count { await Task.yield() }
  }

  @Test("a height that is final already is told at once")
  func present() async throws {
    waiters.reached(5)
    #expect(try await waiters.wait(above: 4) == 5)
  }

  @Test("all who wait hear of the block, and no block is missed between two waits")
  func woken() async throws {
    async let first = waiters.wait(above: 0)
    async let second = waiters.wait(above: 0)
    await settle(2)
    waiters.reached(1)
    #expect(try await [first, second] == [1, 1])
    waiters.reached(2)
    #expect(try await waiters.wait(above: 1) == 2)
    #expect(waiters.count == 0)
  }

  @Test("who waits for a later height goes on waiting")
  func later() async throws {
    async let first = waiters.wait(above: 1)
    await settle(1)
    waiters.reached(1)
    #expect(waiters.count == 1)
    waiters.reached(2)
    #expect(try await first == 2)
  }

  @Test("a cancelled wait ends and leaves its place")
  func cancelled() async {
    let task = Task { try await waiters.wait(above: 0) }
    await settle(1)
    task.cancel()
    let result = await task.result
    #expect(throws: NodeServiceError.self) { try result.get() }
    #expect(waiters.count == 0)
    // Cancelled before it began.
    let late = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await waiters.wait(above: 0)
    }
    late.cancel()
    let end = await late.result
    #expect(throws: NodeServiceError.self) { try end.get() }
    #expect(waiters.count == 0)
  }

  @Test("too many are told to come later, and a node that stops answers everybody")
  func bounds() async {
    let tasks = (0..<2).map { _ in Task { try await waiters.wait(above: 0) } }
    await settle(2)
    await #expect(throws: NodeServiceError.self) { try await waiters.wait(above: 0) }
    waiters.close()
    for task in tasks {
      let result = await task.result
      #expect(throws: NodeServiceError.self) { try result.get() }
    }
    await #expect(throws: NodeServiceError.self) { try await waiters.wait(above: 0) }
  }
}
