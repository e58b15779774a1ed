import CPeers

/// Two threads on two cores, for floors.
final class Team {
  let handle: OpaquePointer

  init() throws {
    guard let made = peers_team_new() else {
      throw BenchmarkFault.unavailable("the system gives no threads")
    }
    handle = made
  }

  deinit { peers_team_free(handle) }

  /// Hashes nodes of 64 bytes, half of them on each core.
  func hashNodes(_ count: Int) { peers_team_hash_nodes(handle, count) }
}

/// The floor under state: the same records in LMDB, put there without more ado.
final class RawDatabase {
  private let handle: OpaquePointer

  init(_ folder: RecordFolder) throws {
    var opened: OpaquePointer?
    try Self.check(peers_lmdb_open(folder.raw, 2 * folder.bytesNeeded, &opened))
    guard let opened else { throw BenchmarkFault.unavailable("LMDB gives no database") }
    handle = opened
  }

  init(_ folder: CarbonFolder) throws {
    var opened: OpaquePointer?
    try Self.check(peers_lmdb_open(folder.raw, folder.rawMapBytes, &opened))
    guard let opened else { throw BenchmarkFault.unavailable("LMDB gives no database") }
    handle = opened
  }

  deinit { peers_lmdb_close(handle) }

  /// Appends a record of any length; it stays after `endLoad`.
  func append(path: [UInt8], value: [UInt8]) throws {
    try Self.check(peers_lmdb_append(handle, path, value, value.count))
  }

  /// Hashes every record's path and value by libcrypto, in the order of paths; says how many there
  /// are.
  func hashAll() throws -> Int {
    var count = 0
    try Self.check(peers_lmdb_hash(handle, &count))
    return count
  }

  /// Appends records by `MDB_APPEND`; they stay after `endLoad`.
  func load(paths: [UInt8], values: [UInt8]) throws {
    try Self.check(peers_lmdb_load(handle, paths, values, paths.count / 32))
  }

  func endLoad() throws { try Self.check(peers_lmdb_load_end(handle)) }

  /// The sum of the first bytes of the values at paths, by `mdb_get`.
  func read(_ paths: [UInt8]) throws -> UInt64 {
    var sum: UInt64 = 0
    try Self.check(peers_lmdb_read(handle, paths, paths.count / 32, &sum))
    return sum
  }

  /// The same of paths that need not all be there.
  func look(_ paths: [UInt8]) throws -> UInt64 {
    var sum: UInt64 = 0
    try Self.check(peers_lmdb_look(handle, paths, paths.count / 32, &sum))
    return sum
  }

  /// The same by cursors that seek ascending paths, on two cores.
  func seek(_ paths: [UInt8], _ team: Team) throws -> UInt64 {
    var sum: UInt64 = 0
    try Self.check(peers_lmdb_seek(handle, team.handle, paths, paths.count / 32, &sum))
    return sum
  }

  /// Puts records, ascending by path, and commits, synced.
  func flush(paths: [UInt8], values: [UInt8]) throws {
    try Self.check(peers_lmdb_flush(handle, paths, values, paths.count / 32))
  }

  /// How many inner nodes of the state's tree stand above leaves, ascending by path.
  func innerNodes(above paths: [UInt8]) throws -> Int {
    var nodes = 0
    try Self.check(peers_lmdb_inner_nodes(handle, paths, paths.count / 32, &nodes))
    return nodes
  }

  private static func check(_ code: Int32) throws {
    guard code == 0 else {
      throw BenchmarkFault.unavailable("LMDB: \(String(cString: peers_lmdb_text(code)))")
    }
  }
}
