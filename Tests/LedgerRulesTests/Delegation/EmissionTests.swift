import Foundation
import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Rewards to the base unit")
struct EmissionTests {
  /// `make election-model` runs a million blocks.
  private static let wanted =
    ProcessInfo.processInfo.environment["ECO2_EMISSION_BLOCKS"].flatMap(Int.init)

  @Test("the schedule of rewards is that of the carbon rules, block by block where it changes")
  func schedule() {
    for year in 0..<UInt64(9) {
      for height in year * 3_153_600..<year * 3_153_600 + 3 where height > 0 {
        #expect(BlockReward.reward(at: height).baseUnits == EmissionShares.reward(height))
      }
    }
    for height in UInt64(233_774_398)...233_774_403 {
      #expect(BlockReward.reward(at: height).baseUnits == EmissionShares.reward(height))
    }
    #expect(EmissionShares.emitted(6 * 3_153_600) == 42_573_600 * 100_000_000)
    #expect(EmissionShares.emitted(233_774_400) == Supply.blockRewards.baseUnits)
    #expect(EmissionShares.emitted(.max) == Supply.blockRewards.baseUnits)
  }

  @Test(
    "no base unit of the rewards is lost among random votes, moves, claims, jails and elections"
  )
  func conservation() throws {
    let seats = [4, 6, 8, 11, 14, 17, 19, 21]
    let blocks = max((Self.wanted ?? 2_400) / seats.count, 2)
    // Genesis, the six ends of years at which rewards fall or stop falling, and the last reward.
    let ends = (1...6).map { $0 * 3_153_600 } + [233_774_400]
    let starts = [0] + ends.map { UInt64($0 - blocks / 2) }
    var counts = EmissionWorld.Counts()
    for (number, (start, seats)) in zip(starts, seats).enumerated() {
      var world = try EmissionWorld(seed: UInt64(number), seats: seats, start: start)
      try world.run(blocks: blocks, checkEvery: 100)
      counts.add(world.counts)
      if Self.wanted != nil {
        // Standard output reaches a file only at the end.
        FileHandle.standardError.write(Data("\(counts.blocks) blocks\n".utf8))
      }
    }
    #expect(counts.blocks == blocks * seats.count)
    for kind in EmissionWorld.Counts.kinds {
      #expect(counts[keyPath: kind.count] > 0, "\(kind.name)")
    }
    #expect(counts.sizes.isSuperset(of: [4, 21]))
    if Self.wanted != nil { print(counts.text) }
  }
}
