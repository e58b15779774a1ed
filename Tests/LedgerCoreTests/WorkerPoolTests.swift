import Foundation
import LedgerCore
import Synchronization
import Testing

@Suite("Worker pool")
struct WorkerPoolTests {
  @Test("every task is done exactly once", arguments: [0, 1, 2, 5])
  func everyTaskOnce(workers: Int) throws {
    let pool = try WorkerPool(workers: workers)
    for count in [0, 1, 2, 7, 64, 1000] {
      let done = Mutex([Int](repeating: 0, count: count))
      pool.run(count) { index in done.withLock { $0[index] += 1 } }
      #expect(done.withLock { $0 } == [Int](repeating: 1, count: count))
    }
  }

  @Test("callers at once all get their results")
  func manyCallers() async throws {
    let pool = try WorkerPool(workers: 2)
    let sums = await withTaskGroup(of: Int.self, returning: [Int].self) { group in
      for caller in 0..<200 {
        group.addTask {
          let sum = Mutex(0)
          pool.run(16) { index in sum.withLock { $0 += caller * 16 + index } }
          return sum.withLock { $0 }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums.sorted() == (0..<200).map { $0 * 256 + 120 })
  }

  @Test("callers beyond the queue's limit do their own work", .timeLimit(.minutes(1)))
  func fullQueue() throws {
    let pool = try WorkerPool(workers: 2)
    // The workers hold the first call until the callers for whom there is no place have helped
    // themselves: 100 but for the 64 that wait, and that call once both its tasks are taken.
    let (callers, helped) = (100, 100 - 1 - 64)
    let counts = Mutex((own: 0, returned: 0))
    let changed = NSCondition()
    for _ in 0..<callers {
      Thread {
        let caller = ObjectIdentifier(Thread.current)
        pool.run(2) { index in
          changed.lock()
          defer { changed.unlock() }
          if ObjectIdentifier(Thread.current) == caller {
            if index == 1 { counts.withLock { $0.own += 1 } }
            changed.broadcast()
          } else {
            while counts.withLock({ $0.own }) < helped { changed.wait() }
          }
        }
        changed.lock()
        counts.withLock { $0.returned += 1 }
        changed.broadcast()
        changed.unlock()
      }.start()
    }
    changed.lock()
    while counts.withLock({ $0.returned }) < callers { changed.wait() }
    changed.unlock()
    #expect(counts.withLock { $0.own } >= helped)
  }

  @Test("a task that shares out work of its own does not wait for itself")
  func nestedCalls() throws {
    let pool = try WorkerPool(workers: 2)
    let done = Mutex(0)
    pool.run(8) { _ in pool.run(8) { _ in done.withLock { $0 += 1 } } }
    #expect(done.withLock { $0 } == 64)
  }

  @Test("a count that cannot be is refused", arguments: [-1, 65, Int.max])
  func refusedCount(workers: Int) {
    #expect(throws: WorkerPoolError.unusableCount(workers)) { try WorkerPool(workers: workers) }
  }
}
