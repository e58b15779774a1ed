/// A member of a validator set: an ER Node.
public struct Validator: Hashable, Sendable, BCSCodable {
  public let account: AccountID
  /// Canonical and of prime order (protocol §2).
  public let consensusKey: PublicKey

  public init(account: AccountID, consensusKey: PublicKey) {
    self.account = account
    self.consensusKey = consensusKey
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
    consensusKey = try PublicKey(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    account.encode(into: &writer)
    consensusKey.encode(into: &writer)
  }
}

/// The ER Nodes that decide a run of heights, in ascending order of account.
///
/// A member is named by its index in this order wherever votes and certificates name one.
public struct ValidatorSet: Hashable, Sendable {
  /// The first height this set decides; schedule rounds are counted from it.
  public let firstHeight: UInt64
  /// `Limits.validatorsMin` … `Limits.validatorsMax` members, strictly ascending by account.
  public let members: [Validator]

  /// Nil when the count is out of range, or accounts or keys are not distinct.
  public init?(firstHeight: UInt64, members: [Validator]) {
    let sorted = members.sorted { $0.account < $1.account }
    guard Self.isValid(sorted) else { return nil }
    self.firstHeight = firstHeight
    self.members = sorted
  }

  private static func isValid(_ members: [Validator]) -> Bool {
    (Limits.validatorsMin...Limits.validatorsMax).contains(members.count)
      && zip(members, members.dropFirst()).allSatisfy { $0.account < $1.account }
      && Set(members.map(\.consensusKey)).count == members.count
  }

  /// n.
  public var count: Int { members.count }

  /// f = (n − 1) / 3: how many may be faulty.
  public var faultyMax: Int { (members.count - 1) / 3 }

  /// q = ⌊2n/3⌋ + 1: any two quorums share an honest member for every n.
  public var quorum: Int { 2 * members.count / 3 + 1 }

  /// The index of an account's member.
  public func index(of account: AccountID) -> Int? {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if members[middle].account < account { low = middle + 1 } else { high = middle }
    }
    return low < members.count && members[low].account == account ? low : nil
  }

  /// What headers name: SHA-256 of tag, genesis hash and the encoded set.
  public func hash(_ chain: ChainID) -> Digest { SigningDomain.validatorSet.digest(chain, bcs) }
}

extension ValidatorSet: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    firstHeight = try reader.u64("first height")
    members = try reader.list(in: Limits.validatorsMin...Limits.validatorsMax, "members")
    guard Self.isValid(members) else {
      throw BCSError(.invalidValue, field: "validator set", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(firstHeight)
    writer.list(members)
  }
}
