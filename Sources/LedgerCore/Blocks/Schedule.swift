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

  /// The index of the primary of a height and view: entry (position + view) mod n of the round's
  /// order, counted over the members that owe no carbon dues at the parent's state, or over all
  /// when every one owes. Heights before the set's first count as the first.
  public func primary(height: UInt64, view: UInt64, debtors: Set<Int> = []) -> Int {
    let order = order(at: height)
    let start = roundStart(height)
    let position = height > start ? Int((height - start) % UInt64(order.count)) : 0
    let turn = Array(order[position...] + order[..<position])
    let payers = turn.filter { !debtors.contains($0) }
    let eligible = payers.isEmpty ? turn : payers
    return eligible[Int(view % UInt64(eligible.count))]
  }

  private func roundStart(_ height: UInt64) -> UInt64 {
    guard height > set.firstHeight else { return set.firstHeight }
    return height - (height - set.firstHeight) % UInt64(set.count)
  }
}
