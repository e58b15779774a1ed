import DequeModule
import Glibc
import LedgerClient
import Synchronization

/// Posts signed batches when they are due, from one thread: it waits for sockets and for the next
/// moment, and for nothing else. What a node has no connection free for waits here, and its latency
/// counts all the same.
struct BatchSender {
  /// Connections to one node.
  static let connectionsMax = 128
  /// Before bytes that were not answered go to the next node.
  private static let retryNanoseconds: UInt64 = 500_000_000
  /// How long a submission may stay unanswered; the node itself waits no longer than 120 s.
  private static let answerNanoseconds: UInt64 = 130_000_000_000

  /// What other threads tell it.
  final class Control: Sendable {
    private let state = Mutex((isStopped: false, isOver: false))
    /// No more is sent for the first time.
    func stop() { state.withLock { $0.isStopped = true } }
    /// Everything ends.
    func end() { state.withLock { $0.isOver = true } }
    var isStopped: Bool { state.withLock { $0.isStopped || $0.isOver } }
    var isOver: Bool { state.withLock { $0.isOver } }
  }

  private let targets: [TargetAddress]
  private let queue: ChunkQueue
  private let book: LoadBook
  private let control: Control
  /// `CPUClock`'s monotonic time of the schedule's start.
  private let start: UInt64
  private var connections: [SubmissionConnection] = []
  private var waits: [pollfd] = []
  /// Slots of `connections` by target, without a submission under way.
  private var idle: [[Int]]
  private var opened: [Int]
  private var free: [Int] = []
  private var backlog: [Deque<Outgoing>]
  private var retries: [(at: UInt64, numbers: [Int], target: Int, attempts: Int)] = []
  private var chunk: SignedChunk?
  private var nextBatch = 0

  init(
    _ nodes: [NodeAddress], queue: ChunkQueue, book: LoadBook, control: Control, start: UInt64
  ) throws(RequestFault) {
    var targets: [TargetAddress] = []
    for node in nodes { targets.append(try TargetAddress(node)) }
    self.targets = targets
    self.queue = queue
    self.book = book
    self.control = control
    self.start = start
    idle = targets.map { _ in [] }
    opened = targets.map { _ in 0 }
    backlog = targets.map { _ in [] }
  }

  /// Sends until it is told that all is over.
  mutating func run() {
    while !control.isOver {
      let now = MonotonicClock.now()
      sendDue(now)
      sendAgain(now)
      wait(until: nextMoment(now))
    }
    for slot in connections.indices { connections[slot].close() }
  }

  // MARK: The schedule

  private mutating func sendDue(_ now: UInt64) {
    while !control.isStopped {
      if chunk == nil {
        chunk = queue.take()
        nextBatch = 0
        if let chunk { book.take(chunk) }
      }
      guard let current = chunk else { break }
      guard nextBatch < current.batches.count else {
        chunk = nil
        continue
      }
      let batch = current.batches[nextBatch]
      guard start + batch.due <= now else { return }
      nextBatch += 1
      let numbers = batch.places.map { current.first + $0 }
      book.send(current, batch.places, late: now - start - batch.due)
      submit(
        Outgoing(
          numbers: numbers, listed: current.listed(batch.places), target: batch.target), now)
    }
    if control.isStopped { book.isSendingOver = true }
    if chunk == nil, queue.waiting.isComplete, queue.waiting.count == 0 {
      book.isSendingOver = true
    }
  }

  private func nextMoment(_ now: UInt64) -> UInt64 {
    var moment = now + 100_000_000
    if let chunk, nextBatch < chunk.batches.count, !control.isStopped {
      moment = min(moment, start + chunk.batches[nextBatch].due)
    } else if chunk == nil, !book.isSendingOver {
      moment = now + 5_000_000
    }
    for retry in retries { moment = min(moment, retry.at) }
    return moment
  }

  // MARK: Submitting

  private mutating func submit(_ outgoing: Outgoing, _ now: UInt64) {
    let target = outgoing.target
    while let slot = idle[target].popLast() {
      // A slot may have become another node's meanwhile.
      guard connections[slot].isIdle, connections[slot].target == target else { continue }
      return begin(outgoing, slot, now)
    }
    guard opened[target] < Self.connectionsMax else {
      backlog[target].append(outgoing)
      return
    }
    do throws(RequestFault) {
      let connection = try SubmissionConnection(target: target, to: targets[target])
      let slot = place(connection)
      opened[target] += 1
      begin(outgoing, slot, now)
    } catch { again(outgoing, now) }
  }

  private mutating func place(_ connection: SubmissionConnection) -> Int {
    let wait = pollfd(fd: connection.descriptor, events: Int16(POLLIN), revents: 0)
    if let slot = free.popLast() {
      connections[slot] = connection
      waits[slot] = wait
      return slot
    }
    connections.append(connection)
    waits.append(wait)
    return connections.count - 1
  }

  private mutating func begin(_ outgoing: Outgoing, _ slot: Int, _ now: UInt64) {
    do throws(RequestFault) {
      try connections[slot].begin(outgoing, host: targets[outgoing.target].host, at: now)
    } catch { fail(slot, now) }
  }

  private mutating func wait(until moment: UInt64) {
    for slot in connections.indices where connections[slot].isOpen {
      let writes = connections[slot].wantsToWrite
      waits[slot].events = Int16(POLLIN) | (writes ? Int16(POLLOUT) : 0)
    }
    let now = MonotonicClock.now()
    let milliseconds = moment > now ? Int32(min(100, (moment - now + 999_999) / 1_000_000)) : 0
    guard unsafe poll(&waits, nfds_t(waits.count), milliseconds) > 0 else { return expire() }
    let woken = MonotonicClock.now()
    for slot in waits.indices where waits[slot].revents != 0 { serve(slot, woken) }
    expire()
  }

  private mutating func serve(_ slot: Int, _ now: UInt64) {
    let events = Int32(waits[slot].revents)
    do throws(RequestFault) {
      if events & POLLOUT != 0 { try connections[slot].write() }
      guard events & (POLLIN | POLLERR | POLLHUP) != 0,
        let answer = try connections[slot].receive(), let outgoing = connections[slot].outgoing
      else { return }
      take(answer, of: outgoing, slot, now)
      connections[slot].end()
      if let next = backlog[outgoing.target].popFirst() {
        begin(next, slot, now)
      } else {
        idle[outgoing.target].append(slot)
      }
    } catch { fail(slot, now) }
  }

  private mutating func take(
    _ answer: AnswerReader.Answer, of outgoing: Outgoing, _ slot: Int, _ now: UInt64
  ) {
    if answer.status == 200 {
      guard
        let states = SubmissionStates.read(
          connections[slot].body(answer), isRetry: outgoing.isRetry),
        states.count == outgoing.numbers.count
      else { return again(outgoing, now) }
      let rest = book.book(states, of: outgoing.numbers, at: now - start)
      if !rest.isEmpty { again(rest, outgoing, now) }
    } else if answer.status >= 500 {
      // It stops, or has no room for a request: another one may.
      again(outgoing, now)
    } else {
      let code = connections[slot].code(answer)
      _ = book.book(
        outgoing.numbers.map { _ in .refused(code) }, of: outgoing.numbers, at: now - start)
    }
  }

  // MARK: Failing

  private mutating func fail(_ slot: Int, _ now: UInt64) {
    let outgoing = connections[slot].outgoing
    let target = connections[slot].target
    connections[slot].close()
    waits[slot].fd = -1
    free.append(slot)
    opened[target] -= 1
    if let outgoing { again(outgoing, now) }
    // What waits for a connection to this node goes on to the next.
    while opened[target] == 0, let next = backlog[target].popFirst() { again(next, now) }
  }

  private mutating func again(_ outgoing: Outgoing, _ now: UInt64) {
    if !outgoing.isRetry { book.noteUnanswered(outgoing.numbers.count) }
    again(outgoing.numbers, outgoing, now)
  }

  private mutating func again(_ numbers: [Int], _ outgoing: Outgoing, _ now: UInt64) {
    retries.append(
      (
        now + Self.retryNanoseconds, numbers, (outgoing.target + 1) % targets.count,
        outgoing.attempts + 1
      ))
  }

  private mutating func sendAgain(_ now: UInt64) {
    guard retries.contains(where: { $0.at <= now }) else { return }
    let due = retries.filter { $0.at <= now }
    retries.removeAll { $0.at <= now }
    for retry in due {
      let (numbers, listed) = book.unsettled(among: retry.numbers)
      guard !numbers.isEmpty else { continue }
      submit(
        Outgoing(
          numbers: numbers, listed: listed[...], target: retry.target, attempts: retry.attempts),
        now)
    }
  }

  private mutating func expire() {
    let now = MonotonicClock.now()
    for slot in connections.indices
    where connections[slot].outgoing != nil
      && connections[slot].sentAt + Self.answerNanoseconds < now
    { fail(slot, now) }
  }
}

/// Nanoseconds that have passed since some moment, and milliseconds since 1970.
enum MonotonicClock {
  static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

  /// Nanoseconds since 1970.
  static func wall() -> UInt64 { read(CLOCK_REALTIME) }

  /// Nanoseconds of CPU time of this process.
  static func cpu() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
