import Testing

@testable import LedgerCore

@Suite("Validator sets")
struct ValidatorSetTests {
  private func members(_ count: Int, _ samples: inout CoreSamples) -> [Validator] {
    samples.list(count...count) { Validator(account: $0.id(), consensusKey: $0.id()) }
  }

  @Test("two quorums share an honest member, and the honest alone are a quorum", arguments: 4...64)
  func quorums(count: Int) throws {
    var samples = CoreSamples(seed: UInt64(count))
    let set = try #require(ValidatorSet(firstHeight: 1, members: members(count, &samples)))
    let (n, f, q) = (set.count, set.faultyMax, set.quorum)
    #expect(n == count && 3 * f < n && 3 * (f + 1) >= n)
    #expect(2 * q - n > f)
    #expect(n - f >= q)
  }

  @Test("21 members bear 6 faulty ones and need 15")
  func workedNumbers() throws {
    var samples = CoreSamples(seed: 1)
    let set = try #require(ValidatorSet(firstHeight: 1, members: members(21, &samples)))
    #expect(set.faultyMax == 6 && set.quorum == 15)
  }

  @Test("sets have one encoding, whatever the order they were given in")
  func canonical() throws {
    try expectCanonical(ValidatorSet.self, rounds: 8) { samples in
      let members = members(4 + samples.next(below: 20), &samples)
      return try #require(ValidatorSet(firstHeight: samples.u64(), members: members))
    }
    try expectCanonical(Validator.self) { Validator(account: $0.id(), consensusKey: $0.id()) }
    var samples = CoreSamples(seed: 5)
    let some = members(6, &samples)
    let set = try #require(ValidatorSet(firstHeight: 1, members: some))
    #expect(ValidatorSet(firstHeight: 1, members: some.reversed()) == set)
    for (index, member) in set.members.enumerated() {
      #expect(set.index(of: member.account) == index)
    }
    #expect(set.index(of: samples.id()) == nil)
  }

  @Test("too few, too many, or the same account or key twice are no set")
  func refused() throws {
    var samples = CoreSamples(seed: 6)
    let some = members(65, &samples)
    #expect(ValidatorSet(firstHeight: 1, members: Array(some[..<3])) == nil)
    #expect(ValidatorSet(firstHeight: 1, members: some) == nil)
    #expect(ValidatorSet(firstHeight: 1, members: some[..<4] + [some[0]]) == nil)
    let sameKey = Validator(account: samples.id(), consensusKey: some[0].consensusKey)
    #expect(ValidatorSet(firstHeight: 1, members: some[..<4] + [sameKey]) == nil)
    var writer = BCSWriter()
    writer.u64(1)
    writer.list(some[..<4].sorted { $0.account > $1.account })
    let bytes = writer.bytes
    #expect(
      failure { () throws(BCSError) in _ = try ValidatorSet(bcs: bytes) }
        == BCSError(.invalidValue, field: "validator set", offset: 0))
  }
}
