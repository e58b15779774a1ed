import CLedgerCore

/// Why a pool of workers cannot be made.
public enum WorkerPoolError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The count is not in 0 ... `WorkerPool.workersMax`.
  case unusableCount(Int)
  /// The system gives no memory or no thread.
  case noThreads(Int)

  public var description: String {
    switch self {
    case .unusableCount(let count):
      "there cannot be \(count) workers: 0 to \(WorkerPool.workersMax) can be asked for"
    case .noThreads(let count):
      "the system gives no \(count) threads; raise the limit of tasks or ask for fewer workers"
    }
  }
}

/// Long-lived threads that share out what is nothing but computing: signatures and hashes.
///
/// A pool of no workers computes on its caller's thread. With no more workers than cores, and at
/// least two cores, each worker is bound to a core of its own. At most 64 calls wait; a call beyond
/// them is done by its caller, so a pool never holds work without bound.
@safe public final class WorkerPool: Sendable {
  public static let workersMax = Int(CL_WORKERS_MAX)

  /// How many workers there are.
  public let count: Int
  /// The pool as the engines take it; good while the pool is.
  nonisolated(unsafe) package let handle: OpaquePointer?

  /// Starts the threads: 0 ... `workersMax`.
  public init(workers: Int) throws(WorkerPoolError) {
    guard (0...Self.workersMax).contains(workers) else { throw .unusableCount(workers) }
    var made: OpaquePointer?
    guard unsafe cl_workers_new(workers, &made) == CL_WORKERS_OK else {
      throw .noThreads(workers)
    }
    count = workers
    unsafe handle = made
  }

  deinit { unsafe cl_workers_free(handle) }

  /// Calls `task` once for every index below `count`, in any order and at the same time, and
  /// returns when all calls have; a task that itself calls this does so on its own thread.
  public func run(_ count: Int, _ task: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(task) { task in
      var task = task
      unsafe withUnsafeMutablePointer(to: &task) { task in
        unsafe cl_workers_run(
          handle,
          { context, index in
            unsafe context?.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(index)
          }, task, max(0, count))
      }
    }
  }

  /// An array that is computed in pieces: `body` fills the part of it that stands for a range, on
  /// any thread, and all of that part.
  package func fill<Element>(
    _ count: Int, pieces size: Int,
    _ body: @Sendable (Range<Int>, UnsafeMutableBufferPointer<Element>) -> Void
  ) -> [Element] {
    guard count > 0 else { return [] }
    return unsafe [Element](unsafeUninitializedCapacity: count) { all, initialized in
      let room = unsafe all
      inPieces(of: size, count) { range in
        unsafe body(range, UnsafeMutableBufferPointer(rebasing: room[range]))
      }
      initialized = count
    }
  }

  /// Two arrays of one length at once, in the same way.
  package func fill<First, Second>(
    _ count: Int, pieces size: Int,
    _ body:
      @Sendable (
        Range<Int>, UnsafeMutableBufferPointer<First>, UnsafeMutableBufferPointer<Second>
      ) -> Void
  ) -> ([First], [Second]) {
    guard count > 0 else { return ([], []) }
    var second: [Second] = []
    let first = unsafe [First](unsafeUninitializedCapacity: count) { all, initialized in
      let firstRoom = unsafe all
      second = unsafe [Second](unsafeUninitializedCapacity: count) { all, initialized in
        let secondRoom = unsafe all
        inPieces(of: size, count) { range in
          unsafe body(
            range, UnsafeMutableBufferPointer(rebasing: firstRoom[range]),
            UnsafeMutableBufferPointer(rebasing: secondRoom[range]))
        }
        initialized = count
      }
      initialized = count
    }
    return (first, second)
  }

  /// Calls the body for each piece of 0 ..< count, on any thread, and waits for all of them.
  private func inPieces(of size: Int, _ count: Int, _ body: (Range<Int>) -> Void) {
    withoutActuallyEscaping(body) { body in
      var call = PieceCall { piece in
        body(piece * size..<min((piece + 1) * size, count))
      }
      unsafe withUnsafeMutablePointer(to: &call) { call in
        unsafe cl_workers_run(
          handle,
          { context, index in
            unsafe context?.assumingMemoryBound(to: PieceCall.self).pointee.body(index)
          }, call, (count + size - 1) / size)
      }
    }
  }
}

/// One piece after the other of what is being filled: from several threads, each another part.
private struct PieceCall {
  let body: (Int) -> Void
}
