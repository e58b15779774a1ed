import LedgerCore
import Synchronization

/// Every transaction of the run and what became of it. Each is an index into arrays that are made
/// with its chunk: booking an answer or a receipt allocates nothing.
final class LoadBook: Sendable {
  /// The measured part of the schedule, nanoseconds after the start.
  struct Window: Sendable {
    var start: UInt64
    var end: UInt64

    func contains(_ due: UInt64) -> Bool { due >= start && due < end }
  }

  /// What is known of a transaction, in one byte.
  fileprivate struct Flags: OptionSet {
    let rawValue: UInt8
    static let sent = Flags(rawValue: 1)
    static let accepted = Flags(rawValue: 2)
    static let executed = Flags(rawValue: 4)
    /// Refused, expired or skipped.
    static let ended = Flags(rawValue: 8)
    /// A node says that its sequence was used: by itself, for no other transaction takes it.
    static let used = Flags(rawValue: 16)

    var isSettled: Bool { !isDisjoint(with: [.executed, .ended]) }
  }

  fileprivate struct Entry {
    let chunk: SignedChunk
    var flags: [Flags]
    /// Sent and not settled.
    var open = 0
  }

  fileprivate struct State {
    var entries: [Entry] = []
    var counts = LoadCounts()
    var table = IDTable()
    var open = 0
    var isSendingOver = false
    /// Transactions in the table.
    var held = 0
  }

  /// Transactions kept to see a second execution, once they have ended.
  private static let heldMax = 8_000_000

  private let state = Mutex(State())
  let window: Window

  init(window: Window) { self.window = window }

  var counts: LoadCounts { state.withLock { $0.counts } }
  /// Sent, and their end is not known.
  var openCount: Int { state.withLock { $0.open } }

  /// Nothing more is sent for the first time.
  var isSendingOver: Bool {
    get { state.withLock { $0.isSendingOver } }
    set { state.withLock { $0.isSendingOver = newValue } }
  }

  // MARK: Sending

  /// A chunk whose batches will be sent now.
  func take(_ chunk: SignedChunk) {
    state.withLock { state in
      state.entries.append(
        Entry(chunk: chunk, flags: Array(repeating: [], count: chunk.count)))
      state.held += chunk.count
      for place in 0..<chunk.count where chunk.kinds[place].hasOwnID {
        state.table.insert(chunk.ids[place].bytes.leadingBits, chunk.first + place)
      }
      // Seldom, and many at once: the table is made anew.
      guard state.held > Self.heldMax + Self.heldMax / 4 else { return }
      while state.held > Self.heldMax, let first = state.entries.first, first.open == 0 {
        state.held -= first.chunk.count
        state.entries.removeFirst()
      }
      state.table.drop(below: state.entries.first?.chunk.first ?? 0)
    }
  }

  /// A batch of a chunk is being sent, this many nanoseconds after it was due.
  func send(_ chunk: SignedChunk, _ places: Range<Int>, late: UInt64) {
    state.withLock { state in
      guard let index = state.index(of: chunk.first) else { return }
      state.counts.lateness.record(late / 1_000)
      for place in places {
        state.entries[index].flags[place].insert(.sent)
        let kind = chunk.kinds[place]
        guard !kind.isInvalid else {
          state.counts.invalidSent[kind.name, default: 0] += 1
          state.entries[index].flags[place].insert(.ended)
          continue
        }
        state.entries[index].open += 1
        state.open += 1
        state.counts.offered += 1
        if window.contains(chunk.due[place]) { state.counts.steadyOffered += 1 }
      }
      guard let last = places.last else { return }
      let valid = places.count { !chunk.kinds[$0].isInvalid }
      state.counts.timeline.at(chunk.due[last]) { $0.offered += valid }
    }
  }

  /// Those among `numbers` whose fate is unknown, with the bytes to send again.
  func unsettled(among numbers: [Int]) -> (numbers: [Int], listed: [UInt8]) {
    state.withLock { state in
      var rest: [Int] = []
      var listed: [UInt8] = []
      for number in numbers {
        guard let index = state.index(of: number) else { continue }
        let entry = state.entries[index]
        let place = number - entry.chunk.first
        let flags = entry.flags[place]
        guard !flags.isSettled, flags.isDisjoint(with: [.accepted, .used]) else { continue }
        rest.append(number)
        listed += entry.chunk.listed(place)
      }
      return (rest, listed)
    }
  }

  func noteUnanswered(_ count: Int) { state.withLock { $0.counts.unanswered += count } }

  // MARK: Answers

  /// Books what a node said of transactions; those that must be sent again.
  func book(_ states: [TransactionState], of numbers: [Int], at now: UInt64) -> [Int] {
    state.withLock { state in
      var again: [Int] = []
      for (answer, number) in zip(states, numbers) {
        guard let index = state.index(of: number) else { continue }
        let chunk = state.entries[index].chunk
        let place = number - chunk.first
        guard !chunk.kinds[place].isInvalid else {
          Self.book(invalid: answer, chunk.kinds[place], &state)
          continue
        }
        if !book(answer, place, index, at: now, &state) { again.append(number) }
      }
      return again
    }
  }

  /// False when it must be sent again.
  private func book(
    _ answer: TransactionState, _ place: Int, _ index: Int, at now: UInt64, _ state: inout State
  ) -> Bool {
    let flags = state.entries[index].flags[place]
    switch answer {
    // Whether it is final, the blocks' receipts say.
    case .accepted, .final: promise(place, index, at: now, &state)
    // Its node may go away with it: the next one is given the same bytes.
    case .pending, .tryElsewhere: return flags.isSettled || flags.contains(.accepted)
    case .used: state.entries[index].flags[place].insert(.used)
    case .expired:
      guard !flags.isSettled else { break }
      Self.end(place, index, &state)
      state.counts.expired += 1
    case .refused(let code):
      guard !flags.isSettled, !flags.contains(.accepted) else { break }
      Self.end(place, index, &state)
      state.counts.rejected[code, default: 0] += 1
      state.counts.timeline.at(state.entries[index].chunk.due[place]) { $0.rejected += 1 }
    }
    return true
  }

  private static func book(
    invalid answer: TransactionState, _ kind: TransactionKind, _ state: inout State
  ) {
    switch answer {
    case .refused(let code): state.counts.invalidRejected[code, default: 0] += 1
    // A node answers for what it knows as it did the first time: a replay changes nothing.
    default:
      let name = kind == .replayed ? "known" : "not_refused"
      state.counts.invalidRejected[name, default: 0] += 1
    }
  }

  private func promise(_ place: Int, _ index: Int, at now: UInt64, _ state: inout State) {
    guard !state.entries[index].flags[place].contains(.accepted) else { return }
    state.entries[index].flags[place].insert(.accepted)
    state.counts.accepted += 1
    let due = state.entries[index].chunk.due[place]
    state.counts.timeline.at(now) { $0.accepted += 1 }
    guard window.contains(due) else { return }
    state.counts.steadyAccepted += 1
    state.counts.acceptance.record(now > due ? (now - due) / 1_000 : 0)
  }

  private static func end(_ place: Int, _ index: Int, _ state: inout State) {
    guard !state.entries[index].flags[place].isSettled else { return }
    state.entries[index].flags[place].insert(.ended)
    state.entries[index].open -= 1
    state.open -= 1
  }

  // MARK: Blocks

  /// Books the receipts of a final block; how many of them are this run's.
  ///
  /// - Parameter certified: nanoseconds after the start.
  func book(_ receipts: [Receipt], certified: UInt64) -> Int {
    state.withLock { state in
      var own = 0
      for receipt in receipts {
        guard let number = state.table.number(receipt.transaction.bytes.leadingBits),
          let index = state.index(of: number)
        else { continue }
        own += 1
        let place = number - state.entries[index].chunk.first
        switch receipt.outcome {
        case .applied: execute(place, index, isApplied: true, certified, &state)
        case .failed: execute(place, index, isApplied: false, certified, &state)
        // What a block has no room for is bundled anew; a second copy says nothing of the first.
        case .skipped(.blockFull), .skipped(.replayed): own -= 1
        case .skipped(let fault): Self.skip(place, index, fault, &state)
        }
      }
      return own
    }
  }

  private func execute(
    _ place: Int, _ index: Int, isApplied: Bool, _ certified: UInt64, _ state: inout State
  ) {
    let chunk = state.entries[index].chunk
    guard !chunk.kinds[place].isInvalid else {
      state.counts.invalidExecuted[chunk.kinds[place].name, default: 0] += 1
      return
    }
    guard !state.entries[index].flags[place].contains(.executed) else {
      state.counts.executedTwice += 1
      return
    }
    promise(place, index, at: certified, &state)
    Self.end(place, index, &state)
    state.entries[index].flags[place].insert(.executed)
    state.counts.final += 1
    if isApplied { state.counts.applied += 1 }
    let due = chunk.due[place]
    let latency = certified > due ? (certified - due) / 1_000 : 0
    state.counts.timeline.at(certified) { $0.final += 1 }
    state.counts.timeline.at(due) { $0.latency.record(latency) }
    guard window.contains(due) else { return }
    state.counts.steadyFinal += 1
    state.counts.latency.record(latency)
  }

  private static func skip(
    _ place: Int, _ index: Int, _ fault: TransactionFault, _ state: inout State
  ) {
    let chunk = state.entries[index].chunk
    guard !state.entries[index].flags[place].isSettled else { return }
    guard !chunk.kinds[place].isInvalid else { return }
    end(place, index, &state)
    state.counts.skipped[fault.code, default: 0] += 1
  }

  // MARK: The end

  /// Those whose fate is unknown, for a node to be asked.
  func unknown(limit: Int) -> [(number: Int, id: Digest)] {
    state.withLock { state in
      var list: [(number: Int, id: Digest)] = []
      for entry in state.entries where entry.open > 0 {
        for place in 0..<entry.chunk.count where list.count < limit {
          let flags = entry.flags[place]
          guard flags.contains(.sent), !flags.isSettled else { continue }
          list.append((entry.chunk.first + place, entry.chunk.ids[place]))
        }
      }
      return list
    }
  }

  /// Books as lost or open what has not ended by now.
  func close() -> LoadCounts {
    state.withLock { state in
      for index in state.entries.indices where state.entries[index].open > 0 {
        for place in 0..<state.entries[index].chunk.count {
          let flags = state.entries[index].flags[place]
          guard flags.contains(.sent), !flags.isSettled else { continue }
          Self.end(place, index, &state)
          if flags.isDisjoint(with: [.accepted, .used]) {
            state.counts.open += 1
          } else {
            state.counts.lost += 1
          }
        }
      }
      return state.counts
    }
  }
}

extension LoadBook.State {
  /// The entry of a transaction's number; chunks come in order.
  fileprivate func index(of number: Int) -> Int? {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].chunk.first + entries[middle].chunk.count <= number {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < entries.count, entries[low].chunk.first <= number else { return nil }
    return low
  }
}
