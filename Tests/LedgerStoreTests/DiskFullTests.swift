import Glibc
import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

/// A disk of a few MiB, in memory: a tmpfs, mounted for one test. Needs root.
final class SmallDisk: Sendable {
  let path: String
  private let folder = TemporaryFolder()

  static let isPossible: Bool = (try? SmallDisk(kibibytes: 64)) != nil

  init(kibibytes: Int) throws(StoreError) {
    path = folder.path
    guard unsafe mount("tmpfs", path, "tmpfs", 0, "size=\(kibibytes)k") == 0 else {
      throw StoreError(errno, "mount", path)
    }
  }

  deinit { _ = unsafe umount2(path, Int32(MNT_DETACH)) }

  private var filler: String { path + "/filler" }

  /// Fills the disk but for so many KiB.
  func fill(leaving kibibytes: Int) throws {
    var status = statvfs()
    _ = unsafe statvfs(path, &status)
    let free = Int(status.f_bavail) * Int(status.f_frsize)
    try File(filler, .create).allocate(UInt64(max(0, free - kibibytes * 1024)))
  }

  func empty() { _ = unsafe unlink(filler) }
}

@Suite(
  "A full disk",
  .enabled(if: SmallDisk.isPossible, "SKIPPED: mounting a small tmpfs needs root"))
struct DiskFullTests {
  @Test("a flush that finds no room says so, loses nothing, and works once there is room")
  func flush() throws {
    // Found full before the transaction (0 KiB left), and within it.
    for left in [0, 200] {
      let disk = try SmallDisk(kibibytes: 8192)
      try createLedger(disk.path)
      let store = try openLedger(disk.path)
      try store.log.append(height: 1, block: [1], receipts: [])
      try disk.fill(leaving: left)
      let large = changes(0..<700, 5, size: 1000)
      #expect(throws: StoreError.diskFull(path: disk.path + "/data/state")) {
        try store.records.flush(changes: large, height: 1, root: root(1))
      }
      #expect(store.records.height == 0)
      #expect(try store.records.value(of: key(3)) == bytes(40, 0))
      disk.empty()
      try store.records.flush(changes: large, height: 1, root: root(1))
      #expect(try store.records.value(of: key(699)) == bytes(1000, 5))
      #expect(store.records.height == 1)
    }
  }

  @Test("a block that finds no room is refused, and appended once there is room")
  func append() throws {
    let disk = try SmallDisk(kibibytes: 2048)
    let log = try BlockLog(
      try Folder.make(disk.path + "/log").path, chain: chain, options: smallOptions())
    try log.append(height: 1, block: bytes(3000, 1), receipts: [])
    try disk.fill(leaving: 0)
    for _ in 0..<3 {
      #expect(throws: StoreError.self) {
        try log.append(height: 2, block: bytes(3000, 2), receipts: [])
      }
    }
    #expect(log.heights == 1...1)
    // What still fits into the segment goes on.
    try log.append(height: 2, block: bytes(100, 2), receipts: [])
    disk.empty()
    try log.append(height: 3, block: bytes(3000, 3), receipts: [])
    let again = try BlockLog(disk.path + "/log", chain: chain, options: smallOptions())
    #expect(again.heights == 1...3)
    #expect(try again.read(3).map { Array($0.block) } == bytes(3000, 3))
  }

  @Test("what was prepared before stays when there is no room for more")
  func votes() throws {
    let disk = try SmallDisk(kibibytes: 1024)
    let votes = try VoteStore(
      try Folder.make(disk.path + "/votes").path, chain: chain, options: smallOptions())
    try votes.savePrepared(height: 1, payload: [1])
    try disk.fill(leaving: 0)
    #expect(throws: StoreError.diskFull(path: disk.path + "/votes/prepared-0")) {
      try votes.savePrepared(height: 2, payload: bytes(90_000, 2))
    }
    #expect(try votes.loadPrepared()?.height == 1)
    disk.empty()
    try votes.savePrepared(height: 2, payload: bytes(90_000, 2))
    #expect(try votes.loadPrepared()?.payload == bytes(90_000, 2))
  }
}
