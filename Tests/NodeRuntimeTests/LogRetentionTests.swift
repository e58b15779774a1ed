import CatchUp
import LedgerCore
import Testing

@testable import NodeRuntime

@Suite("Blocks that leave the log")
struct LogRetentionTests {
  @Test("nothing leaves it by default, nor while fewer blocks are flushed than are kept")
  func nothing() {
    #expect(NodeConfiguration.Store().keepBlocks == 0)
    #expect(LogRetention(keptBlocks: 0).floor(flushed: 1 << 40, indexed: nil) == 0)
    let retention = LogRetention(keptBlocks: 1_000)
    #expect(retention.floor(flushed: 0, indexed: nil) == 0)
    #expect(retention.floor(flushed: 1_000, indexed: nil) == 0)
    #expect(retention.floor(flushed: 1_001, indexed: nil) == 1)
  }

  @Test("no block leaves it that the history has not taken")
  func history() {
    let retention = LogRetention(keptBlocks: 1_000)
    #expect(retention.floor(flushed: 9_000, indexed: nil) == 8_000)
    #expect(retention.floor(flushed: 9_000, indexed: 8_999) == 8_000)
    #expect(retention.floor(flushed: 9_000, indexed: 7_000) == 7_001)
    // It is being opened, and may have to be made anew.
    #expect(retention.floor(flushed: 9_000, indexed: 0) == 1)
  }

  @Test("what a start reads, and bundles that may still be named, are far fewer than are kept")
  func bounds() {
    let kept = UInt64(NodeLimits.keepBlocksMin)
    #expect(kept > 2 * Limits.lateCommitHeightsMax)
    let tip: UInt64 = 1_000_000
    #expect(tip - NodeLimits.oldestBundle(at: tip) < kept)
    #expect(CatchUpLimits.blocksPerRequestMax < NodeLimits.keepBlocksMin)
  }
}
