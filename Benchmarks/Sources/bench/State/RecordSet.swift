import CPeers
import LedgerCore
import LedgerState

/// The records of a folder: what its stores must hold.
final class RecordSet {
  let count: Int
  private let order: MappedArray<UInt32>
  private let generations: MappedArray<UInt8>

  init(_ folder: RecordFolder) throws {
    count = folder.count
    order = try MappedArray(folder.order, count: count)
    generations = try MappedArray(folder.generations, count: count)
  }

  /// Makes a folder's order; every record is in generation 0.
  static func create(_ folder: RecordFolder, _ team: Team) throws -> RecordSet {
    let order = try MappedArray<UInt32>(folder.order, count: folder.count, create: true)
    _ = try MappedArray<UInt8>(folder.generations, count: folder.count, create: true)
    guard peers_record_order(team.handle, UInt32(folder.count), order.start) == 0 else {
      throw BenchmarkFault.unavailable("there is no memory to sort \(folder.count) records")
    }
    return try RecordSet(folder)
  }

  /// Records that stand one after the other.
  func batch(_ positions: Range<Int>) -> RecordBatch {
    batch(positions.map { UInt32($0) }, next: false)
  }

  /// Different records chosen at random, in their next generation.
  func updates(_ wanted: Int, seed: Int) -> RecordBatch {
    batch(Self.choose(wanted, below: count, seed: seed), next: true)
  }

  /// Different records chosen at random, as they are.
  func choice(_ wanted: Int, seed: Int) -> RecordBatch {
    batch(Self.choose(wanted, below: count, seed: seed), next: false)
  }

  private func batch(_ positions: [UInt32], next: Bool) -> RecordBatch {
    let indices = positions.map { order[Int($0)] }
    let now = positions.map { generations[Int($0)] &+ (next ? 1 : 0) }
    return RecordBatch(positions: positions, indices: indices, generations: now)
  }

  /// Takes note that all stores hold these updates.
  func took(_ batch: RecordBatch) {
    for (position, generation) in zip(batch.positions, batch.generations) {
      generations[Int(position)] = generation
    }
  }

  /// The root of all records, recomputed without the ledger's code.
  func root(_ team: Team) -> Digest {
    var out = [UInt8](repeating: 0, count: 32)
    peers_record_root(team.handle, order.start, generations.start, count, &out)
    return Bytes32(out).map(Digest.init) ?? .zero
  }

  /// The same after updates that no store holds.
  func root(with updates: RecordBatch, _ team: Team) -> Digest {
    let before = batch(updates.positions, next: false)
    took(updates)
    defer { took(before) }
    return root(team)
  }

  /// Different numbers below a bound, ascending, the same for every run.
  static func choose(_ wanted: Int, below count: Int, seed: Int) -> [UInt32] {
    var numbers = Numbers(seed: seed)
    var chosen: Set<UInt32> = []
    chosen.reserveCapacity(wanted)
    while chosen.count < min(wanted, count) {
      chosen.insert(UInt32.random(in: 0..<UInt32(count), using: &numbers))
    }
    return chosen.sorted()
  }
}

/// SplitMix64: numbers that are the same in every run.
struct Numbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// Some records, as the ledger takes them and as the raw database does.
struct RecordBatch {
  /// Where they stand in the order of paths, ascending unless shuffled; empty where nobody knows.
  let positions: [UInt32]
  let indices: [UInt32]
  let generations: [UInt8]

  init(positions: [UInt32], indices: [UInt32], generations: [UInt8]) {
    self.positions = positions
    self.indices = indices
    self.generations = generations
  }

  /// Records by their indices alone, in one generation.
  init(indices: [UInt32], generation: UInt8) {
    self.init(
      positions: [], indices: indices,
      generations: Array(repeating: generation, count: indices.count))
  }

  var count: Int { indices.count }

  /// All paths, 32 bytes each, ascending.
  var paths: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32 * count) { room, filled in
      peers_record_paths(indices, count, room.baseAddress)
      filled = 32 * count
    }
  }

  /// All values, 100 bytes each, in the order of the paths.
  var values: [UInt8] {
    let length = Int(PEERS_VALUE_BYTES)
    return [UInt8](unsafeUninitializedCapacity: length * count) { room, filled in
      for place in 0..<count {
        peers_record_value(
          indices[place], generations[place], room.baseAddress.map { $0 + length * place })
      }
      filled = length * count
    }
  }

  /// The same records in an order of chance.
  func shuffled(seed: Int) -> RecordBatch {
    var numbers = Numbers(seed: seed)
    let places = indices.indices.shuffled(using: &numbers)
    return RecordBatch(
      positions: positions.isEmpty ? [] : places.map { positions[$0] },
      indices: places.map { indices[$0] }, generations: places.map { generations[$0] })
  }

  func key(_ place: Int) -> StateKey { Self.key(of: indices[place]) }

  static func key(of index: UInt32) -> StateKey {
    StateKey(
      [UInt8](unsafeUninitializedCapacity: Int(PEERS_KEY_BYTES)) { room, filled in
        peers_record_key(index, room.baseAddress)
        filled = Int(PEERS_KEY_BYTES)
      })
  }

  func value(_ place: Int) -> [UInt8] {
    Self.value(of: indices[place], generation: generations[place])
  }

  static func value(of index: UInt32, generation: UInt8) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(PEERS_VALUE_BYTES)) { room, filled in
      peers_record_value(index, generation, room.baseAddress)
      filled = Int(PEERS_VALUE_BYTES)
    }
  }

  /// The writes, ascending by path.
  var changesByPath: [StateChange] {
    indices.indices.map { StateChange(key: key($0), value: value($0)) }
  }

  /// The writes, ascending by key, as a block's execution gives them.
  var changes: [StateChange] { changesByPath.sorted { $0.key < $1.key } }

  var keys: [StateKey] { indices.map(Self.key) }

  var eachValue: [[UInt8]] { indices.indices.map(value) }
}
