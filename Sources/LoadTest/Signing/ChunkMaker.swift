import LedgerClient
import LedgerCore
import NodeAnswers
import Synchronization

/// Signed chunks on their way from who makes them to who sends them.
final class ChunkQueue: Sendable {
  private struct State {
    var ready: [Int: SignedChunk] = [:]
    var next = 0
    var byteCount = 0
    var isComplete = false
  }

  private let state = Mutex(State())

  /// How many wait, and their bytes.
  var waiting: (count: Int, byteCount: Int, isComplete: Bool) {
    state.withLock { ($0.ready.count, $0.byteCount, $0.isComplete) }
  }

  func put(_ chunk: SignedChunk) {
    state.withLock {
      $0.ready[chunk.index] = chunk
      $0.byteCount += chunk.bytes.count
    }
  }

  /// No more will come.
  func complete() { state.withLock { $0.isComplete = true } }

  /// The next chunk; nil while it is not signed, or when there is none.
  func take() -> SignedChunk? {
    state.withLock { state in
      guard let chunk = state.ready.removeValue(forKey: state.next) else { return nil }
      state.next += 1
      state.byteCount -= chunk.bytes.count
      return chunk
    }
  }
}

/// Makes the chunks of a schedule one after another.
struct ChunkMaker {
  /// Signed bytes kept ahead at most.
  static let bytesAheadMax = 4 << 30
  /// Chunks kept ahead when signing goes on beside the sending.
  static let chunksAhead = 3

  private let plan: LoadGenerator.Plan
  private let schedule: Schedule
  private let targets: Int
  private let signer: TransactionSigner
  private let reader: SequenceReader?
  private let replayLag: Int
  private let intervalSeconds: Double
  /// When the run was prepared.
  private let height: UInt64
  /// For `LoadRouting.home`: which target is the member of each index.
  private let targetOfMember: [Int]
  private var wallets: Wallets
  private var drafter: Drafter
  private var nextTarget = 0
  /// The latest chunks, to replay from.
  private var made: [SignedChunk] = []

  init(
    _ plan: LoadGenerator.Plan, schedule: Schedule, status: StatusAnswer, targetOfMember: [Int]
  ) {
    let intervalSeconds = Double(status.intervalMilliseconds) / 1_000
    self.plan = plan
    self.schedule = schedule
    targets = plan.nodes.count
    self.targetOfMember = targetOfMember
    self.intervalSeconds = max(0.01, intervalSeconds)
    height = status.height
    signer = TransactionSigner(plan)
    wallets =
      plan.memory?.take()
      ?? Wallets(
        plan.accounts, part: plan.part, count: plan.accountsOfPart, members: targetOfMember.count)
    drafter = Drafter(plan, wallets: wallets, intervalSeconds: intervalSeconds)
    reader =
      plan.accountsAreNew
      ? nil : SequenceReader(plan.nodes, network: status.isTest ? .test : .main)
    replayLag = max(1, Int((2 * intervalSeconds).rounded(.up)))
  }

  /// Makes all chunks, or goes on until the task is cancelled.
  mutating func run(into queue: ChunkQueue) async throws {
    var index = 0
    while schedule.chunkCount.map({ index < $0 }) ?? true, !Task.isCancelled {
      let waiting = queue.waiting
      let isFull =
        plan.signsAhead
        ? waiting.byteCount >= Self.bytesAheadMax : waiting.count >= Self.chunksAhead
      guard !isFull else {
        try? await ContinuousClock().sleep(for: .milliseconds(20))
        continue
      }
      let chunk = try await chunk(index)
      made.append(chunk)
      if made.count > replayLag { made.removeFirst() }
      queue.put(chunk)
      index += 1
    }
    plan.memory?.keep(wallets)
    queue.complete()
    await reader?.close()
  }

  private mutating func chunk(_ index: Int) async throws -> SignedChunk {
    let numbers = schedule.chunk(index)
    var drafts = drafter.drafts(numbers, schedule, wallets, sent: made.first)
    wallets.derive(drafts.lazy.flatMap { draft in [draft.sender] + draft.recipients })
    if let reader { try await read(reader, wallets.unread(drafts.map(\.sender))) }
    for place in drafts.indices where drafts[place].copy == nil {
      drafts[place].sequence =
        drafts[place].stranger == nil ? wallets.takeSequence(drafts[place].sender) : 1
    }
    var batches: [SignedChunk.Batch]
    switch plan.routing {
    case .spread: batches = spread(numbers)
    case .home: (drafts, batches) = byHome(drafts)
    }
    let signed = signer.sign(drafts, wallets, validUntil: validUntil(index))
    batches = batches.flatMap { fitting($0, signed.starts) }
    return SignedChunk(
      index: index, first: numbers.lowerBound, bytes: signed.bytes, starts: signed.starts,
      ids: signed.ids, kinds: drafts.map(\.kind), due: drafts.map(\.due), batches: batches)
  }

  /// Heights come no faster than the interval.
  private func validUntil(_ chunk: Int) -> UInt64 {
    let seconds = Double(chunk + 1) * Schedule.chunkSeconds
    let ahead = UInt64(min(1e9, seconds / intervalSeconds)) + plan.validityHeights
    return height + min(ahead, Limits.validityHeightsMax)
  }

  private mutating func read(_ reader: SequenceReader, _ places: [Int]) async throws {
    let accounts = places.compactMap { place in
      wallets.key(place).map { (place, AccountID($0.publicKey)) }
    }
    for (place, sequence) in try await reader.sequences(accounts) {
      wallets.set(sequence: sequence, place)
    }
  }

  /// One target after another.
  private mutating func spread(_ numbers: Range<Int>) -> [SignedChunk.Batch] {
    var batches: [SignedChunk.Batch] = []
    var first = numbers.lowerBound
    while first < numbers.upperBound {
      let end = schedule.batchEnd(first, in: numbers)
      batches.append(
        SignedChunk.Batch(
          places: (first - numbers.lowerBound)..<(end - numbers.lowerBound), target: nextTarget,
          due: schedule.due(end - 1)))
      nextTarget = (nextTarget + 1) % targets
      first = end
    }
    return batches
  }

  /// Those of one home author in one window of time lie together and go to it.
  private func byHome(_ drafts: [TransactionDraft])
    -> (drafts: [TransactionDraft], batches: [SignedChunk.Batch])
  {
    // So long that a request is worth its cost, and at most half a second.
    let perTarget = max(1, schedule.rate / Double(max(1, targets)))
    let window = UInt64(min(5e8, max(Double(schedule.batchNanoseconds), 64 / perTarget * 1e9)))
    func target(_ draft: TransactionDraft) -> Int { targetOfMember[wallets.home(draft.sender)] }
    let order = drafts.indices.sorted {
      let (one, other) = (drafts[$0], drafts[$1])
      return (one.due / window, target(one), $0) < (other.due / window, target(other), $1)
    }
    let sorted = order.map { drafts[$0] }
    var batches: [SignedChunk.Batch] = []
    var first = 0
    for place in sorted.indices {
      let isLast =
        place + 1 == sorted.count || place + 1 - first == schedule.batchMax
        || sorted[place + 1].due / window != sorted[first].due / window
        || target(sorted[place + 1]) != target(sorted[first])
      guard isLast else { continue }
      batches.append(
        SignedChunk.Batch(
          places: first..<(place + 1), target: target(sorted[first]), due: sorted[place].due))
      first = place + 1
    }
    return (sorted, batches.sorted { ($0.due, $0.target) < ($1.due, $1.target) })
  }

  /// A batch in parts that a node takes in one request each.
  private func fitting(_ batch: SignedChunk.Batch, _ starts: [UInt32]) -> [SignedChunk.Batch] {
    var parts: [SignedChunk.Batch] = []
    var first = batch.places.lowerBound
    for place in batch.places {
      let size = Int(starts[place + 1] - starts[first])
      guard size > Self.bodyBytesMax, place > first else { continue }
      parts.append(SignedChunk.Batch(places: first..<place, target: batch.target, due: batch.due))
      first = place
    }
    parts.append(
      SignedChunk.Batch(
        places: first..<batch.places.upperBound, target: batch.target, due: batch.due))
    return parts
  }

  private static let bodyBytesMax = 3 << 20
}
