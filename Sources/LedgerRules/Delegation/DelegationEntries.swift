import LedgerCore
import LedgerState

// What candidates and votes ask of the indexes beside the state.

extension Candidate {
  /// The most votes first, then the earlier registration; those that stand no more too.
  func entries(_ account: [UInt8]) -> [DerivedEntry] {
    let key = [UInt8](bigEndian: UInt128.max - votes.baseUnits) + [UInt8](bigEndian: number)
    return [DerivedEntry(DerivedIndexes.candidates, key, value: account)]
  }
}

extension VoteStake {
  /// By voter, and by candidate with the most votes first.
  ///
  /// - Parameter pair: the voter's account and the candidate's, one behind the other.
  func entries(_ pair: [UInt8]) -> [DerivedEntry] {
    let (voter, candidate) = (Array(pair.prefix(32)), Array(pair.dropFirst(32)))
    let place = [UInt8](bigEndian: UInt128.max - amount.baseUnits)
    return [
      DerivedEntry(DerivedIndexes.stakes, pair, value: candidate),
      DerivedEntry(DerivedIndexes.supporters, candidate + place + voter, value: voter),
    ]
  }
}

extension [UInt8] {
  /// 16 bytes.
  init(bigEndian number: UInt128) {
    self =
      [UInt8](bigEndian: UInt64(truncatingIfNeeded: number >> 64))
      + [UInt8](bigEndian: UInt64(truncatingIfNeeded: number))
  }
}
