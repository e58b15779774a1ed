import Glibc
import LedgerCore
import LedgerState

@testable import LedgerStore

/// A folder of its own for one test, removed at its end.
final class TemporaryFolder: Sendable {
  let path: String

  /// - Parameter parent: where it is made; nil where temporary files go.
  init(in parent: String? = nil) {
    var random = SystemRandomNumberGenerator()
    let temporary = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) }
    let root = parent ?? temporary ?? "/tmp"
    path = root + "/eco2-store-" + String(random.next() as UInt64, radix: 36)
    _ = unsafe mkdir(path, 0o700)
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    if let names = try? Folder(path: path).names() {
      for name in names { remove(path + "/" + name) }
      _ = unsafe rmdir(path)
    } else {
      _ = unsafe unlink(path)
    }
  }

  var home: String { path + "/home" }

  /// Makes and names a folder inside.
  func folder(_ name: String) throws -> String { try Folder.make(path + "/" + name).path }
}

let chain = ChainID(hex: String(repeating: "c1", count: 32)) ?? ChainID(.zero)
let otherChain = ChainID(hex: String(repeating: "d2", count: 32)) ?? ChainID(.zero)

/// Files small enough that tests meet every boundary.
func smallOptions() -> StoreOptions {
  var options = StoreOptions()
  options.stateMapBytes = 1 << 20
  options.stateAheadBytes = 64 << 10
  options.logSegmentBytes = 4096
  options.bundleSegmentBytes = 4096
  options.voteSlotBytes = 1024
  return options
}

func key(_ number: Int) -> StateKey { StateKey(Array("record \(number)".utf8)) }

func bytes(_ count: Int, _ seed: UInt8) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) &+ seed }
}

func changes(_ numbers: Range<Int>, _ seed: UInt8, size: Int = 40) -> [StateChange] {
  let value = bytes(size, seed)
  return numbers.map { StateChange(key: key($0), value: value) }
}

/// A stand-in for a state root: any 32 bytes will do where the tree is not the subject.
func root(_ number: UInt8) -> Digest { SHA256.hash([number]) }

/// Makes a ledger with `count` records.
func createLedger(
  _ home: String, count: Int = 20, indexes: [IndexChange] = [],
  options: StoreOptions = smallOptions()
) throws {
  try NodeStore.create(
    home: home, genesis: chain, changes: changes(0..<count, 0), indexes: indexes, root: root(0),
    options: options)
}

func openLedger(_ home: String, options: StoreOptions = smallOptions()) throws -> NodeStore {
  try NodeStore(home: home, genesis: chain, options: options)
}

/// Reads, changes and writes back a whole file, as a fault of the disk would.
func alter(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
  let file = try File(path, .readWrite)
  var bytes = try file.read(count: Int(try file.size()), at: 0)
  change(&bytes)
  try file.truncate(0)
  try file.write(bytes, at: 0)
}

func fileBytes(_ path: String) throws -> [UInt8] {
  let file = try File(path, .read)
  return try file.read(count: Int(try file.size()), at: 0)
}

/// The offset of the only place where a pattern stands in a file.
func offset(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
  guard let first = pattern.first, bytes.count >= pattern.count else { return nil }
  for start in 0...bytes.count - pattern.count where bytes[start] == first {
    if bytes[start..<start + pattern.count].elementsEqual(pattern) { return start }
  }
  return nil
}

/// The records that an audit of a home shows; nil when it finds damage.
func audited(_ home: String) throws -> [StateRecord]? {
  do throws(StoreError) {
    let audit = try StoreAudit(home: home, options: smallOptions())
    var records: [StateRecord] = []
    var faults = 0
    try audit.checkRecords({ records.append($0) }, fault: { _ in faults += 1 })
    return faults == 0 ? records : nil
  } catch {
    return nil
  }
}

/// Deterministic numbers.
struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
