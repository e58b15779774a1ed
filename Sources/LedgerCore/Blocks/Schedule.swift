/// Who proposes: rounds of n heights from a set's first height, each in its own order (protocol
/// §5).
public struct Schedule: Sendable {
  private let chain: ChainID
  private let set: ValidatorSet

  public init(chain: ChainID, set: ValidatorSet) {
    self.chain = chain
    self.set = set
  }

  /// The members' indices in the order of the round that `height` falls in: ascending by SHA-256 of
  /// tag, genesis hash, the round's first height and the account.
  public func order(at height: UInt64) -> [Int] {
    let first = roundStart(height)
    let keyed = set.members.enumerated().map { index, member in
      var writer = BCSWriter(reserving: 40)
      writer.u64(first)
      member.account.encode(into: &writer)
      return (SigningDomain.schedule.digest(chain, writer.bytes), index)
    }
    return keyed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
  }

  /// The indices of a height's primaries, for `primary`: entry v mod count leads view v. The
  /// round's order from the height's position on, over the members that owe no carbon dues at the
  /// parent's state, or over all when every one owes. Heights before the set's first count as the
  /// first.
  public func primaries(at height: UInt64, debtors: Set<Int> = []) -> [Int] {
    let order = order(at: height)
    let start = roundStart(height)
    let position = height > start ? Int((height - start) % UInt64(order.count)) : 0
    let turn = Array(order[position...] + order[..<position])
    let payers = turn.filter { !debtors.contains($0) }
    return payers.isEmpty ? turn : payers
  }

  /// The index of the primary of a height and view: of the height's primaries in turn.
  public func primary(height: UInt64, view: UInt64, debtors: Set<Int> = []) -> Int {
    let eligible = primaries(at: height, debtors: debtors)
    return eligible[Int(view % UInt64(eligible.count))]
  }

  /// The first height of the round that a height falls in.
  public func roundStart(_ height: UInt64) -> UInt64 {
    guard height > set.firstHeight else { return set.firstHeight }
    return height - (height - set.firstHeight) % UInt64(set.count)
  }
}
