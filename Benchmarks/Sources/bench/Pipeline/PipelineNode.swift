import Consensus
import Dispatch
import Foundation
import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import Replica
import Synchronization

/// A node without its network: the replica on a thread of its own, and what may block on lanes, as
/// in a node's process; frames come from memory, and what it sends goes nowhere.
///
/// Every frame is decoded, every signature verified, every bundle and block appended and synced,
/// every block's writes committed to LMDB and synced.
final class PipelineNode: Sendable {
  private let store: NodeStore
  private let chain: ChainID
  private let keys: SenderKeyCache?
  private let events = EventBox()
  private let verifier = DispatchQueue(label: "verify", qos: .userInitiated)
  private let writer = DispatchQueue(label: "log", qos: .userInitiated)
  private let flusher = DispatchQueue(label: "flush", qos: .userInitiated)
  private let progress = Mutex(Progress())
  private let changed = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  private struct Progress {
    var height: UInt64 = 0
    var flushed: UInt64 = 0
    var bundles = 0
    var root: Digest?
    var fault: String?
  }

  /// Starts on a home that holds a genesis.
  ///
  /// - Parameter workers: the threads that share large computations beside the lanes; 0 as a node
  ///   on two cores has it.
  init(ledger: String, account: AccountID, workers: Int) throws {
    store = try NodeStore(home: ledger, genesis: nil)
    chain = store.chain
    keys = SenderKeyCache(keysMax: 65_536)
    let pool = workers > 0 ? try WorkerPool(workers: workers) : nil
    guard
      let timing = ConsensusTiming.recommended(
        genesisTimeMilliseconds: CarbonNetwork.genesisTime,
        intervalMilliseconds: CarbonNetwork.interval)
    else { throw BenchmarkFault.broken("the interval is out of range") }
    let start = ReplicaStart(
      reader: store.records, recent: [], replay: [], incarnation: 1, bundles: [], watermark: nil,
      isVoteLogMissing: false, ownVotes: [], prepared: nil)
    var replica = try ReplicaMachine(
      configuration: ReplicaConfiguration(
        chain: chain, account: account, timing: timing, workers: pool),
      start: start, meter: NoMeter())
    let first = replica.begin(start, now: CarbonNetwork.genesisTime)
    let box = Mutex<ReplicaMachine?>(replica)
    let thread = Thread { [self] in
      guard var replica = box.withLock({ $0.take() }) else { return }
      run(&replica, first)
      ended.signal()
    }
    thread.name = "replica"
    thread.stackSize = 16 << 20
    thread.start()
  }

  // MARK: From outside

  func take(_ event: ReplicaEvent, at time: UInt64) { events.add(.replica(event), time) }

  /// Waits until a height is final; throws what stopped the replica.
  func wait(forHeight height: UInt64, root: Digest) throws {
    try wait { $0.height >= height }
    guard progress.withLock({ $0.height > height || $0.root == root }) else {
      throw BenchmarkFault.broken("height \(height) has another root than its certificate names")
    }
  }

  /// Waits until a height is in LMDB.
  func wait(forFlushOf height: UInt64) throws { try wait { $0.flushed >= height } }

  /// Waits until so many bundles since the start are synced.
  func wait(forBundles count: Int) throws { try wait { $0.bundles >= count } }

  private func wait(_ isReached: (Progress) -> Bool) throws {
    while true {
      let (isThere, fault) = progress.withLock { (isReached($0), $0.fault) }
      if let fault { throw BenchmarkFault.broken(fault) }
      if isThere { return }
      guard changed.wait(timeout: .now() + .seconds(120)) == .success else {
        throw BenchmarkFault.broken("the replica does not come further")
      }
    }
  }

  /// Ends the thread and what is under way on the lanes.
  func stop() {
    events.add(.stop, 0)
    ended.wait()
    for lane in [verifier, writer, flusher] { lane.sync {} }
  }

  private func note(_ body: (inout Progress) -> Void) {
    progress.withLock { body(&$0) }
    changed.signal()
  }

  // MARK: The replica's thread

  private func run(_ replica: inout ReplicaMachine, _ first: [ReplicaEffect]) {
    var answers = perform(first)
    var now = CarbonNetwork.genesisTime
    while true {
      while !answers.isEmpty {
        let events = answers
        answers = []
        for event in events { answers += perform(replica.step(event, now: now)) }
      }
      for (event, time) in events.take() {
        now = max(now, time)
        switch event {
        case .stop: return
        case .replica(let event): answers += perform(replica.step(event, now: now))
        }
      }
    }
  }

  /// Carries out effects; gives the answers that are there at once.
  private func perform(_ effects: [ReplicaEffect]) -> [ReplicaEvent] {
    var answers: [ReplicaEvent] = []
    for effect in effects {
      switch effect {
      case .verify(let token, let checks, isUrgent: true):
        answers.append(.verified(token, verdicts(checks)))
      case .verify(let token, let checks, isUrgent: false):
        verifier.async { [self] in
          answer(.verified(token, verdicts(checks)))
        }
      case .storeBundles(let token, let bundles): keep(bundles, token)
      case .appendBlock(let block): append(block)
      case .flush(let batch): flush(batch)
      case .finalised(let block):
        note {
          $0.height = block.decided.height
          $0.root = block.decided.certificate.stateRoot
        }
      case .report(.invalidProposal(_, let reason)): fail("a block is refused: \(reason)")
      case .halt(let failure): fail("the replica stopped: \(failure)")
      default: break
      }
    }
    return answers
  }

  private func verdicts(_ checks: [SignatureCheck]) -> [Bool] {
    let verdicts = Ed25519.verify(checks, chain: chain, keys: keys)
    return checks.indices.map { verdicts[$0] }
  }

  private func keep(_ bundles: [LedgerCore.Bundle], _ token: UInt64) {
    onLane(writer) { [self] in
      try store.bundles.append(
        bundles.map {
          StoredBundle(
            digest: $0.header.digest(chain), birthHeight: $0.header.birthHeight,
            bytes: Array($0.bytes))
        })
      try store.bundles.sync()
      note { $0.bundles += bundles.count }
      return .bundlesStored(token: token)
    }
  }

  private func append(_ block: LoggedBlock) {
    onLane(writer) { [self] in
      let height = block.decided.height
      try store.log.append(
        height: height, block: block.decided.bcs, receipts: block.receiptsBytes)
      if height.isMultiple(of: 4), height > Limits.bundleAgeHeightsMax {
        try store.bundles.removeSegments(bornBelow: height - Limits.bundleAgeHeightsMax)
      }
      return .blockLogged(height: height)
    }
  }

  private func flush(_ batch: FlushBatch) {
    onLane(flusher) { [self] in
      let indexes = try DerivedIndexes.changes(batch.changes, before: store.records).map {
        IndexChange(index: $0.index, key: $0.key, value: $0.value)
      }
      try store.records.flush(
        writes: batch.writes, indexes: indexes, height: batch.height, root: batch.root)
      note { $0.flushed = batch.height }
      return .flushed(height: batch.height)
    }
  }

  private func onLane(
    _ lane: DispatchQueue, _ body: @escaping @Sendable () throws -> ReplicaEvent
  ) {
    lane.async { [self] in
      do { answer(try body()) } catch { fail("\(error)") }
    }
  }

  private func answer(_ event: ReplicaEvent) { events.add(.replica(event), 0) }

  private func fail(_ reason: String) { note { $0.fault = $0.fault ?? reason } }
}

/// Events for the replica's thread.
private final class EventBox: Sendable {
  enum Event: Sendable {
    case replica(ReplicaEvent)
    case stop
  }

  private let waiting = Mutex<[(Event, UInt64)]>([])
  private let available = DispatchSemaphore(value: 0)

  /// - Parameter time: milliseconds since 1970; 0 where the time is that of the event before.
  func add(_ event: Event, _ time: UInt64) {
    let wasEmpty = waiting.withLock { list in
      list.append((event, time))
      return list.count == 1
    }
    if wasEmpty { available.signal() }
  }

  /// Waits for events and takes all there are.
  func take() -> [(Event, UInt64)] {
    while true {
      let events = waiting.withLock { list in
        let events = list
        list = []
        return events
      }
      if !events.isEmpty { return events }
      available.wait()
    }
  }
}
