import LedgerCore
import LedgerState
import LedgerStore

/// The ledger's state as figures use it: all calls into its modules that they time are here.
final class StateSubject {
  private let store: NodeStore
  private let state: AuthenticatedState

  /// Opens the state of a folder, its tree read and hashed by so many workers: none, and the caller
  /// does it on its core.
  init(_ folder: RecordFolder, workers: Int) throws {
    store = try NodeStore(home: folder.ledger, genesis: Self.chain)
    state = try AuthenticatedState(
      reader: store.records, workers: workers > 0 ? WorkerPool(workers: workers) : nil)
  }

  static let chain = ChainID(SHA256.hash(Array("eco2 benchmarks".utf8)).bytes)

  var root: Digest { state.root }

  /// What a block's writes do.
  func stage(_ changes: [StateChange]) throws -> StateDelta { try state.stage(changes) }

  /// What execution of a block leaves behind: its writes, and what it has read.
  struct Execution {
    fileprivate let reads: ExecutionReads
    let changes: [StateChange]
  }

  /// Reads and then writes every record of a batch, as a replica executes a block; at its end,
  /// while all that it holds is alive, the closure is called.
  func execute(
    _ updates: RecordBatch, atEnd: () throws -> Void = {}
  ) throws -> Execution {
    let reads = try state.executionReads()
    var view = try state.view(reads: reads)
    for (key, value) in zip(updates.keys, updates.eachValue) {
      guard let before = try view.value(of: key), before != value else {
        throw BenchmarkFault.broken("a record does not have the value before")
      }
      view.set(key, value)
    }
    let changes = view.changes()
    try withExtendedLifetime(view) { try atEnd() }
    return Execution(reads: reads, changes: changes)
  }

  /// What an executed block's writes do.
  func stage(_ execution: Execution) throws -> StateDelta {
    try state.stage(execution.changes, reads: execution.reads)
  }

  /// Puts a block of the next height into the log, which covers the state whenever it is opened.
  func logNext() throws { try store.log.append(height: state.height + 1, block: [], receipts: []) }

  /// Makes a delta the tip's and writes it to the store, synced.
  func flush(_ delta: StateDelta) throws {
    let height = state.height + 1
    try state.adopt(delta, height: height)
    try store.records.flush(
      writes: state.writes(through: height), height: height, root: delta.root)
    try state.flushed(through: height)
  }

  /// The sum of the first bytes of the records' values.
  func read(_ keys: [StateKey]) throws -> UInt64 {
    let reading = try store.records.reading()
    var sum: UInt64 = 0
    for key in keys {
      guard let value = try reading.value(of: key) else { continue }
      sum &+= UInt64(value.unsafeLoad(as: UInt8.self))
    }
    return sum
  }

  func value(of key: StateKey) throws -> [UInt8]? { try store.records.value(of: key) }

  /// The bytes of a proof for each of these records.
  func proofs(of keys: [StateKey]) throws -> [[UInt8]?] { try state.existenceProofs(keys) }
}

/// The whole-tree verification of a stopped node's state.
struct VerificationSubject {
  private let audit: StoreAudit
  private let workers: WorkerPool

  init(_ folder: RecordFolder, workers: Int) throws {
    audit = try StoreAudit(home: folder.ledger)
    self.workers = try WorkerPool(workers: workers)
  }

  /// The records walked, and the root recomputed of them; nil when one is damaged.
  func verify() throws -> (records: Int, root: Digest?) {
    let found = try audit.verifyRecords(workers: workers) { _, _ in }
    return (Int(found.records), found.damage.isEmpty ? found.root : nil)
  }
}

/// Records on their way into an empty state, hashed by two workers.
final class StateLoading {
  private let loader: StateLoader

  init(_ folder: RecordFolder) throws {
    loader = try StateLoader(
      home: folder.ledger, chain: StateSubject.chain, workers: WorkerPool(workers: 2))
  }

  /// Takes records, ascending by path over all calls.
  func add(_ records: [StateChange]) throws { try loader.add(records) }

  /// Makes the state durable, and gives its root.
  func finish() throws -> Digest { try loader.finish() }
}
