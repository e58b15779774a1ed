import LedgerCore
import LedgerState

/// Validator sets: members are ER Nodes, and each set begins where the one before it ends.
extension StateInvariants {
  mutating func addPastSet(_ key: StateKey, _ value: [UInt8]) throws(BCSError) {
    let past = try PastSet(bcs: value)
    guard let number = key.number else { return note(.unknownKind(key)) }
    guard past.set.firstHeight <= past.lastHeight else { return note(.pastSet(key)) }
    pastSets[number] = past.set.firstHeight...past.lastHeight
  }

  mutating func checkPastSets(_ source: inout some RecordSource) throws(RecordError) {
    let kept = try source.find(PastSets.key, as: PastSets.self) ?? PastSets()
    let current = try source.single(ValidatorSets.self).current
    var next: UInt64?
    for number in pastSets.keys.sorted() {
      guard let heights = pastSets[number] else { continue }
      let isNext = number == kept.first || next == heights.lowerBound
      if number < kept.first || number >= kept.next || !isNext {
        note(.pastSet(PastSet.key(number)))
      }
      next = heights.upperBound.addingReportingOverflow(1).partialValue
    }
    if UInt64(pastSets.count) != kept.next - kept.first { note(.pastSet(PastSets.key)) }
    if let next, next != current.firstHeight { note(.pastSet(ValidatorSets.key)) }
  }

  mutating func checkValidators(_ source: inout some RecordSource) throws(RecordError) {
    let sets = try source.single(ValidatorSets.self)
    for member in sets.current.members + sets.following.members {
      let owner = try source.find(KeyOwner.key(member.consensusKey), as: KeyOwner.self)
      if owner?.account != member.account {
        note(.validator(ValidatorSets.key, member.account))
      }
    }
  }
}
