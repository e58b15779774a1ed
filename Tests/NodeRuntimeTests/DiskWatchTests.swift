import Logging
import Synchronization
import Testing

@testable import NodeRuntime

@Suite("A disk that fills up")
struct DiskWatchTests {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
    var logger: Logger {
      NodeLogs(
        .init(), now: { 0 }, write: { line in self.all.withLock { $0.append(line) } })[.store]
    }
    var count: Int { all.withLock { $0.count } }
  }

  @Test("is warned of once an hour, and stops the node before it is full")
  func filling() {
    let lines = Lines()
    var watch = DiskWatch(path: "/x", settings: .init(), logger: lines.logger)
    #expect(watch.judge(freeMiB: 4_096, second: 0) == nil && lines.count == 0)
    #expect(watch.judge(freeMiB: 4_095, second: 10) == nil && lines.count == 1)
    #expect(watch.judge(freeMiB: 3_000, second: 20) == nil && lines.count == 1)
    #expect(watch.judge(freeMiB: 3_000, second: 3_610) == nil && lines.count == 2)
    #expect(watch.judge(freeMiB: 9_000, second: 3_620) == nil && lines.count == 3)
    #expect(watch.judge(freeMiB: 4_000, second: 3_630) == nil && lines.count == 4)
    #expect(watch.judge(freeMiB: 512, second: 3_640) == nil)
    let reason = watch.judge(freeMiB: 511, second: 3_650)
    #expect(
      reason?.contains("511 MiB are free for /x, below store.free-disk-min-mib = 512") == true)
    #expect(lines.all.withLock { $0[0] }.contains("store: the disk is filling up free-mib=4095"))
  }

  @Test("is looked at every ten seconds, with the setting of the file")
  func looking() throws {
    var settings = NodeConfiguration.Store()
    settings.freeDiskMinMiB = 16_777_216
    var watch = DiskWatch(path: "/", settings: settings, logger: Lines().logger)
    try #require(try #require(DiskWatch.freeMiB("/")) < 16_777_216)
    #expect(watch.look(second: 100) != nil)
    #expect(watch.look(second: 109) == nil)
    #expect(watch.look(second: 110) != nil)
    #expect(DiskWatch.freeMiB("/nowhere/at/all") == nil)
  }
}
