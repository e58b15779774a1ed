import Foundation
import LedgerClient
import LedgerCore
import NodeAnswers

/// Puts load on a network on a schedule that does not wait for it, follows every transaction to its
/// end, and measures.
///
/// Signing, sending and following are apart: chunks of a second are signed ahead on all cores; one
/// thread posts them when they are due and reads the answers; every block's receipts say what
/// became of them. A request that is not answered goes to the next node with the same bytes:
/// sending them twice changes nothing.
public actor LoadGenerator {
  private static let pollInterval = Duration.milliseconds(50)
  private static let statesPerQuestion = SubmissionFormat.transactionsMax

  private let plan: Plan
  private let clock = ContinuousClock()
  private let control = BatchSender.Control()
  private var book: LoadBook?
  private var follower: BlockFollower?
  private var sampler: NodeSampler?
  private var queue: ChunkQueue?
  private var phase = LoadProgress.Phase.preparing
  private var start: UInt64 = 0
  private var cpuAtStart: UInt64 = 0
  private var signingSeconds = 0.0
  private var isStopped = false
  private var patience: Duration
  /// This package's release, for the report.
  private let software: String

  public init(_ plan: Plan, software: String = "") {
    self.plan = plan
    self.software = software
    patience = plan.patience
  }

  /// Sending has ended, and transactions are under way.
  public var isDraining: Bool { phase == .draining }

  /// Whether it was told to end early.
  public var wasStopped: Bool { isStopped }

  /// Transactions under way.
  public var openCount: Int { book?.openCount ?? 0 }

  /// Ends the sending; `run` returns once what is under way has ended, or after another patience
  /// than the plan's.
  public func stop(patience: Duration? = nil) {
    isStopped = true
    control.stop()
    if let patience { self.patience = patience }
  }

  /// What has happened so far.
  public func progress() async -> LoadProgress {
    var progress = LoadProgress()
    progress.phase = phase
    if phase == .signing, let queue {
      let waiting = queue.waiting
      progress.signedShare =
        Double(waiting.count) / Double(max(1, schedule.chunkCount ?? ChunkMaker.chunksAhead))
    }
    guard start > 0, let book else { return progress }
    progress.seconds = Double(MonotonicClock.now() &- start) / 1e9
    progress.generatorSeconds = Double(MonotonicClock.cpu() &- cpuAtStart) / 1e9
    progress.counts = book.counts
    progress.open = book.openCount
    progress.blocks = await follower?.blocks ?? []
    progress.nodes = await sampler?.samples ?? []
    return progress
  }

  private var schedule: Schedule {
    Schedule(
      rate: plan.rate, seconds: plan.duration.map { ($0 + plan.warmUp) / .seconds(1) })
  }

  /// Runs the plan and waits until the fate of every transaction is known, or patience is at an
  /// end.
  public func run() async throws -> LoadReport {
    let (status, first) = try await firstStatus()
    let interval = Double(status.intervalMilliseconds) / 1_000
    let window = LoadBook.Window(
      start: UInt64(plan.warmUp / .nanoseconds(1)),
      end: plan.duration.map { UInt64(($0 + plan.warmUp) / .nanoseconds(1)) } ?? .max)
    let book = LoadBook(window: window)
    let queue = ChunkQueue()
    self.book = book
    self.queue = queue
    let maker = ChunkMaker(
      plan, schedule: schedule, status: status,
      targetOfMember: plan.routing == .home ? try await targetOfMember(first) : [])
    phase = .signing
    let cpuBefore = MonotonicClock.cpu()
    // Detached: it computes for long.
    let making = Task.detached {
      defer { queue.complete() }
      var maker = maker
      try await maker.run(into: queue)
    }
    defer { making.cancel() }
    try await waitForChunks(queue, making)
    if plan.signsAhead {
      signingSeconds = Double(MonotonicClock.cpu() &- cpuBefore) / 1e9
    }
    let sampler = NodeSampler(plan.nodes, metricsEvery: plan.readsMetrics ? 2 : 0)
    self.sampler = sampler
    await sampler.sample()
    let joules = MachineFacts.joules()
    var wait: UInt64 = 20_000_000
    if let gate = plan.gate {
      let moment = try await gate()
      let now = MonotonicClock.wall()
      wait = moment > now ? moment - now : 0
    }
    start = MonotonicClock.now() &+ wait
    cpuAtStart = MonotonicClock.cpu()
    let follower = BlockFollower(
      plan.nodes, book: book, after: status.height, start: start,
      wall: MonotonicClock.wall() &+ wait)
    self.follower = follower
    let ended = send(queue, book)
    phase = plan.warmUp > .zero ? .warmUp : .steady
    let watching = Task { await sampler.run() }
    let following = Task { await follower.run() }
    await waitForSending(book)
    let sent = MonotonicClock.now()
    phase = .draining
    await drain(book, follower, interval: interval)
    let drained = MonotonicClock.now()
    let generatorCPU = Double(MonotonicClock.cpu() &- cpuAtStart) / 1e9
    control.end()
    let sendingFault = await ended.first { _ in true }
    watching.cancel()
    await watching.value
    await sampler.sample()
    let isAgreed = await follower.settle()
    following.cancel()
    await following.value
    await sampler.close()
    phase = .over
    // Without an end of its own, or told to end early, it would go on signing.
    making.cancel()
    if let sendingFault { throw sendingFault }
    if case .failure(let fault) = await making.result, !(fault is CancellationError) {
      throw fault
    }
    var outcome = LoadOutcome(plan: plan, status: status, counts: book.close())
    outcome.samples = await sampler.samples
    outcome.blocks = await follower.blocks
    outcome.problems = await follower.problems
    outcome.isAgreed = isAgreed
    outcome.sentSeconds = Double(sent &- start) / 1e9
    outcome.drainSeconds = Double(drained &- sent) / 1e9
    outcome.generatorSeconds = generatorCPU
    outcome.signingSeconds = signingSeconds
    outcome.energyJoules = joules.flatMap { before in MachineFacts.joules().map { $0 - before } }
    return outcome.report(software: software)
  }

  // MARK: Preparing

  private func firstStatus() async throws -> (StatusAnswer, NodeAddress) {
    var fault: any Error = ClientError.noNode([])
    for node in plan.nodes {
      let client = NodeClient(node)
      do {
        let status = try await client.status()
        await client.close()
        return (status, node)
      } catch { fault = error }
      await client.close()
    }
    throw fault
  }

  /// Which of the plan's nodes is the member of each index; members that are none of them are stood
  /// in for by others.
  private func targetOfMember(_ node: NodeAddress) async throws -> [Int] {
    var accounts: [String: Int] = [:]
    for (index, address) in plan.nodes.enumerated() {
      let client = NodeClient(address)
      if let status = try? await client.status() { accounts[status.node] = index }
      await client.close()
    }
    let client = NodeClient(node)
    let members = try await client.validators().members
    await client.close()
    return members.enumerated().map { index, member in
      accounts[member.account] ?? index % plan.nodes.count
    }
  }

  private func waitForChunks(_ queue: ChunkQueue, _ making: Task<Void, any Error>) async throws {
    while !isStopped {
      let waiting = queue.waiting
      if waiting.isComplete { return try await making.value }
      let enough = plan.signsAhead ? waiting.byteCount >= ChunkMaker.bytesAheadMax : false
      if enough || (!plan.signsAhead && waiting.count >= 2) { return }
      try await clock.sleep(for: .milliseconds(10))
    }
  }

  // MARK: Running

  /// Sends from a thread of its own; the stream ends with it, and tells why it could not.
  private func send(_ queue: ChunkQueue, _ book: LoadBook) -> AsyncStream<RequestFault> {
    let (stream, end) = AsyncStream<RequestFault>.makeStream()
    let (plan, control, start) = (plan, control, start)
    let thread = Thread {
      do throws(RequestFault) {
        var sender = try BatchSender(
          plan.nodes, queue: queue, book: book, control: control, start: start)
        sender.run()
      } catch {
        end.yield(error)
        book.isSendingOver = true
      }
      end.finish()
    }
    thread.start()
    return stream
  }

  private func waitForSending(_ book: LoadBook) async {
    while !book.isSendingOver, !Task.isCancelled {
      if phase == .warmUp,
        Double(MonotonicClock.now() &- start) / 1e9 >= plan.warmUp / .seconds(1)
      {
        phase = .steady
      }
      try? await clock.sleep(for: Self.pollInterval)
    }
    control.stop()
  }

  /// Waits for the end of everything under way; asks for what no block shows.
  private func drain(_ book: LoadBook, _ follower: BlockFollower, interval: Double) async {
    let began = clock.now
    var nextQuestion = began + .seconds(2 * interval + 1)
    var turn = 0
    while book.openCount > 0, clock.now - began < patience, !Task.isCancelled {
      if clock.now >= nextQuestion {
        await ask(book, follower, turn)
        turn += 1
        nextQuestion = clock.now + .seconds(max(1, interval / 2))
      }
      try? await clock.sleep(for: Self.pollInterval)
    }
  }

  /// An accepted transaction is final or reported expired; only a node can say the latter.
  private func ask(_ book: LoadBook, _ follower: BlockFollower, _ turn: Int) async {
    let unknown = book.unknown(limit: Self.statesPerQuestion)
    guard !unknown.isEmpty else { return }
    let states = await follower.states(unknown.map(\.id), turn: turn)
    let known = zip(unknown, states).compactMap { question, state in
      state.map { (question.number, $0) }
    }
    _ = book.book(
      known.map(\.1), of: known.map(\.0), at: MonotonicClock.now() &- start)
  }
}
