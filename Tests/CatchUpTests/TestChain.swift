import LedgerCore
import Testing

/// A chain of real, empty blocks with real certificates.
struct TestChain {
  static let chain = ChainID(Bytes32(Array(repeating: 3, count: 32)) ?? .zero)

  /// Sorted as the set is.
  let keys: [SigningKey]
  let set: ValidatorSet
  /// The set from `switchHeight` on.
  let nextKeys: [SigningKey]
  let nextSet: ValidatorSet
  let switchHeight: UInt64
  private(set) var blocks: [DecidedBlock] = []

  /// The second set has other members but for the first, the node under test; or the same ones,
  /// with other keys.
  init(
    members: Int, length: Int, switchHeight: UInt64 = .max, renewsKeys: Bool = false
  ) throws {
    self.switchHeight = switchHeight
    keys = try Self.keys(1..<members + 1)
    let accounts = keys.map { AccountID($0.publicKey) }
    set = try Self.set(keys, accounts, from: 1)
    if renewsKeys {
      nextKeys = try Self.keys(101..<101 + members)
      nextSet = try Self.set(nextKeys, accounts, from: switchHeight)
    } else {
      nextKeys = ([keys[0]] + (try Self.keys(101..<100 + members))).sorted {
        $0.publicKey < $1.publicKey
      }
      nextSet = try Self.set(
        nextKeys, nextKeys.map { AccountID($0.publicKey) }, from: switchHeight)
    }
    for height in 1..<UInt64(length) + 1 { blocks.append(try make(height)) }
  }

  private static func keys(_ range: Range<Int>) throws -> [SigningKey] {
    try range.map { number in
      var seed = [UInt8](repeating: 0, count: 32)
      seed[0] = UInt8(number)
      return try #require(SigningKey(seed: seed))
    }.sorted { $0.publicKey < $1.publicKey }
  }

  private static func set(
    _ keys: [SigningKey], _ accounts: [AccountID], from height: UInt64
  ) throws -> ValidatorSet {
    try #require(
      ValidatorSet(
        firstHeight: height,
        members: zip(accounts, keys).map {
          Validator(account: $0, consensusKey: $1.publicKey)
        }))
  }

  /// The set that decides a height.
  func set(at height: UInt64) -> ValidatorSet { height < switchHeight ? set : nextSet }

  /// The sets of the heights from this one to the second after it.
  func sets(around height: UInt64) -> [ValidatorSet] {
    let sets = [set(at: max(1, height)), set(at: height + 2)]
    return sets[0] == sets[1] ? [sets[0]] : sets
  }

  func account(_ index: Int) -> AccountID { set.members[index].account }

  /// A block of this height; `forged` has signatures of nothing.
  func make(_ height: UInt64, forged: Bool = false) throws -> DecidedBlock {
    let set = set(at: height)
    let header = BlockHeader(
      height: height, timestamp: height * 1_000, author: set.members[0].account,
      parent: blocks.last?.certificate.block ?? .zero, bundlesRoot: BundleRun.root([]),
      validatorsHash: set.hash(Self.chain),
      nextValidatorsHash: self.set(at: height + 1).hash(Self.chain),
      parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
      parentStatement: .genesis, parentCommits: [], lateCommits: [])
    return DecidedBlock(
      block: Block(header: header, runs: []),
      certificate: certificate(height, block: header.hash(Self.chain), forged: forged), bundles: [])
  }

  func certificate(_ height: UInt64, block: Digest, forged: Bool = false) -> QuorumCertificate {
    let keys = height < switchHeight ? keys : nextKeys
    let set = set(at: height)
    let statement = VoteStatement(
      height: height, view: 0, content: .commit(block: block, stateRoot: .zero))
    let message = forged ? [1] : statement.message
    return QuorumCertificate(
      kind: .commit, height: height, view: 0, block: block, stateRoot: .zero,
      signatures: (0..<set.quorum).map {
        MemberSignature(
          member: UInt16($0),
          signature: keys[$0].sign(domain: .commit, chain: Self.chain, message: message[...]))
      })
  }

  /// A vote of the set's member.
  func vote(of index: Int, height: UInt64, forged: Bool = false) -> Vote {
    let statement = VoteStatement(
      height: height, view: 2, content: .prepare(block: .zero, stateRoot: .zero))
    let message = forged ? [1] : statement.message
    let keys = height < switchHeight ? keys : nextKeys
    return Vote(
      statement: statement, member: UInt16(index),
      signature: keys[index].sign(domain: .prepare, chain: Self.chain, message: message[...]))
  }
}
