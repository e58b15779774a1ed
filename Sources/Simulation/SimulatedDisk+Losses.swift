import LedgerCore
import LedgerState
import Replica

/// What a disk loses though it was synced: bits, or all of it.
extension SimulatedDisk {
  /// A copy of all that was synced, with everything a restore brings back.
  struct Backup {
    fileprivate let disk: SimulatedDisk
    /// The height of its log.
    let height: UInt64
  }

  /// The height up to which it has blocks, in the log or in the state.
  var height: UInt64 { max(state.height, log.last?.decided.height ?? 0) }

  func backup() -> Backup {
    var disk = self
    disk.detach(from: state)
    return Backup(disk: disk, height: height)
  }

  /// Holds again what it held; the signer's file may be the present one.
  mutating func restore(_ backup: Backup, keepsWatermark: Bool) {
    let present = self
    self = backup.disk
    detach(from: backup.disk.state)
    if keepsWatermark { keepSigner(of: present) } else { noteOldSigner() }
  }

  /// Is empty, and says so: the key has signed before.
  mutating func wipe(genesis: SimulatedState) {
    self = SimulatedDisk(state: genesis.copy(), chain: chain, keys: keys)
    loseSigner()
  }

  /// One bit turns over; whether there was something to turn over in. Of blocks only one that is
  /// whole on all other disks.
  mutating func flipBit(
    in place: Place, damagedElsewhere: Set<UInt64>, _ random: inout SeededRandom
  ) -> Bool {
    switch place {
    case .oldBlock, .recentBlock:
      let oldest = state.height > Self.recentMax ? state.height - Self.recentMax : 0
      let heights = log.map(\.decided.height).filter {
        ($0 <= oldest) == (place == .oldBlock) && !damagedElsewhere.contains($0)
      }
      guard !heights.isEmpty else { return false }
      damage(block: heights[random.index(heights.count)])
      return true
    case .record: return state.flipBit(&random)
    case .bundle: return loseBundle(&random)
    case .prepared:
      guard prepared != nil else { return false }
      damage(file: .prepared)
      return true
    case .signer:
      guard watermark != nil else { return false }
      loseSigner()
      return true
    }
  }
}
